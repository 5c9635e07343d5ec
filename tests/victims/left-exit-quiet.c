/* SPDX-License-Identifier: MIT */
/*
 * Threads that end with nothing held, or with what is made to be left: what a destructor of a thread key or a
 * clean-up handler gives back, a robust mutex, a lock whose memory is gone, and the first thread's at exit.
 *
 * expect: none
 */
#include "victim.h"

#include <sys/mman.h>

static pthread_mutex_t by_key = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t by_cleanup = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t waited = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t at_exit = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t robust;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_key_t key;
static sem_t took;

static void give_back(void *lock)
{
	pthread_mutex_unlock(lock);
}

static void *keyed(void *arg)
{
	pthread_setspecific(key, &by_key);
	pthread_mutex_lock(&by_key);
	return arg;
}

static void *cancelled(void *arg)
{
	pthread_mutex_lock(&by_cleanup);
	pthread_cleanup_push(give_back, &by_cleanup);
	sem_post(&took);
	pause();
	pthread_cleanup_pop(1);
	return arg;
}

static void *waits(void *arg)
{
	pthread_mutex_lock(&waited);
	pthread_cleanup_push(give_back, &waited);
	sem_post(&took);
	pthread_cond_wait(&cond, &waited);
	pthread_cleanup_pop(1);
	return arg;
}

static void *leaves_robust(void *arg)
{
	pthread_mutex_lock(&robust);
	return arg;
}

static void *reads(void *arg)
{
	pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	return arg;
}

static void run(void *(*fn)(void *), int cancel)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, fn, NULL), "pthread_create");
	if (cancel) {
		sem_wait(&took);
		pthread_cancel(t);
	}
	pthread_join(t, NULL);
}

int main(void)
{
	pthread_mutexattr_t attr;

	sem_init(&took, 0, 0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	must(!pthread_key_create(&key, give_back), "pthread_key_create");
	for (int i = 0; i < 100; i++) {
		run(keyed, 0);
		run(cancelled, 1);
		run(waits, 1);
		run(leaves_robust, 0);
		must(pthread_mutex_lock(&robust) == EOWNERDEAD, "EOWNERDEAD");
		pthread_mutex_consistent(&robust);
		pthread_mutex_unlock(&robust);
		pthread_rwlock_rdlock(&rwlock);
		run(reads, 0);
		pthread_rwlock_unlock(&rwlock);
	}
	pthread_mutex_lock(&at_exit);
	puts("done");
	return 0;
}
