/* SPDX-License-Identifier: MIT */
/*
 * One condition with one mutex after another, each when nobody waits any more, a waiter that was cancelled
 * among them; many conditions and mutexes; a recursive mutex.
 *
 * expect: none
 */
#include "asleep.h"

#include <time.h>

static pthread_mutex_t mutex[600], recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t cond[600], one = PTHREAD_COND_INITIALIZER;
static const struct timespec past = {1, 0};
static int waiting;
static sem_t given, over;

/* Its wait is over, and it has the mutex. */
static void give_back(void *lock)
{
	sem_post(&given);
	sem_wait(&over);
	pthread_mutex_unlock(lock);
}

static void *waiter(void *arg)
{
	pthread_mutex_lock(arg);
	pthread_cleanup_push(give_back, arg);
	say_tid(&waiting);
	pthread_cond_wait(&one, arg);
	pthread_cleanup_pop(1);
	return NULL;
}

static void wait_with(pthread_cond_t *c, pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	pthread_cond_timedwait(c, m, &past);
	pthread_mutex_unlock(m);
}

int main(void)
{
	pthread_t t;

	for (int i = 0; i < 600; i++) {
		pthread_mutex_init(&mutex[i], NULL);
		pthread_cond_init(&cond[i], NULL);
	}
	for (int i = 0; i < 600; i++) {
		wait_with(&cond[i], &mutex[i]);
		wait_with(&one, &mutex[i]);
	}
	sem_init(&given, 0, 0);
	sem_init(&over, 0, 0);
	must(!pthread_create(&t, NULL, waiter, &mutex[0]), "pthread_create");
	wait_until_asleep(&waiting);
	pthread_cancel(t);
	sem_wait(&given);
	wait_with(&one, &mutex[1]);
	sem_post(&over);
	pthread_join(t, NULL);
	pthread_mutex_lock(&recursive);
	wait_with(&one, &recursive);
	pthread_mutex_unlock(&recursive);
	puts("done");
	return 0;
}
