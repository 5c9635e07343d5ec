/* SPDX-License-Identifier: MIT */
/*
 * A false alarm: mounting holds a lock over an allocation, which reclaim takes, but only for inodes
 * of this filesystem, and there are none before it is mounted (jffs2). No run can show that there
 * could not have been one.
 *
 * expect: reclaim-inversion certain fs_reclaim alloc_sem
 * stack: acquire scan_medium mount
 * stack: acquire evict_inode
 */
#include <reclaimdep/annotate.h>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t alloc_sem = PTHREAD_MUTEX_INITIALIZER;

#ifndef MOUNT_GFP
#define MOUNT_GFP GFP_KERNEL
#endif
#ifndef MOUNT
#define MOUNT(call) call
#endif

static NOINLINE void scan_medium(void)
{
	MOUNT(kfree(kmalloc(4096, MOUNT_GFP)));
}

static NOINLINE void mount(void)
{
	pthread_mutex_lock(&alloc_sem);
	scan_medium();
	pthread_mutex_unlock(&alloc_sem);
}

static NOINLINE void evict_inode(void)
{
	pthread_mutex_lock(&alloc_sem);
	pthread_mutex_unlock(&alloc_sem);
}

int main(void)
{
	mount();
	direct_reclaim(evict_inode);
	puts("done");
	return 0;
}
