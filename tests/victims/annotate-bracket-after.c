/* SPDX-License-Identifier: MIT */
/*
 * A bracket ends where it is left: the malloc after it is one of its own. So does one that was left by
 * longjmp, when its function's caller goes on.
 *
 * expect: reclaim-inversion certain fs_reclaim first_lock
 * stack: acquire after_bracket
 * expect: reclaim-inversion certain fs_reclaim second_lock
 * stack: acquire main
 */
#include <reclaimdep/annotate.h>
#include <setjmp.h>
#include "victim.h"

static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second_lock = PTHREAD_MUTEX_INITIALIZER;
static jmp_buf out;

static void cache_shrink(pthread_mutex_t *lock)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

static NOINLINE void after_bracket(void)
{
	pthread_mutex_lock(&first_lock);
	reclaimdep_alloc_enter(RECLAIMDEP_GFP_NOFS);
	reclaimdep_alloc_enter(RECLAIMDEP_GFP_NOFS);
	free(malloc(16));
	reclaimdep_alloc_leave();
	free(malloc(32));
	reclaimdep_alloc_leave();
	free(malloc(64));
	pthread_mutex_unlock(&first_lock);
}

static NOINLINE void give_up(void)
{
	char room[8192];

	memset(room, 0, sizeof(room));
	reclaimdep_alloc_enter(RECLAIMDEP_GFP_NOFS);
	if (!room[17])
		longjmp(out, 1);
	reclaimdep_alloc_leave();
}

int main(void)
{
	cache_shrink(&first_lock);
	cache_shrink(&second_lock);
	after_bracket();
	if (!setjmp(out))
		give_up();
	pthread_mutex_lock(&second_lock);
	free(malloc(64));
	pthread_mutex_unlock(&second_lock);
	puts("done");
	return 0;
}
