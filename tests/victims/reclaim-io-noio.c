/* SPDX-License-Identifier: MIT */
/*
 * Silent: NOIO, by mask and by scope, under a lock that an IO path takes; and a filesystem shrinker's
 * lock under NOFS at the same time. What is allocated inside the contexts does not count.
 *
 * expect: none
 */
#include <reclaimdep/annotate.h>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inode_lock = PTHREAD_MUTEX_INITIALIZER;

static void serve_request(void)
{
	reclaimdep_context_enter(RECLAIMDEP_IO_RECLAIM);
	pthread_mutex_lock(&queue_lock);
	free(malloc(64));
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&queue_lock);
	reclaimdep_context_leave(RECLAIMDEP_IO_RECLAIM);
}

static void evict(void)
{
	pthread_mutex_lock(&inode_lock);
	pthread_mutex_unlock(&inode_lock);
}

int main(void)
{
	unsigned int flags;

	serve_request();
	direct_reclaim(evict);
	pthread_mutex_lock(&queue_lock);
	kfree(kmalloc(64, GFP_NOIO));
	flags = memalloc_noio_save();
	kfree(kmalloc(64, GFP_KERNEL));
	memalloc_noio_restore(flags);
	pthread_mutex_unlock(&queue_lock);

	pthread_mutex_lock(&inode_lock);
	kfree(kmalloc(64, GFP_NOFS));
	pthread_mutex_unlock(&inode_lock);
	puts("done");
	return 0;
}
