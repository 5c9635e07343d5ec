/* SPDX-License-Identifier: MIT */
/*
 * An error-checking mutex is taken again by its owner: EDEADLK, as without reclaimdep, and a finding.
 *
 * expect: self-deadlock certain checked
 * stack: held first_time main
 * stack: acquire second_time main
 */
#include "victim.h"

static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void first_time(void)
{
	pthread_mutex_lock(&checked);
}

static NOINLINE int second_time(void)
{
	return pthread_mutex_lock(&checked);
}

int main(void)
{
	first_time();
	printf("%d\n", second_time() == EDEADLK);
	printf("%d\n", second_time() == EDEADLK);
	pthread_mutex_unlock(&checked);
	/* It is held no more: this order is free. */
	nest(&other, &checked);
	puts("done");
	return 0;
}
