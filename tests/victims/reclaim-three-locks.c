/* SPDX-License-Identifier: MIT */
/*
 * Four links, in four threads: reclaim -> sb -> handle -> xattr -> allocation.
 *
 * expect: reclaim-inversion certain fs_reclaim sb_lock handle_lock xattr_lock
 * stack: acquire evict
 * stack: acquire start_handle
 * stack: acquire set_xattr
 * stack: acquire expand_xattr
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t sb_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t handle_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t xattr_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void evict(void)
{
	pthread_mutex_lock(&sb_lock);
	pthread_mutex_unlock(&sb_lock);
}

static NOINLINE void start_handle(void)
{
	pthread_mutex_lock(&sb_lock);
	pthread_mutex_lock(&handle_lock);
	pthread_mutex_unlock(&handle_lock);
	pthread_mutex_unlock(&sb_lock);
}

static NOINLINE void set_xattr(void)
{
	pthread_mutex_lock(&handle_lock);
	pthread_mutex_lock(&xattr_lock);
	pthread_mutex_unlock(&xattr_lock);
	pthread_mutex_unlock(&handle_lock);
}

static NOINLINE void expand_xattr(void)
{
	pthread_mutex_lock(&xattr_lock);
	kvfree(kvmalloc(70000, GFP_KERNEL));
	pthread_mutex_unlock(&xattr_lock);
}

static void reclaimer(void)
{
	direct_reclaim(evict);
}

int main(void)
{
	TOGETHER(set_xattr, reclaimer, expand_xattr, start_handle);
	puts("done");
	return 0;
}
