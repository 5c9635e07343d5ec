/* SPDX-License-Identifier: MIT */
/*
 * Silent: a NOIO scope takes away FS too.
 *
 * expect: none
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

static NOINLINE void cache_add(void)
{
	unsigned int flags;

	pthread_mutex_lock(&cache_lock);
	flags = memalloc_noio_save();
	kfree(kmalloc(64, GFP_KERNEL));
	memalloc_noio_restore(flags);
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	cache_add();
	direct_reclaim(cache_shrink);
	cache_add();
	puts("done");
	return 0;
}
