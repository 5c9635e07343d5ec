/* SPDX-License-Identifier: MIT */
/*
 * The handler posts a semaphore and writes to a pipe; a thread waits for another signal with sigwait.
 *
 * expect: none
 */
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static sem_t posted;
static int ends[2];

static void handler(int sig)
{
	(void)sig;
	sem_post(&posted);
	must(write(ends[1], "x", 1) == 1, "write");
}

static NOINLINE void work(void)
{
	take(&lock_a);
}

int main(void)
{
	sigset_t set;
	int got;

	must(!pipe(ends), "pipe");
	sem_init(&posted, 0, 0);
	handle(SIGUSR1, handler, 0, 0);
	raise(SIGUSR1);
	work();
	sem_wait(&posted);
	work();
	mask(SIG_BLOCK, SIGUSR2);
	raise(SIGUSR2);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	must(!sigwait(&set, &got) && got == SIGUSR2, "sigwait");
	work();
	puts("done");
	return 0;
}
