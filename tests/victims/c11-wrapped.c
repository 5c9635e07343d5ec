/* SPDX-License-Identifier: MIT */
/*
 * A library that brings C11's names on top of pthread mutexes: both calls come by a hook, for one lock.
 *
 * expect: lock-inversion certain
 * stack: acquire forward
 * stack: acquire backward
 * libraries: WRAPPED
 */
#include <threads.h>
#include "victim.h"

#ifdef PLUGIN_WRAPPED
int mtx_init(mtx_t *mutex, int type)
{
	(void)type;
	return pthread_mutex_init((pthread_mutex_t *)mutex, NULL);
}

int mtx_lock(mtx_t *mutex)
{
	return pthread_mutex_lock((pthread_mutex_t *)mutex);
}

int mtx_unlock(mtx_t *mutex)
{
	return pthread_mutex_unlock((pthread_mutex_t *)mutex);
}
#else
static mtx_t lock_a, lock_b;

static NOINLINE void forward(void)
{
	mtx_lock(&lock_a);
	mtx_lock(&lock_b);
	mtx_unlock(&lock_b);
	mtx_unlock(&lock_a);
}

static NOINLINE void backward(void)
{
	mtx_lock(&lock_b);
	mtx_lock(&lock_a);
	mtx_unlock(&lock_a);
	mtx_unlock(&lock_b);
}

int main(void)
{
	mtx_init(&lock_a, mtx_plain);
	mtx_init(&lock_b, mtx_plain);
	TOGETHER(forward, backward);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
#endif
