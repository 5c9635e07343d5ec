/* SPDX-License-Identifier: MIT */
/*
 * A semaphore that is used as a lock, waited for again by the thread that has it: another one may post it, as those
 * do that wake who waits for a condition of python's.
 *
 * expect: none
 */
#include "victim.h"

static sem_t sem;

static NOINLINE void wait_again(void)
{
	struct timespec past = {0, 0};

	must(sem_timedwait(&sem, &past) && errno == ETIMEDOUT, "sem_timedwait");
}

static NOINLINE void use(int again)
{
	sem_wait(&sem);
	if (again)
		wait_again();
	sem_post(&sem);
}

int main(void)
{
	sem_init(&sem, 0, 1);
	use(0);
	use(1);
	puts("done");
	return 0;
}
