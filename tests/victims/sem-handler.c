/* SPDX-License-Identifier: MIT */
/*
 * A post may come from a signal handler, wherever that comes by, and under a spinlock: it never sleeps.
 *
 * expect: none
 */
#include <signal.h>
#include "victim.h"

static sem_t rung, permit;
static pthread_spinlock_t spin;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void ring(int number)
{
	int saved = errno;

	(void)number;
	sem_post(&rung);
	sem_post(&permit);
	errno = saved;
}

static NOINLINE void wait_inside(void)
{
	pthread_mutex_lock(&mutex);
	raise(SIGUSR1);
	sem_wait(&rung);
	sem_wait(&permit);
	pthread_mutex_unlock(&mutex);
}

static NOINLINE void wait_outside(void)
{
	sem_wait(&permit);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	pthread_spin_lock(&spin);
	sem_post(&rung);
	pthread_spin_unlock(&spin);
}

int main(void)
{
	pthread_spin_init(&spin, 0);
	sem_init(&rung, 0, 0);
	sem_init(&permit, 0, 1);
	signal(SIGUSR1, ring);
	TOGETHER(wait_inside, wait_outside, wait_inside);
	puts("done");
	return 0;
}
