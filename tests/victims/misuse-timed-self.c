/* SPDX-License-Identifier: MIT */
/*
 * A thread waits for its own lock with a timeout: it ends, but it can never get it.
 *
 * expect: self-deadlock certain lock
 */
#include <time.h>
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	struct timespec soon;

	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 5000000;
	if (soon.tv_nsec >= 1000000000) {
		soon.tv_nsec -= 1000000000;
		soon.tv_sec++;
	}
	pthread_mutex_lock(&lock);
	printf("%d\n", pthread_mutex_timedlock(&lock, &soon) == ETIMEDOUT);
	printf("%d\n", pthread_mutex_trylock(&lock) == EBUSY);
	pthread_mutex_unlock(&lock);
	return 0;
}
