/* SPDX-License-Identifier: MIT */
/*
 * Threads with the smallest stack there is make new dependencies, allocate, and close a circle.
 *
 * expect: lock-inversion ordered
 */
#include <limits.h>
#include "victim.h"

static pthread_mutex_t locks[50];

static void *work(void *arg)
{
	int from = *(int *)arg;

	for (int i = 0; i < 10; i++)
		nest(&locks[(from + i) % 50], &locks[(from + i + 1) % 50]);
	free(malloc(100));
	return NULL;
}

int main(void)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	must(!pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN), "setstacksize");
	for (int from = 0; from < 50; from += 10) {
		must(!pthread_create(&t, &attr, work, &from), "pthread_create");
		must(!pthread_join(t, NULL), "pthread_join");
	}
	puts("done");
	return 0;
}
