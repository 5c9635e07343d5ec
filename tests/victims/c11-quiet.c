/* SPDX-License-Identifier: MIT */
/*
 * What is right with C11 mutexes: recursion where asked for, trylock and timed lock that fail, one order, a
 * condition that is signalled, a destroyed mutex's memory used for another.
 *
 * expect: none
 */
#include <threads.h>
#include <time.h>
#include "victim.h"

static mtx_t again, lock_a, lock_b;
static cnd_t changed;
static int state;

static int busy(void *arg)
{
	struct timespec soon;

	(void)arg;
	timespec_get(&soon, TIME_UTC);
	soon.tv_nsec = soon.tv_nsec / 2;
	must(mtx_trylock(&lock_a) == thrd_busy, "mtx_trylock");
	must(mtx_timedlock(&lock_a, &soon) == thrd_timedout, "mtx_timedlock");
	/* In the other order, after the two calls that got nothing. */
	mtx_lock(&lock_b);
	must(mtx_trylock(&lock_a) == thrd_busy, "mtx_trylock");
	state = 1;
	cnd_signal(&changed);
	mtx_unlock(&lock_b);
	return 7;
}

static NOINLINE void wait_for_state(void)
{
	mtx_lock(&lock_b);
	while (!state)
		cnd_wait(&changed, &lock_b);
	mtx_unlock(&lock_b);
}

int main(void)
{
	thrd_t t;
	int result;

	mtx_init(&again, mtx_plain | mtx_recursive);
	mtx_init(&lock_a, mtx_timed);
	mtx_init(&lock_b, mtx_plain);
	cnd_init(&changed);
	mtx_lock(&again);
	mtx_lock(&again);
	mtx_unlock(&again);
	mtx_unlock(&again);

	mtx_lock(&lock_a);
	thrd_create(&t, busy, NULL);
	wait_for_state();
	mtx_unlock(&lock_a);
	thrd_join(t, &result);

	mtx_destroy(&lock_b);
	mtx_init(&lock_b, mtx_plain);
	mtx_lock(&lock_b);
	mtx_lock(&lock_a);
	mtx_unlock(&lock_a);
	mtx_unlock(&lock_b);
	printf("%d\n", result);
	return 0;
}
