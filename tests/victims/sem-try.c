/* SPDX-License-Identifier: MIT */
/*
 * trywait and a timed wait that times out: neither is a dependency on the semaphore, and the latter holds nothing; held
 * by a trywait, it is the outer one of what is taken inside.
 *
 * expect: lock-inversion certain held_by_try mutex
 * expect: wait-inversion certain
 * stack: acquire time_out
 * expect: wait-inversion ordered
 * note: the last two because the thread that waits with a timeout is joined under what it waits for
 */
#include "victim.h"

static sem_t tried, timed, held_by_try;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t later = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void with(sem_t *sem, int (*take)(sem_t *))
{
	must(!take(sem), "taking");
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	sem_post(sem);
}

static void forward(void)
{
	with(&tried, sem_wait);
	with(&timed, sem_wait);
	with(&held_by_try, sem_trywait);
}

static void time_out(void)
{
	struct timespec past = {0, 0};

	must(sem_timedwait(&timed, &past) && errno == ETIMEDOUT, "sem_timedwait");
	pthread_mutex_lock(&later);
	pthread_mutex_unlock(&later);
}

static void backward(void)
{
	pthread_mutex_lock(&mutex);
	must(!sem_trywait(&tried), "sem_trywait");
	sem_post(&tried);
	sem_wait(&held_by_try);
	sem_post(&held_by_try);
	pthread_mutex_unlock(&mutex);

	/* Not to be had, and not held then. */
	sem_wait(&timed);
	must(sem_trywait(&timed) && errno == EAGAIN, "sem_trywait");
	sem_post(&timed);
	sem_trywait(&timed);
	in_thread(time_out);
	sem_post(&timed);
	pthread_mutex_lock(&later);
	sem_wait(&timed);
	sem_post(&timed);
	pthread_mutex_unlock(&later);
}

int main(void)
{
	sem_init(&tried, 0, 1);
	sem_init(&timed, 0, 1);
	sem_init(&held_by_try, 0, 1);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
