/* SPDX-License-Identifier: MIT */
/*
 * More items than a small disk or a file size limit has room for; and the circle at the end. Run as it
 * is here, and where there is no room by trap-places.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 */
#include "victim.h"

#define N 1500
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t locks[N];

int main(void)
{
	nest(&lock_a, &lock_b);
	for (int i = 1; i < N; i++)
		nest(&locks[i - 1], &locks[i]);
	nest(&lock_b, &lock_a);
	puts("done");
	return 0;
}
