/* SPDX-License-Identifier: MIT */
/*
 * Named semaphores, one of them opened twice, and made, opened, closed and made again: the name is the class.
 *
 * expect: lock-inversion certain
 * stack: acquire nest_sem forward
 * stack: acquire nest_sem backward
 */
#include <fcntl.h>
#include "victim.h"

static char name_a[64], name_b[64];
static sem_t *sem_a, *sem_b;

static NOINLINE void nest_sem(sem_t *outer, sem_t *inner)
{
	must(!sem_wait(outer), "sem_wait");
	must(!sem_wait(inner), "sem_wait");
	must(!sem_post(inner), "sem_post");
	must(!sem_post(outer), "sem_post");
}

static NOINLINE void forward(void)
{
	nest_sem(sem_a, sem_b);
}

static NOINLINE void backward(void)
{
	sem_t *again = sem_open(name_a, 0);

	must(again == sem_a, "one semaphore");
	sem_close(again);
	nest_sem(sem_b, sem_a);
}

int main(void)
{
	sem_t *signal;

	snprintf(name_a, sizeof(name_a), "/victim-a-%d", (int)getpid());
	snprintf(name_b, sizeof(name_b), "/victim-b-%d", (int)getpid());
	sem_a = sem_open(name_a, O_CREAT | O_EXCL, 0600, 1);
	sem_b = sem_open(name_b, O_CREAT | O_EXCL, 0600, 1);
	if (sem_a == SEM_FAILED || sem_b == SEM_FAILED) {
		puts("no named semaphores here");
		return 77;
	}
	TOGETHER(forward, backward);
	sem_close(sem_a);
	sem_unlink(name_a);
	signal = sem_open(name_a, O_CREAT | O_EXCL, 0600, 0);
	sem_post(signal);
	sem_wait(signal);
	sem_close(signal);
	sem_close(sem_b);
	sem_unlink(name_a);
	sem_unlink(name_b);
	puts("done");
	return 0;
}
