/* SPDX-License-Identifier: MIT */
/*
 * Two semaphores used as locks, in two orders, one after the other: nothing is known of them before the first
 * thread gives them back.
 *
 * expect: lock-inversion certain sem_a sem_b
 * stack: acquire nest_sem forward
 * stack: acquire nest_sem backward
 * stack: held nest_sem forward
 * stack: held nest_sem backward
 */
#include "victim.h"

static sem_t sem_a, sem_b;

static NOINLINE void nest_sem(sem_t *outer, sem_t *inner)
{
	must(!sem_wait(outer), "sem_wait");
	must(!sem_wait(inner), "sem_wait");
	must(!sem_post(inner), "sem_post");
	must(!sem_post(outer), "sem_post");
}

static NOINLINE void forward(void)
{
	nest_sem(&sem_a, &sem_b);
}

static NOINLINE void backward(void)
{
	nest_sem(&sem_b, &sem_a);
}

int main(void)
{
	sem_init(&sem_a, 0, 1);
	sem_init(&sem_b, 0, 1);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
