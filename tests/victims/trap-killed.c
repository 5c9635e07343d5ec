/* SPDX-License-Identifier: MIT */
/*
 * A program that is killed where nothing can be cleaned up: the record has everything until then.
 *
 * expect: lock-inversion certain lock_a lock_b
 * run: hangs
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static void forward(void)
{
	nest(&lock_a, &lock_b);
}

static void backward(void)
{
	nest(&lock_b, &lock_a);
}

int main(void)
{
	TOGETHER(forward, backward);
	for (;;)
		pause();
}
