/* SPDX-License-Identifier: MIT */
/*
 * Two inversions that share one lock are two findings.
 *
 * expect: lock-inversion certain hub left
 * stack: acquire nest hub_left
 * expect: lock-inversion certain hub right
 * stack: acquire nest right_hub
 */
#include "victim.h"

static pthread_mutex_t hub = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void hub_left(void)
{
	nest(&hub, &left);
}

static NOINLINE void left_hub(void)
{
	nest(&left, &hub);
}

static NOINLINE void hub_right(void)
{
	nest(&hub, &right);
}

static NOINLINE void right_hub(void)
{
	nest(&right, &hub);
}

int main(void)
{
	TOGETHER(hub_left, hub_right, left_hub, right_hub);
	puts("done");
	return 0;
}
