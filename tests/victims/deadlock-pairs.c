/* SPDX-License-Identifier: MIT */
/*
 * Two circles, one after the other, each told of once; and a third thing that ends the test, once both are there.
 *
 * expect: self-deadlock certain last
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * expect: lock-inversion certain lock_c lock_d
 * expect: deadlock certain lock_c lock_d
 * run: hangs
 */
#include "deadlock.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_d = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t last = PTHREAD_MUTEX_INITIALIZER;
static volatile int tid[4];

#define SIDE(name, number, first, then)                                                            \
	static NOINLINE void name(void)                                                            \
	{                                                                                          \
		pthread_mutex_lock(first);                                                         \
		pthread_barrier_wait(&meeting);                                                    \
		tid[number] = own_tid();                                                           \
		second(then);                                                                      \
	}
SIDE(ab, 0, &lock_a, &lock_b)
SIDE(ba, 1, &lock_b, &lock_a)
SIDE(cd, 2, &lock_c, &lock_d)
SIDE(dc, 3, &lock_d, &lock_c)

int main(void)
{
	int i;

	pthread_barrier_init(&meeting, NULL, 4);
	start(ab);
	start(ba);
	start(cd);
	start(dc);
	for (i = 0; i < 4; i++)
		until_asleep(&tid[i]);
	pthread_mutex_lock(&last);
	second(&last);
	return 0;
}
