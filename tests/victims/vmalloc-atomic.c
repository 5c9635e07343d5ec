/* SPDX-License-Identifier: MIT */
/*
 * From 5.17 on the page tables of a vmalloc that may not sleep still reclaim, without IO.
 *
 * expect: reclaim-inversion certain reclaim cache_lock
 * stack: acquire cache_grow
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

#include <reclaimdep/annotate.h>

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void cache_grow(void)
{
	vfree(__vmalloc(8192, GFP_NOWAIT));
}

int main(void)
{
	pthread_mutex_lock(&cache_lock);
	cache_grow();
	pthread_mutex_unlock(&cache_lock);
	reclaimdep_context_enter(RECLAIMDEP_RECLAIM);
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	reclaimdep_context_leave(RECLAIMDEP_RECLAIM);
	puts("done");
	return 0;
}
