/* SPDX-License-Identifier: MIT */
/*
 * A normal mutex is taken again by its owner: the program hangs, the finding is there before.
 *
 * expect: self-deadlock certain lock
 * stack: held outer
 * stack: acquire inner outer
 * run: hangs
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void inner(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void outer(void)
{
	pthread_mutex_lock(&lock);
	inner();
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	outer();
	return 0;
}
