/* SPDX-License-Identifier: MIT */
/*
 * A mutex is taken under a spinlock.
 *
 * expect: sleep-in-atomic certain spin
 * status: 0
 * detail: sleep-lock
 * stack: held take_spin run
 * stack: acquire run
 * kshim: full
 */
#include "victim.h"
#include "kernel.h"

static pthread_spinlock_t spin;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void take_spin(void)
{
	pthread_spin_lock(&spin);
}

static NOINLINE void run(void)
{
	pthread_spin_init(&spin, 0);
	for (int i = 0; i < 3; i++) {
		take_spin();
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
		pthread_spin_unlock(&spin);
	}
}

int main(void)
{
	in_thread(run);
	puts("done");
	return 0;
}
