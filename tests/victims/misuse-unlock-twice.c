/* SPDX-License-Identifier: MIT */
/*
 * One lock, two unlocks; of an error-checking and of a recursive mutex.
 *
 * expect: unlock-unheld certain checked
 * expect: unlock-unheld certain recursive
 */
#include "victim.h"

static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static NOINLINE void checked_twice(void)
{
	pthread_mutex_lock(&checked);
	printf("%d ", pthread_mutex_unlock(&checked));
	printf("%d\n", pthread_mutex_unlock(&checked) == EPERM);
}

static NOINLINE void recursive_twice(void)
{
	pthread_mutex_lock(&recursive);
	pthread_mutex_lock(&recursive);
	printf("%d ", pthread_mutex_unlock(&recursive));
	printf("%d ", pthread_mutex_unlock(&recursive));
	printf("%d\n", pthread_mutex_unlock(&recursive) == EPERM);
}

int main(void)
{
	checked_twice();
	recursive_twice();
	return 0;
}
