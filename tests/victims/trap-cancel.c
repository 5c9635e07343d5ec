/* SPDX-License-Identifier: MIT */
/*
 * Three hundred threads are cancelled asynchronously, each in a loop that takes locks nobody knew before.
 * Then the others go on: nothing of reclaimdep's was left locked.
 *
 * expect: lock-inversion certain lock_a lock_b
 * tolerates: held-at-exit
 */
#include <sched.h>
#include "victim.h"

#define ROUNDS 300
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
/* Each round has locks of its own, since a cancelled thread leaves some locked for good. */
static struct {
	pthread_mutex_t outer, inner;
} own[ROUNDS];
static volatile int started;

static void *loop(void *arg)
{
	int i = (int)(intptr_t)arg;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	started = 1;
	for (;;)
		nest(&own[i].outer, &own[i].inner);
	return NULL;
}

static void forward(void)
{
	nest(&lock_a, &lock_b);
}

static void backward(void)
{
	nest(&lock_b, &lock_a);
}

int main(void)
{
	pthread_t t;

	for (int i = 0; i < ROUNDS; i++) {
		started = 0;
		pthread_create(&t, NULL, loop, (void *)(intptr_t)i);
		while (!started && i % 2)
			sched_yield();
		pthread_cancel(t);
		pthread_join(t, NULL);
	}
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
