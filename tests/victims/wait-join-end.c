/* SPDX-License-Identifier: MIT */
/*
 * The lock is taken at the very end of the thread: by a thread key's destructor, and by the
 * clean-up of one that is cancelled. The first lock of a thread counts as any other.
 *
 * expect: wait-inversion possible
 * stack: acquire destroy
 * expect: wait-inversion possible
 * stack: acquire clean_up
 * class: thread keyed
 * class: thread cancelled
 */
#include "victim.h"

static pthread_mutex_t key_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t cleanup_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static sem_t took, sleeping;

static NOINLINE void take(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	sem_post(&took);
}

static void destroy(void *unused)
{
	(void)unused;
	take(&key_lock);
}

static void clean_up(void *unused)
{
	(void)unused;
	take(&cleanup_lock);
}

static void *keyed(void *arg)
{
	pthread_setspecific(key, &key);
	return arg;
}

static void *cancelled(void *arg)
{
	pthread_cleanup_push(clean_up, NULL);
	sem_post(&sleeping);
	pause();
	pthread_cleanup_pop(0);
	return arg;
}

static NOINLINE void join_under(pthread_t t, pthread_mutex_t *lock)
{
	sem_wait(&took);
	pthread_mutex_lock(lock);
	pthread_join(t, NULL);
	pthread_mutex_unlock(lock);
}

int main(void)
{
	pthread_t t;

	sem_init(&took, 0, 0);
	sem_init(&sleeping, 0, 0);
	must(!pthread_key_create(&key, destroy), "pthread_key_create");
	must(!pthread_create(&t, NULL, keyed, NULL), "pthread_create");
	join_under(t, &key_lock);
	must(!pthread_create(&t, NULL, cancelled, NULL), "pthread_create");
	sem_wait(&sleeping);
	pthread_cancel(t);
	join_under(t, &cleanup_lock);
	puts("done");
	return 0;
}
