/* SPDX-License-Identifier: MIT */
/*
 * Process-shared semaphores carry no tag. They are locks just the same; memory that is given back and used for
 * another one begins anew.
 *
 * expect: lock-inversion certain
 * stack: acquire nest_sem forward
 * stack: acquire nest_sem backward
 */
#include <sys/mman.h>
#include "victim.h"

static sem_t *sems;

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

static sem_t *map(void)
{
	return mmap(sems, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | (sems ? MAP_FIXED : 0), -1, 0);
}

int main(void)
{
	sems = map();
	sem_init(&sems[0], 1, 0);
	sem_post(&sems[0]);
	sem_destroy(&sems[0]);
	munmap(sems, 4096);
	sems = map();
	sem_init(&sems[0], 1, 1);
	sem_init(&sems[1], 1, 1);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
