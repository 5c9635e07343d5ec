/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a semaphore may sleep, whatever it is used for.
 *
 * expect: sleep-in-atomic certain
 * detail: sleep-lock
 * expect: sleep-in-atomic certain
 * detail: sleep-lock
 * status: 0
 */
#include "victim.h"

static sem_t done, lock;
static pthread_spinlock_t spin;

static NOINLINE void wait_for_it(void)
{
	sem_wait(&done);
}

static NOINLINE void take_it(void)
{
	sem_wait(&lock);
	sem_post(&lock);
}

int main(void)
{
	pthread_spin_init(&spin, 0);
	sem_init(&done, 0, 0);
	sem_init(&lock, 0, 1);
	sem_post(&done);
	pthread_spin_lock(&spin);
	wait_for_it();
	take_it();
	pthread_spin_unlock(&spin);
	puts("done");
	return 0;
}
