/* SPDX-License-Identifier: MIT */
/*
 * A thread with PR_SET_IO_FLUSHER serves what others' reclaim waits for: a lock that it takes is one
 * under which nobody may allocate with IO allowed.
 *
 * expect: reclaim-inversion certain io_reclaim queue_lock
 * stack: acquire submit
 */
#include <sys/prctl.h>
#include "victim.h"
#include "kernel.h"

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void serve(void)
{
	must(!prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0), "PR_SET_IO_FLUSHER");
	pthread_mutex_lock(&queue_lock);
	free(malloc(64));
	pthread_mutex_unlock(&queue_lock);
}

static NOINLINE void submit(void)
{
	pthread_mutex_lock(&queue_lock);
	kfree(kmalloc(64, GFP_NOFS));
	pthread_mutex_unlock(&queue_lock);
}

int main(void)
{
	TOGETHER(serve, submit);
	puts("done");
	return 0;
}
