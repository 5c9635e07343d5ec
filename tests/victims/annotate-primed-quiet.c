/* SPDX-License-Identifier: MIT */
/*
 * Silent: a lock that reclaim takes, over allocations that don't reach that reclaim; told while another
 * lock is held, which does not come before reclaim by that.
 *
 * expect: none
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t cache_lock, setup_lock = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	pthread_mutex_lock(&setup_lock);
	pthread_mutex_init(&cache_lock, NULL);
	reclaimdep_taken_in_reclaim(&cache_lock, RECLAIMDEP_FS_RECLAIM);
	reclaimdep_taken_in_reclaim(&cache_lock, RECLAIMDEP_FS_RECLAIM);
	reclaimdep_taken_in_reclaim(&cache_lock, 77);
	pthread_mutex_unlock(&setup_lock);
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_lock(&setup_lock);
	pthread_mutex_unlock(&setup_lock);
	reclaimdep_alloc_enter(RECLAIMDEP_GFP_NOFS);
	free(malloc(64));
	reclaimdep_alloc_leave();
	pthread_mutex_unlock(&cache_lock);
	free(malloc(64));
	puts("done");
	return 0;
}
