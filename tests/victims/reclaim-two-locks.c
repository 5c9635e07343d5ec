/* SPDX-License-Identifier: MIT */
/*
 * Reclaim takes one lock, the allocation is made under another, and a third place nests them.
 *
 * expect: reclaim-inversion certain fs_reclaim inode_lock journal_lock
 * stack: acquire inode_evict
 * stack: acquire inode_write
 * stack: held inode_write
 * stack: acquire journal_start
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t inode_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t journal_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void inode_evict(void)
{
	pthread_mutex_lock(&inode_lock);
	pthread_mutex_unlock(&inode_lock);
}

static NOINLINE void inode_write(void)
{
	pthread_mutex_lock(&inode_lock);
	pthread_mutex_lock(&journal_lock);
	pthread_mutex_unlock(&journal_lock);
	pthread_mutex_unlock(&inode_lock);
}

static NOINLINE void journal_start(void)
{
	pthread_mutex_lock(&journal_lock);
	kfree(kmalloc(128, GFP_KERNEL));
	pthread_mutex_unlock(&journal_lock);
}

int main(void)
{
	inode_write();
	journal_start();
	direct_reclaim(inode_evict);
	puts("done");
	return 0;
}
