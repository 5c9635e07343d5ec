/* SPDX-License-Identifier: MIT */
/*
 * A circle by what was seen, and none by what the locks say: one of them was given back where no hook sees it, and is
 * another thread's now.
 *
 * expect: lock-inversion certain lock_a lock_b
 * options: on_deadlock=abort
 */
#include <dlfcn.h>
#include "deadlock.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static int (*unseen_unlock)(pthread_mutex_t *);
static volatile int forward_tid, backward_tid;

static NOINLINE void take(pthread_mutex_t *outer, pthread_mutex_t *inner, int unseen)
{
	pthread_mutex_lock(outer);
	if (unseen) {
		unseen_unlock(outer);
		pthread_barrier_wait(&meeting);
		pthread_barrier_wait(&meeting);
		forward_tid = own_tid();
	}
	second(inner);
	if (!unseen)
		pthread_mutex_unlock(outer);
}

static void forward(void)
{
	take(&lock_a, &lock_b, 0);
	take(&lock_a, &lock_b, 0);
	pthread_barrier_wait(&meeting);
	pthread_barrier_wait(&meeting);
	take(&lock_a, &lock_b, 0);
	take(&lock_a, &lock_b, 1);
	second(&lock_a);
}

static void backward(void)
{
	pthread_barrier_wait(&meeting);
	take(&lock_b, &lock_a, 0);
	take(&lock_b, &lock_a, 0);
	pthread_barrier_wait(&meeting);
	pthread_barrier_wait(&meeting);
	pthread_mutex_lock(&lock_b);
	pthread_barrier_wait(&meeting);
	until_asleep(&forward_tid);
	backward_tid = own_tid();
	second(&lock_a);
	pthread_mutex_unlock(&lock_b);
}

static void owner(void)
{
	pthread_barrier_wait(&meeting);
	pthread_barrier_wait(&meeting);
	pthread_barrier_wait(&meeting);
	pthread_mutex_lock(&lock_a);
	pthread_barrier_wait(&meeting);
	until_asleep(&backward_tid);
	pthread_mutex_unlock(&lock_a);
}

int main(void)
{
	void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);

	unseen_unlock = (int (*)(pthread_mutex_t *))dlsym(libc, "pthread_mutex_unlock");
	must(unseen_unlock != NULL, "dlsym");
	AT_ONCE(forward, backward, owner);
	puts("done");
	return 0;
}
