/* SPDX-License-Identifier: MIT */
/*
 * A thread is joined under a lock that reclaim takes, and allocates under another one. The joiner's
 * own scope does not reach it.
 *
 * expect: reclaim-inversion possible
 * stack: acquire fill worker
 * stack: acquire stop main
 * class: thread worker
 */
#include "kernel.h"
#include "victim.h"
#include <reclaimdep/annotate.h>

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static sem_t filled;

static void cache_shrink(void)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

static NOINLINE void fill(void)
{
	pthread_mutex_lock(&list_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&list_lock);
}

static void *worker(void *arg)
{
	fill();
	sem_post(&filled);
	return arg;
}

static NOINLINE void stop(void)
{
	unsigned scope = memalloc_nofs_save();

	pthread_mutex_lock(&cache_lock);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(&cache_lock);
	memalloc_nofs_restore(scope);
}

int main(void)
{
	sem_init(&filled, 0, 0);
	cache_shrink();
	must(!pthread_create(&thread, NULL, worker, NULL), "pthread_create");
	sem_wait(&filled);
	stop();
	puts("done");
	return 0;
}
