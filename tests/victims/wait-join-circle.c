/* SPDX-License-Identifier: MIT */
/*
 * Two threads join each other. Threads of one kind that make threads of that kind and join them are
 * a tree, whatever their number: that came before.
 *
 * run: hangs
 * expect: wait-inversion certain
 * class: thread node
 */
#include "asleep.h"

static pthread_t pair[2];
static sem_t made;
static int joiner;

struct job {
	int depth, role; /* role 0: a node of the tree */
};

static void *node(void *arg);

static NOINLINE pthread_t start(struct job *job)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, node, job), "pthread_create");
	return t;
}

static void *node(void *arg)
{
	const struct job *job = arg;
	struct job below = {job->depth - 1, 0};
	pthread_t left, right;

	if (job->role == 1) {
		sem_wait(&made);
		say_tid(&joiner);
		pthread_join(pair[1], NULL);
	} else if (job->role == 2) {
		wait_until_asleep(&joiner);
		pthread_join(pair[0], NULL);
	} else if (job->depth) {
		left = start(&below);
		right = start(&below);
		pthread_join(left, NULL);
		pthread_join(right, NULL);
	}
	return NULL;
}

int main(void)
{
	static struct job tree = {5, 0}, one = {0, 1}, two = {0, 2};

	sem_init(&made, 0, 0);
	pthread_join(start(&tree), NULL);
	pair[0] = start(&one);
	pair[1] = start(&two);
	sem_post(&made);
	pthread_join(pair[0], NULL);
	return 0;
}
