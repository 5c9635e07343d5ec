/* SPDX-License-Identifier: MIT */
/*
 * Possible by what two other threads did; then certain, by a thread that had taken the lock often before.
 *
 * expect: signal-inversion certain SIGUSR1 lock_a
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static sem_t turn[2];

static void handler(int sig)
{
	(void)sig;
	take(&lock_a);
}

static NOINLINE void work(void)
{
	take(&lock_a);
}

static void *first(void *unused)
{
	work();
	sem_post(&turn[0]);
	return unused;
}

static void *other(void *unused)
{
	sem_wait(&turn[1]);
	raise(SIGUSR1);
	sem_post(&turn[0]);
	return unused;
}

int main(void)
{
	pthread_t thread[2];

	sem_init(&turn[0], 0, 0);
	sem_init(&turn[1], 0, 0);
	handle(SIGUSR1, handler, 0, 0);
	must(!pthread_create(&thread[0], NULL, first, NULL), "pthread_create");
	must(!pthread_create(&thread[1], NULL, other, NULL), "pthread_create");
	sem_wait(&turn[0]);
	for (int i = 0; i < 3; i++)
		work();
	sem_post(&turn[1]);
	sem_wait(&turn[0]);
	work();
	raise(SIGUSR1);
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
	puts("done");
	return 0;
}
