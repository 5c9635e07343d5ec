/* SPDX-License-Identifier: MIT */
/*
 * Five philosophers: forks of one class, each taken inside its neighbour by a thread of its own, all round.
 *
 * expect: same-class-nesting certain fork->lock fork->lock fork->lock fork->lock fork->lock
 */
#include "victim.h"

struct fork_of {
	pthread_mutex_t lock;
};

static struct fork_of *forks[5];

static struct fork_of *fork_new(void)
{
	struct fork_of *fork = malloc(sizeof(*fork));

	pthread_mutex_init(&fork->lock, NULL);
	return fork;
}

#define DINE(i)                                                                                    \
	static void dine_##i(void)                                                                 \
	{                                                                                          \
		nest(&forks[i]->lock, &forks[(i + 1) % 5]->lock);                                  \
	}
DINE(0)
DINE(1)
DINE(2)
DINE(3)
DINE(4)

int main(void)
{
	for (int i = 0; i < 5; i++)
		forks[i] = fork_new();
	TOGETHER(dine_0, dine_1, dine_2, dine_3, dine_4);
	puts("done");
	return 0;
}
