/* SPDX-License-Identifier: MIT */
/*
 * Silent: what cannot sleep under a spinlock, and what can outside of one.
 *
 * expect: none
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static pthread_spinlock_t spin;

static pthread_spinlock_t other;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void run(void)
{
	pthread_spin_init(&spin, 0);
	pthread_spin_init(&other, 0);
	pthread_mutex_lock(&mutex);
	pthread_spin_lock(&spin);
	pthread_spin_lock(&other);
	kfree(kmalloc(64, GFP_ATOMIC));
	kfree(kmalloc(64, GFP_NOWAIT));
	kfree(kmalloc(64, GFP_KERNEL & ~__GFP_DIRECT_RECLAIM));
	pthread_spin_unlock(&other);
	pthread_spin_unlock(&spin);
	kfree(kmalloc(64, GFP_KERNEL));
	might_sleep();
	pthread_mutex_unlock(&mutex);
	pthread_spin_lock(&spin);
	must(!pthread_mutex_trylock(&mutex), "trylock");
	pthread_mutex_unlock(&mutex);
	pthread_spin_unlock(&spin);
}

int main(void)
{
	in_thread(run);
	puts("done");
	return 0;
}
