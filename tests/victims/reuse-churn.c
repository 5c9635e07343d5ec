/* SPDX-License-Identifier: MIT */
/*
 * Silent: ten thousand short lives of locks of two classes, each with an order of its own, in memory
 * that goes round and round.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void inner_life(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	pthread_mutex_init(m, NULL);
	nest(&global, m);
	free(m);
}

static NOINLINE void outer_life(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	pthread_mutex_init(m, NULL);
	nest(m, &global);
	free(m);
}

int main(void)
{
	for (int i = 0; i < 5000; i++) {
		inner_life();
		outer_life();
	}
	puts("done");
	return 0;
}
