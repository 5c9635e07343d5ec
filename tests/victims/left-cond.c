/* SPDX-License-Identifier: MIT */
/*
 * A condition is waited on with a mutex that nobody holds, with one that another thread holds, and with two mutexes
 * at once.
 *
 * expect: wrong-mutex certain
 * detail: waits-unheld
 * stack: acquire free_one
 * expect: wrong-mutex certain
 * detail: waits-unheld
 * stack: acquire taken_one
 * expect: wrong-mutex certain
 * detail: waits-with-other
 * stack: acquire second_one
 * stack: held waiter
 */
#include "asleep.h"

#include <time.h>

static pthread_mutex_t unheld, theirs, first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER, other = PTHREAD_COND_INITIALIZER;
static const struct timespec past = {1, 0};
static int waiting, stop;

static NOINLINE void free_one(void)
{
	must(pthread_cond_timedwait(&other, &unheld, &past) == EPERM, "pthread_cond_timedwait");
}

static NOINLINE void taken_one(void)
{
	must(pthread_cond_timedwait(&other, &theirs, &past) == EPERM, "pthread_cond_timedwait");
}

static NOINLINE void second_one(void)
{
	pthread_mutex_lock(&second);
	pthread_cond_timedwait(&cond, &second, &past);
	pthread_mutex_unlock(&second);
}

/* What is waited on in between makes nobody forget. */
static NOINLINE void many_others(void)
{
	static pthread_cond_t conds[2000];
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < 2000; i++)
		pthread_cond_timedwait(&conds[i], &lock, &past);
	pthread_mutex_unlock(&lock);
}

static void *waiter(void *arg)
{
	pthread_mutex_lock(&theirs);
	pthread_mutex_lock(&first);
	say_tid(&waiting);
	while (!stop)
		pthread_cond_wait(&cond, &first);
	pthread_mutex_unlock(&first);
	pthread_mutex_unlock(&theirs);
	return arg;
}

int main(void)
{
	pthread_mutexattr_t attr;
	pthread_t t;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&unheld, &attr);
	pthread_mutex_init(&theirs, &attr);
	free_one();
	must(!pthread_create(&t, NULL, waiter, NULL), "pthread_create");
	wait_until_asleep(&waiting);
	taken_one();
	many_others();
	second_one();
	pthread_mutex_lock(&first);
	stop = 1;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&first);
	pthread_join(t, NULL);
	puts("done");
	return 0;
}
