/* SPDX-License-Identifier: MIT */
/*
 * Two caches with one shrinker each and one bug each: two findings, and the correct third cache adds
 * none, though its lock nests with the others.
 *
 * expect: reclaim-inversion certain fs_reclaim inode_lock
 * expect: reclaim-inversion certain fs_reclaim dentry_lock
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t inode_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t dentry_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t buffer_lock = PTHREAD_MUTEX_INITIALIZER;

static void touch(pthread_mutex_t *lock, gfp_t gfp)
{
	pthread_mutex_lock(lock);
	if (gfp)
		kfree(kmalloc(32, gfp));
	pthread_mutex_unlock(lock);
}

static void shrink_inodes(void)
{
	touch(&inode_lock, 0);
	touch(&buffer_lock, 0);
}

static void shrink_dentries(void)
{
	touch(&dentry_lock, 0);
}

int main(void)
{
	direct_reclaim(shrink_inodes);
	touch(&inode_lock, GFP_KERNEL);
	touch(&buffer_lock, GFP_NOFS);
	touch(&dentry_lock, GFP_KERNEL);
	direct_reclaim(shrink_dentries);
	nest(&inode_lock, &buffer_lock);
	nest(&dentry_lock, &buffer_lock);
	puts("done");
	return 0;
}
