/* SPDX-License-Identifier: MIT */
/*
 * A shrinker that looks at no mask holds the domain `reclaim`: NOIO is not enough under its lock, only
 * an allocation that never reclaims is.
 *
 * expect: reclaim-inversion certain reclaim pool_lock
 * stack: acquire pool_grow
 */
#include <reclaimdep/annotate.h>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t atomic_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void pool_shrink(void)
{
	reclaimdep_context_enter(RECLAIMDEP_RECLAIM);
	pthread_mutex_lock(&pool_lock);
	pthread_mutex_unlock(&pool_lock);
	pthread_mutex_lock(&atomic_lock);
	pthread_mutex_unlock(&atomic_lock);
	reclaimdep_context_leave(RECLAIMDEP_RECLAIM);
}

static NOINLINE void pool_grow(void)
{
	pthread_mutex_lock(&pool_lock);
	kfree(kmalloc(64, GFP_NOIO));
	pthread_mutex_unlock(&pool_lock);
}

int main(void)
{
	pool_shrink();
	pool_grow();
	pthread_mutex_lock(&atomic_lock);
	kfree(kmalloc(64, GFP_ATOMIC));
	pthread_mutex_unlock(&atomic_lock);
	puts("done");
	return 0;
}
