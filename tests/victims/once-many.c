/* SPDX-License-Identifier: MIT */
/*
 * A routine of pthread_once() takes a mutex; another thread, which has passed a thousand others, calls pthread_once() for the
 * first time under that mutex. Then it passes the thousand again under another one, which their routines take: it has
 * passed them before.
 *
 * expect: lock-inversion certain once registry_lock
 * stack: held under_lock
 */
#include "victim.h"

#define MANY 1000

static pthread_once_t once = PTHREAD_ONCE_INIT, others[MANY];
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER, other_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void set_up(void)
{
	pthread_mutex_lock(&registry_lock);
	pthread_mutex_unlock(&registry_lock);
}

static NOINLINE void set_up_other(void)
{
	pthread_mutex_lock(&other_lock);
	pthread_mutex_unlock(&other_lock);
}

static NOINLINE void first(void)
{
	must(!pthread_once(&once, set_up), "pthread_once");
}

static NOINLINE void under_lock(void)
{
	int i;

	for (i = 0; i < MANY; i++)
		must(!pthread_once(&others[i], set_up_other), "pthread_once");
	pthread_mutex_lock(&registry_lock);
	must(!pthread_once(&once, set_up), "pthread_once");
	pthread_mutex_unlock(&registry_lock);
	pthread_mutex_lock(&other_lock);
	for (i = 0; i < MANY; i++)
		must(!pthread_once(&others[i], set_up_other), "pthread_once");
	pthread_mutex_unlock(&other_lock);
}

int main(void)
{
	TOGETHER(first, under_lock);
	puts("done");
	return 0;
}
