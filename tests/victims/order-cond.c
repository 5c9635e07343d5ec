/* SPDX-License-Identifier: MIT */
/*
 * A condition wait with another lock held takes the mutex again under that lock: M -> L, then L -> M.
 *
 * expect: lock-inversion single-thread state_lock list_lock
 * stack: acquire wait_for_state
 */
#include <time.h>
#include "victim.h"

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static NOINLINE void wait_for_state(void)
{
	struct timespec past = { 0, 0 };

	pthread_mutex_lock(&state_lock);
	pthread_mutex_lock(&list_lock);
	printf("%d\n", pthread_cond_timedwait(&changed, &state_lock, &past) == ETIMEDOUT);
	pthread_mutex_unlock(&list_lock);
	pthread_mutex_unlock(&state_lock);
}

int main(void)
{
	wait_for_state();
	puts("done");
	return 0;
}
