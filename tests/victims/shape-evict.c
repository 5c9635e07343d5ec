/* SPDX-License-Identifier: MIT */
/*
 * To evict an inode, reclaim starts a transaction, for which it waits until the filesystem is not
 * frozen; a transaction that is running, and so keeps a freeze waiting, allocates with GFP_KERNEL
 * (xfs, btrfs).
 *
 * expect: reclaim-inversion certain fs_reclaim sb_internal
 * stack: acquire trans_start evict_inode
 * stack: acquire log_item_new set_acl
 * stack: held trans_start set_acl
 * stack: held direct_reclaim reclaimer
 */
#include "victim.h"
#include "kernel.h"

/* As in the kernel, a reader waits behind a writer (a freeze) that waits. */
static pthread_rwlock_t sb_internal = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static NOINLINE unsigned int trans_start(void)
{
	pthread_rwlock_rdlock(&sb_internal);
#ifdef SCOPED
	return memalloc_nofs_save();
#else
	return 0;
#endif
}

static NOINLINE void trans_commit(unsigned int flags)
{
#ifdef SCOPED
	memalloc_nofs_restore(flags);
#else
	(void)flags;
#endif
	pthread_rwlock_unlock(&sb_internal);
}

static NOINLINE void log_item_new(void)
{
	kfree(kzalloc(200, GFP_KERNEL));
}

static NOINLINE void set_acl(void)
{
	unsigned int flags = trans_start();

	log_item_new();
	trans_commit(flags);
}

static NOINLINE void evict_inode(void)
{
	trans_commit(trans_start());
}

static void reclaimer(void)
{
	direct_reclaim(evict_inode);
}

static NOINLINE void freeze(void)
{
	pthread_rwlock_wrlock(&sb_internal);
	pthread_rwlock_unlock(&sb_internal);
}

int main(void)
{
	TOGETHER(set_acl, freeze, reclaimer);
	puts("done");
	return 0;
}
