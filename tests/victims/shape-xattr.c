/* SPDX-License-Identifier: MIT */
/*
 * Four links, each of another path: reclaim evicts an inode and is kept waiting by a freeze; under
 * that protection a handle is opened, under a handle the attributes are locked, and under their
 * lock a value is allocated (ext4). The handle is no lock that a hook could see: the program tells
 * of it.
 *
 * expect: reclaim-inversion certain fs_reclaim sb_internal jbd2_handle xattr_sem
 * stack: acquire evict_inode
 * stack: acquire handle_start write_inode
 * stack: acquire xattr_set
 * stack: acquire xattr_get
 * class: jbd2_handle
 */
#include <reclaimdep/annotate.h>
#include "victim.h"
#include "kernel.h"

static pthread_rwlock_t sb_internal = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_rwlock_t xattr_sem = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
/* The journal's running transaction: handles share it, and a commit waits for all of them. */
static int handle;

#ifndef VALUE_GFP
#define VALUE_GFP GFP_KERNEL
#endif

static NOINLINE void handle_start(void)
{
	reclaimdep_lock_acquire(&handle, RECLAIMDEP_LOCK_READ);
	reclaimdep_lock_acquired(&handle);
}

static NOINLINE void handle_stop(void)
{
	reclaimdep_lock_release(&handle);
}

static NOINLINE void evict_inode(void)
{
	pthread_rwlock_rdlock(&sb_internal);
	pthread_rwlock_unlock(&sb_internal);
}

static NOINLINE void write_inode(void)
{
	pthread_rwlock_rdlock(&sb_internal);
	handle_start();
	handle_stop();
	pthread_rwlock_unlock(&sb_internal);
}

static NOINLINE void xattr_set(void)
{
	handle_start();
	pthread_rwlock_wrlock(&xattr_sem);
	pthread_rwlock_unlock(&xattr_sem);
	handle_stop();
}

static NOINLINE void xattr_get(void)
{
	pthread_rwlock_rdlock(&xattr_sem);
	kvfree(kvmalloc(70000, VALUE_GFP));
	pthread_rwlock_unlock(&xattr_sem);
}

static void reclaimer(void)
{
	direct_reclaim(evict_inode);
}

int main(void)
{
	reclaimdep_lock_init(&handle, "jbd2_handle");
	TOGETHER(xattr_get, reclaimer, xattr_set, write_inode);
	puts("done");
	return 0;
}
