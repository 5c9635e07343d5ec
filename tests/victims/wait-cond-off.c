/* SPDX-License-Identifier: MIT */
/*
 * A condition that is waited for under a lock beside its mutex, and signalled under that lock: not looked for by
 * default, since who else could signal is not known.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER, fine = PTHREAD_COND_INITIALIZER;
static int done;

static NOINLINE void sleep_on(pthread_cond_t *c)
{
	struct timespec past = {0, 0};

	pthread_mutex_lock(&lock);
	must(pthread_cond_timedwait(c, &lock, &past) == ETIMEDOUT, "pthread_cond_timedwait");
	pthread_mutex_unlock(&lock);
}

static void *signaller(void *arg)
{
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&lock);
	done = 1;
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&lock);
	pthread_mutex_unlock(&outer);
	pthread_mutex_lock(&lock);
	pthread_cond_broadcast(&fine);
	pthread_mutex_unlock(&lock);
	return arg;
}

static NOINLINE void *waiter(void *arg)
{
	pthread_mutex_lock(&other);
	sleep_on(&fine);
	pthread_mutex_unlock(&other);
	pthread_mutex_lock(&outer);
	sleep_on(&cond);
	pthread_mutex_unlock(&outer);
	return arg;
}

int main(void)
{
	pthread_t a, b;

	must(!pthread_create(&a, NULL, signaller, NULL), "pthread_create");
	must(!pthread_create(&b, NULL, waiter, NULL), "pthread_create");
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	printf("done %d\n", done);
	return 0;
}
