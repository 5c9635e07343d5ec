/* SPDX-License-Identifier: MIT */
/*
 * Three threads round three locks.
 *
 * expect: lock-inversion certain lock_a lock_b lock_c
 * expect: deadlock certain lock_a lock_b lock_c
 * stack: acquire second ab
 * stack: acquire second bc
 * stack: acquire second ca
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;

#define SIDE(name, first, then)                                                                    \
	static NOINLINE void name(void)                                                            \
	{                                                                                          \
		pthread_mutex_lock(first);                                                         \
		pthread_barrier_wait(&meeting);                                                    \
		second(then);                                                                      \
		pthread_mutex_unlock(first);                                                       \
	}
SIDE(ab, &lock_a, &lock_b)
SIDE(bc, &lock_b, &lock_c)
SIDE(ca, &lock_c, &lock_a)

int main(void)
{
	AT_ONCE(ab, bc, ca);
	return 0;
}
