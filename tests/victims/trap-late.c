/* SPDX-License-Identifier: MIT */
/*
 * The second half of the circle comes after main, in an exit handler, a destructor, and a destructor of
 * the last priority.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 * expect: lock-inversion single-thread lock_c lock_d
 * state: exited
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_d = PTHREAD_MUTEX_INITIALIZER;

static void at_exit(void)
{
	nest(&lock_b, &lock_a);
}

__attribute__((destructor(101))) static void last(void)
{
	nest(&lock_d, &lock_c);
}

int main(void)
{
	atexit(at_exit);
	nest(&lock_a, &lock_b);
	nest(&lock_c, &lock_d);
	puts("done");
	return 0;
}
