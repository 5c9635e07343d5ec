/* SPDX-License-Identifier: MIT */
/*
 * Three threads of two kinds join each other in a ring.
 *
 * run: hangs
 * expect: wait-inversion certain
 * expect: deadlock certain
 * class: thread even
 * class: thread odd
 */
#include "asleep.h"

static pthread_t ring[3];
static sem_t made;
static int joiner[3];

static NOINLINE void join_next(int i)
{
	if (i)
		wait_until_asleep(&joiner[i - 1]);
	say_tid(&joiner[i]);
	pthread_join(ring[(i + 1) % 3], NULL);
}

static void *even(void *arg)
{
	sem_wait(&made);
	join_next((int)(intptr_t)arg);
	return NULL;
}

static void *odd(void *arg)
{
	join_next((int)(intptr_t)arg);
	return NULL;
}

int main(void)
{
	sem_init(&made, 0, 0);
	for (int i = 0; i < 3; i++)
		must(!pthread_create(&ring[i], NULL, i % 2 ? odd : even, (void *)(intptr_t)i),
		     "pthread_create");
	sem_post(&made);
	sem_post(&made);
	pause();
	return 0;
}
