/* SPDX-License-Identifier: MIT */
/*
 * Unlocking out of order is legal, and what is given back is held no more: C is taken under B alone.
 *
 * expect: lock-inversion certain lock_b lock_c
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;

static void hand_over_hand(void)
{
	for (int i = 0; i < 2; i++) {
		pthread_mutex_lock(&lock_a);
		pthread_mutex_lock(&lock_b);
		pthread_mutex_unlock(&lock_a);
		pthread_mutex_lock(&lock_c);
		pthread_mutex_unlock(&lock_b);
		pthread_mutex_unlock(&lock_c);
	}
}

static void c_before_b(void)
{
	nest(&lock_c, &lock_b);
}

int main(void)
{
	TOGETHER(hand_over_hand, c_before_b);
	puts("done");
	return 0;
}
