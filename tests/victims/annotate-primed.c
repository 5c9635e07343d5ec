/* SPDX-License-Identifier: MIT */
/*
 * Reclaim that takes the lock is told of and never happens: an allocation under the lock is found all the
 * same. A variable that nobody took yet, one that was set up, and one that will be taken in memory of its own.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: held main
 * stack: acquire grow
 * expect: reclaim-inversion certain fs_reclaim map
 * expect: reclaim-inversion certain fs_reclaim queue
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t map;

static NOINLINE void grow(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	free(malloc(64));
	pthread_mutex_unlock(lock);
}

int main(void)
{
	static const pthread_mutex_t init = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_t *queue = (pthread_mutex_t *)malloc(sizeof(*queue));

	*queue = init;
	reclaimdep_lock_class(queue, "queue");
	reclaimdep_taken_in_reclaim(queue, RECLAIMDEP_FS_RECLAIM);
	reclaimdep_taken_in_reclaim(&cache_lock, RECLAIMDEP_FS_RECLAIM);
	pthread_rwlock_init(&map, NULL);
	reclaimdep_taken_in_reclaim(&map, RECLAIMDEP_FS_RECLAIM);
	grow(&cache_lock);
	grow(queue);
	pthread_rwlock_wrlock(&map);
	free(malloc(64));
	pthread_rwlock_unlock(&map);
	free(queue);
	puts("done");
	return 0;
}
