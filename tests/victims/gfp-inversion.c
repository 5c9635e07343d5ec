/* SPDX-License-Identifier: MIT */
/*
 * Kernel code on libreclaimdep-gfp, seen by the names that it imports: an allocation counts once and with the
 * mask of the call, whatever the library does inside.
 *
 * expect: reclaim-inversion certain fs_reclaim inode_lock
 * stack: acquire grow
 * links: gfp
 */
#include <reclaimdep/gfp.h>
#include "victim.h"

static pthread_mutex_t inode_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t careful_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t scope_lock = PTHREAD_MUTEX_INITIALIZER;

static void evict(void)
{
	pthread_mutex_t *locks[] = { &inode_lock, &careful_lock, &scope_lock };
	unsigned int flags;

	fs_reclaim_acquire(GFP_KERNEL);
	flags = memalloc_noreclaim_save();
	for (int i = 0; i < 3; i++) {
		pthread_mutex_lock(locks[i]);
		kfree(kmalloc(16, GFP_KERNEL));
		pthread_mutex_unlock(locks[i]);
	}
	memalloc_noreclaim_restore(flags);
	fs_reclaim_release(GFP_KERNEL);
}

static NOINLINE void grow(void)
{
	pthread_mutex_lock(&inode_lock);
	kfree(kcalloc(4, 16, GFP_KERNEL));
	pthread_mutex_unlock(&inode_lock);
}

/* What is inside these (malloc, a retry) has no mask of its own. */
static void grow_carefully(void)
{
	struct kmem_cache *cache = kmem_cache_create("objects", 64, 0, 0, NULL);
	unsigned long page;
	void *p;

	pthread_mutex_lock(&careful_lock);
	p = krealloc(kmalloc(64, GFP_NOFS), 100000, GFP_NOFS);
	kfree(p);
	kvfree(kvzalloc(5000, GFP_NOFS));
	vfree(__vmalloc(5000, GFP_NOFS));
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_NOFS));
	page = __get_free_pages(GFP_NOFS, 1);
	free_pages(page, 1);
	pthread_mutex_unlock(&careful_lock);
	kmem_cache_destroy(cache);
}

static void grow_in_scope(void)
{
	unsigned int flags;

	pthread_mutex_lock(&scope_lock);
	flags = memalloc_nofs_save();
	kfree(kzalloc(64, GFP_KERNEL));
	vfree(vmalloc(5000));
	memalloc_nofs_restore(flags);
	pthread_mutex_unlock(&scope_lock);
}

int main(void)
{
	evict();
	grow();
	grow_carefully();
	grow_in_scope();
	puts("done");
	return 0;
}
