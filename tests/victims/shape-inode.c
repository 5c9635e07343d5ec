/* SPDX-License-Identifier: MIT */
/*
 * A false alarm, but for its verdict: an inode is locked over an allocation, and reclaim locks
 * inodes of the same class. It is never the same inode: one that is in use is not reclaimed (xfs).
 * That the two instances differ is all that can be seen.
 *
 * expect: reclaim-inversion possible
 * stack: acquire reclaim_inode
 * stack: acquire inode_read
 */
#include <reclaimdep/annotate.h>
#include "victim.h"
#include "kernel.h"

struct inode {
	pthread_mutex_t lock;
	int references;
};

#ifndef READ_GFP
#define READ_GFP GFP_KERNEL
#endif
#ifndef READ
#define READ(call) call
#endif
#ifndef RECLAIM_SUBCLASS
#define RECLAIM_SUBCLASS 0
#endif

static struct inode *used, *unused;

static NOINLINE struct inode *inode_new(int references)
{
	struct inode *inode = malloc(sizeof(*inode));

	pthread_mutex_init(&inode->lock, NULL);
	inode->references = references;
	return inode;
}

static NOINLINE void inode_read(void)
{
	pthread_mutex_lock(&used->lock);
	READ(kfree(kmalloc(512, READ_GFP)));
	pthread_mutex_unlock(&used->lock);
}

static NOINLINE void reclaim_inode(struct inode *inode)
{
	if (inode->references)
		return;
	reclaimdep_next_subclass(RECLAIM_SUBCLASS);
	pthread_mutex_lock(&inode->lock);
	pthread_mutex_unlock(&inode->lock);
}

static void shrink_inodes(void)
{
	reclaim_inode(used);
	reclaim_inode(unused);
}

static void reclaimer(void)
{
	direct_reclaim(shrink_inodes);
}

int main(void)
{
	used = inode_new(1);
	unused = inode_new(0);
	TOGETHER(inode_read, reclaimer);
	puts("done");
	return 0;
}
