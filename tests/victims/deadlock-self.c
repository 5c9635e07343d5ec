/* SPDX-License-Identifier: MIT */
/*
 * A thread that waits for itself is told of before it does, as a self-deadlock, and once; on_deadlock= goes for it too.
 *
 * expect: self-deadlock certain lock
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_lock(&lock);
	return 0;
}
