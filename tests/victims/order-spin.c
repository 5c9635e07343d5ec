/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks in two orders.
 *
 * expect: lock-inversion certain
 */
#include "victim.h"

static pthread_spinlock_t spin_a, spin_b;

static void nest_spin(pthread_spinlock_t *x, pthread_spinlock_t *y)
{
	pthread_spin_lock(x);
	pthread_spin_lock(y);
	pthread_spin_unlock(y);
	pthread_spin_unlock(x);
}

static void forward(void)
{
	nest_spin(&spin_a, &spin_b);
}

static void backward(void)
{
	nest_spin(&spin_b, &spin_a);
}

int main(void)
{
	pthread_spin_init(&spin_a, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_init(&spin_b, PTHREAD_PROCESS_PRIVATE);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
