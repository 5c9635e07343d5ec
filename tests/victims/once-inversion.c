/* SPDX-License-Identifier: MIT */
/*
 * A routine of pthread_once() takes a mutex; another thread calls pthread_once() for the first time under that mutex.
 * By then it is done, but it might have come earlier.
 *
 * expect: lock-inversion certain once registry_lock
 * stack: acquire set_up
 * stack: acquire under_lock
 * stack: held under_lock
 */
#include "victim.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void set_up(void)
{
	pthread_mutex_lock(&registry_lock);
	pthread_mutex_unlock(&registry_lock);
}

static NOINLINE void first(void)
{
	must(!pthread_once(&once, set_up), "pthread_once");
}

static NOINLINE void under_lock(void)
{
	pthread_mutex_lock(&registry_lock);
	must(!pthread_once(&once, set_up), "pthread_once");
	pthread_mutex_unlock(&registry_lock);
}

int main(void)
{
	TOGETHER(first, under_lock);
	puts("done");
	return 0;
}
