/* SPDX-License-Identifier: MIT */
/*
 * Silent: a lock is destroyed, and its memory becomes a lock of another class, with the other order.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void init_first(pthread_mutex_t *m)
{
	pthread_mutex_init(m, NULL);
}

static NOINLINE void init_second(pthread_mutex_t *m)
{
	pthread_mutex_init(m, NULL);
}

int main(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	init_first(m);
	nest(m, &global);
	pthread_mutex_destroy(m);
	init_second(m);
	nest(&global, m);
	pthread_mutex_destroy(m);
	free(m);
	puts("done");
	return 0;
}
