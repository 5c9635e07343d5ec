/* SPDX-License-Identifier: MIT */
/*
 * Silent: one function sets up all locks, which are static variables, called from one function too: each variable is a
 * class.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t cache_guard, queue_guard;
static pthread_mutex_t middle = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void guard_setup(pthread_mutex_t *m)
{
	must(!pthread_mutex_init(m, NULL), "init");
}

static NOINLINE void write_cache(void)
{
	pthread_mutex_lock(&cache_guard);
	pthread_mutex_lock(&middle);
	pthread_mutex_unlock(&middle);
	pthread_mutex_unlock(&cache_guard);
}

static NOINLINE void write_queue(void)
{
	pthread_mutex_lock(&middle);
	pthread_mutex_lock(&queue_guard);
	pthread_mutex_unlock(&queue_guard);
	pthread_mutex_unlock(&middle);
}

int main(void)
{
	guard_setup(&cache_guard);
	guard_setup(&queue_guard);
	TOGETHER(write_cache, write_queue);
	puts("done");
	return 0;
}
