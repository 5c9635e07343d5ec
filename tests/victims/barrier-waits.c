/* SPDX-License-Identifier: MIT */
/*
 * A thread that waits at a barrier under a spinlock sleeps there.
 *
 * expect: sleep-in-atomic certain
 * detail: sleep-lock
 * status: 0
 */
#include "victim.h"

static pthread_barrier_t barrier;
static pthread_spinlock_t spin;

int main(void)
{
	pthread_barrier_init(&barrier, NULL, 1);
	pthread_spin_init(&spin, 0);
	pthread_barrier_wait(&barrier);
	pthread_spin_lock(&spin);
	pthread_barrier_wait(&barrier);
	pthread_spin_unlock(&spin);
	puts("done");
	return 0;
}
