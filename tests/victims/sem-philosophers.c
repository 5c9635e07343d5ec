/* SPDX-License-Identifier: MIT */
/*
 * Philosophers who take their forks in a circle, with room for one less than there are: the circle never closes.
 *
 * expect: lock-inversion guarded
 */
#include "victim.h"

#define SEATS 4

static sem_t room;
static pthread_mutex_t fork_0 = PTHREAD_MUTEX_INITIALIZER, fork_1 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t fork_2 = PTHREAD_MUTEX_INITIALIZER, fork_3 = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void eat(pthread_mutex_t *left, pthread_mutex_t *right)
{
	sem_wait(&room);
	nest(left, right);
	sem_post(&room);
}

static void plato(void)
{
	eat(&fork_0, &fork_1);
}

static void kant(void)
{
	eat(&fork_1, &fork_2);
}

static void hume(void)
{
	eat(&fork_2, &fork_3);
}

static void marx(void)
{
	eat(&fork_3, &fork_0);
}

int main(void)
{
	sem_init(&room, 0, SEATS - 1);
	TOGETHER(plato, kant, hume, marx);
	puts("done");
	return 0;
}
