/* SPDX-License-Identifier: MIT */
/*
 * The same, by a thread that had taken the lock often before the handler first ran, in another thread.
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

static void *other(void *unused)
{
	work();
	sem_post(&turn[0]);
	sem_wait(&turn[1]);
	raise(SIGUSR1);
	sem_post(&turn[0]);
	return unused;
}

int main(void)
{
	pthread_t thread;

	sem_init(&turn[0], 0, 0);
	sem_init(&turn[1], 0, 0);
	handle(SIGUSR1, handler, 0, 0);
	must(!pthread_create(&thread, NULL, other, NULL), "pthread_create");
	sem_wait(&turn[0]);
	for (int i = 0; i < 3; i++)
		work();
	sem_post(&turn[1]);
	sem_wait(&turn[0]);
	work();
	raise(SIGUSR1);
	pthread_join(thread, NULL);
	puts("done");
	return 0;
}
