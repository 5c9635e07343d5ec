/* SPDX-License-Identifier: MIT */
/*
 * Silent before 5.17 too: a scope reaches the page tables, and kvmalloc stays with kmalloc for such a mask.
 *
 * expect: none
 * options: vmalloc=old
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

static NOINLINE void cache_grow(void)
{
	unsigned int flags = memalloc_nofs_save();

	vfree(__vmalloc(8192, GFP_NOFS));
	vfree(__vmalloc(8192, GFP_KERNEL));
	vfree(vmalloc(8192));
	memalloc_nofs_restore(flags);
	kvfree(kvmalloc(65536, GFP_NOFS));
	kvfree(kvzalloc(65536, GFP_NOIO));
}

int main(void)
{
	pthread_mutex_lock(&cache_lock);
	cache_grow();
	pthread_mutex_unlock(&cache_lock);
	direct_reclaim(cache_shrink);
	/* With the whole mask it is no mistake of vmalloc. */
	vfree(__vmalloc(8192, GFP_KERNEL));
	puts("done");
	return 0;
}
