/* SPDX-License-Identifier: MIT */
/*
 * Swap-out, which reclaim waits for, reads a device under its init_lock; setting the size of the
 * device holds it for writing and allocates (zram). The device is below every filesystem: GFP_NOFS
 * is not enough there.
 *
 * expect: reclaim-inversion certain io_reclaim init_lock
 * stack: acquire swap_out
 * stack: acquire disksize_store
 * stack: held disksize_store
 */
#include <reclaimdep/annotate.h>
#include "victim.h"
#include "kernel.h"

#ifndef STORE_GFP
#define STORE_GFP GFP_NOFS
#endif

static pthread_rwlock_t init_lock = PTHREAD_RWLOCK_INITIALIZER;

static NOINLINE void disksize_store(void)
{
	pthread_rwlock_wrlock(&init_lock);
	kvfree(kvzalloc(4096, STORE_GFP));
	pthread_rwlock_unlock(&init_lock);
}

/* What readers allocate can't close the circle: they don't keep each other out. */
static NOINLINE void device_read(void)
{
	pthread_rwlock_rdlock(&init_lock);
	kfree(kmalloc(100, GFP_KERNEL));
	pthread_rwlock_unlock(&init_lock);
}

static NOINLINE void swap_out(void)
{
	reclaimdep_context_enter(RECLAIMDEP_IO_RECLAIM);
	pthread_rwlock_rdlock(&init_lock);
	pthread_rwlock_unlock(&init_lock);
	reclaimdep_context_leave(RECLAIMDEP_IO_RECLAIM);
}

int main(void)
{
	TOGETHER(device_read, swap_out, disksize_store);
	puts("done");
	return 0;
}
