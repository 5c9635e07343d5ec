/* SPDX-License-Identifier: MIT */
/*
 * An IO path holds io_reclaim: NOFS is not enough under its lock, by mask or by scope.
 *
 * expect: reclaim-inversion certain io_reclaim queue_lock
 * stack: acquire queue_grow
 * stack: acquire serve_request
 * expect: reclaim-inversion certain io_reclaim slot_lock
 * stack: acquire slot_grow
 */
#include <reclaimdep/annotate.h>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t slot_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void serve_request(void)
{
	reclaimdep_context_enter(RECLAIMDEP_IO_RECLAIM);
	pthread_mutex_lock(&queue_lock);
	pthread_mutex_unlock(&queue_lock);
	pthread_mutex_lock(&slot_lock);
	pthread_mutex_unlock(&slot_lock);
	reclaimdep_context_leave(RECLAIMDEP_IO_RECLAIM);
}

static NOINLINE void queue_grow(void)
{
	unsigned int flags = memalloc_nofs_save();

	pthread_mutex_lock(&queue_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&queue_lock);
	memalloc_nofs_restore(flags);
}

static NOINLINE void slot_grow(void)
{
	pthread_mutex_lock(&slot_lock);
	kfree(kmalloc(64, GFP_NOFS));
	pthread_mutex_unlock(&slot_lock);
}

int main(void)
{
	serve_request();
	queue_grow();
	slot_grow();
	puts("done");
	return 0;
}
