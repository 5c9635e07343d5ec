/* SPDX-License-Identifier: MIT */
/*
 * Silent: with page faults disabled, none is served; nor does one in a NOFS scope reach filesystems.
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

int main(void)
{
	unsigned int flags;

	pthread_mutex_lock(&cache_lock);
	pagefault_disable();
	might_fault();
	pagefault_enable();
	flags = memalloc_nofs_save();
	might_fault();
	memalloc_nofs_restore(flags);
	pthread_mutex_unlock(&cache_lock);
	direct_reclaim(cache_shrink);
	puts("done");
	return 0;
}
