/* SPDX-License-Identifier: MIT */
/*
 * A wait on a C11 condition with another lock held takes the mutex again under that lock.
 *
 * expect: lock-inversion single-thread state_lock list_lock
 * stack: acquire wait_for_state
 */
#include <threads.h>
#include <time.h>
#include "victim.h"

static mtx_t state_lock, list_lock;
static cnd_t changed;

static NOINLINE void wait_for_state(void)
{
	struct timespec past = {0, 0};

	mtx_lock(&state_lock);
	mtx_lock(&list_lock);
	printf("%d\n", cnd_timedwait(&changed, &state_lock, &past) == thrd_timedout);
	mtx_unlock(&list_lock);
	mtx_unlock(&state_lock);
}

int main(void)
{
	mtx_init(&state_lock, mtx_plain);
	mtx_init(&list_lock, mtx_plain);
	cnd_init(&changed);
	wait_for_state();
	puts("done");
	return 0;
}
