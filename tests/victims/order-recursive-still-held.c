/* SPDX-License-Identifier: MIT */
/*
 * A recursive mutex that was taken twice and given back once is still held.
 *
 * expect: lock-inversion certain recursive other
 */
#include "victim.h"

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static void twice(void)
{
	pthread_mutex_lock(&recursive);
	pthread_mutex_lock(&recursive);
	pthread_mutex_unlock(&recursive);
	pthread_mutex_lock(&other);
	pthread_mutex_unlock(&other);
	pthread_mutex_unlock(&recursive);
}

static void backward(void)
{
	nest(&other, &recursive);
}

int main(void)
{
	TOGETHER(twice, backward);
	puts("done");
	return 0;
}
