/* SPDX-License-Identifier: MIT */
/*
 * A semaphore used as a lock, and a mutex, in two orders. The cycle closes while nothing shows yet that the semaphore
 * is a lock: it is told when the first thread posts what it waited for.
 *
 * expect: lock-inversion certain sem mutex
 * stack: acquire forward
 * stack: acquire backward
 */
#include "victim.h"

static sem_t sem;
static sem_t other_turn, first_turn;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	must(!sem_wait(&sem), "sem_wait");
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	sem_post(&other_turn);
	/* Held over the other thread's turn. */
	sem_wait(&first_turn);
	must(!sem_post(&sem), "sem_post");
}

static NOINLINE void backward(void)
{
	struct timespec past = {0, 0};

	pthread_mutex_lock(&mutex);
	must(sem_timedwait(&sem, &past) && errno == ETIMEDOUT, "sem_timedwait");
	pthread_mutex_unlock(&mutex);
	sem_post(&first_turn);
}

static void *other(void *arg)
{
	sem_wait(&other_turn);
	backward();
	return arg;
}

int main(void)
{
	pthread_t t;

	sem_init(&sem, 0, 1);
	sem_init(&other_turn, 0, 0);
	sem_init(&first_turn, 0, 0);
	pthread_create(&t, NULL, other, NULL);
	forward();
	pthread_join(t, NULL);
	puts("done");
	return 0;
}
