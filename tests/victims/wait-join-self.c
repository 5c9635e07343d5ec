/* SPDX-License-Identifier: MIT */
/*
 * A thread joins itself: libc sees that, and refuses.
 *
 * expect: wait-inversion certain
 * detail: joins-itself
 * stack: acquire stop worker
 */
#include "victim.h"

static NOINLINE void stop(void)
{
	must(pthread_join(pthread_self(), NULL) == EDEADLK, "EDEADLK");
}

static void *worker(void *arg)
{
	stop();
	return arg;
}

int main(void)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, worker, NULL), "pthread_create");
	pthread_join(t, NULL);
	puts("done");
	return 0;
}
