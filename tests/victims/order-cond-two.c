/* SPDX-License-Identifier: MIT */
/*
 * The same with a second thread that nests the two: certain.
 *
 * expect: lock-inversion certain state_lock list_lock
 * stack: acquire wait_for_state
 */
#include "victim.h"

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static NOINLINE void wait_for_state(void)
{
	struct timespec past = { 0, 0 };

	pthread_mutex_lock(&state_lock);
	pthread_mutex_lock(&list_lock);
	pthread_cond_timedwait(&changed, &state_lock, &past);
	pthread_mutex_unlock(&list_lock);
	pthread_mutex_unlock(&state_lock);
}

static void change(void)
{
	nest(&state_lock, &list_lock);
}

int main(void)
{
	TOGETHER(change, wait_for_state, change);
	puts("done");
	return 0;
}
