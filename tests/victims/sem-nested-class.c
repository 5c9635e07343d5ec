/* SPDX-License-Identifier: MIT */
/*
 * Semaphores of one class, in an order that is inverted between the very same two.
 *
 * expect: same-class-nesting certain
 */
#include "victim.h"

static sem_t sems[2];

static NOINLINE void nest_sem(sem_t *outer, sem_t *inner)
{
	must(!sem_wait(outer), "sem_wait");
	must(!sem_wait(inner), "sem_wait");
	must(!sem_post(inner), "sem_post");
	must(!sem_post(outer), "sem_post");
}

static NOINLINE void forward(void)
{
	nest_sem(&sems[0], &sems[1]);
}

static NOINLINE void backward(void)
{
	nest_sem(&sems[1], &sems[0]);
}

static NOINLINE void set_up(sem_t *sem)
{
	sem_init(sem, 0, 1);
}

int main(void)
{
	set_up(&sems[0]);
	set_up(&sems[1]);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
