/* SPDX-License-Identifier: MIT */
/*
 * Silent: masks that don't reach the filesystem's reclaim, and an annotated allocator whose own malloc is
 * part of it, however it is nested or left.
 *
 * expect: none
 */
#include <reclaimdep/annotate.h>
#include <setjmp.h>
#include "victim.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static jmp_buf out;

static NOINLINE void cache_shrink(void)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

static NOINLINE void *arena_alloc(size_t n, unsigned gfp)
{
	void *p;

	reclaimdep_alloc_enter(gfp);
	p = malloc(n);
	reclaimdep_alloc_leave();
	return p;
}

/* An allocator on top of another: the outer one's mask counts. */
static NOINLINE void *object_alloc(unsigned gfp)
{
	void *p;

	reclaimdep_alloc_enter(gfp);
	free(arena_alloc(16, RECLAIMDEP_GFP_KERNEL));
	p = malloc(32);
	reclaimdep_alloc_leave();
	return p;
}

static NOINLINE void give_up(void)
{
	reclaimdep_alloc_enter(RECLAIMDEP_GFP_NOWAIT);
	longjmp(out, 1);
}

int main(void)
{
	cache_shrink();
	if (!setjmp(out))
		give_up();
	pthread_mutex_lock(&cache_lock);
	free(arena_alloc(64, RECLAIMDEP_GFP_NOFS));
	free(object_alloc(RECLAIMDEP_GFP_NOFS));
	reclaimdep_alloc(RECLAIMDEP_GFP_NOIO);
	reclaimdep_alloc(RECLAIMDEP_GFP_ATOMIC);
	reclaimdep_alloc(RECLAIMDEP_GFP_KERNEL | RECLAIMDEP_GFP_NOLOCKDEP);
	pthread_mutex_unlock(&cache_lock);
	puts("done");
	return 0;
}
