/* SPDX-License-Identifier: MIT */
/*
 * The two halves of one inversion are a thousand locks, classes and allocations apart, and in different
 * threads.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t others[1000];

static void cache_add(void)
{
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
}

static void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

static void elsewhere(void)
{
	for (int i = 1; i < 1000; i++) {
		nest(&others[i - 1], &others[i]);
		free(malloc((size_t)i));
	}
}

static void reclaimer(void)
{
	direct_reclaim(cache_shrink);
}

int main(void)
{
	in_thread(cache_add);
	in_thread(elsewhere);
	in_thread(reclaimer);
	puts("done");
	return 0;
}
