/* SPDX-License-Identifier: MIT */
/*
 * A hundred locks held at once, in order: silent. Then the last one before the first.
 *
 * expect: lock-inversion single-thread
 */
#include "victim.h"

#define N 100
static pthread_mutex_t locks[N];

int main(void)
{
	for (int i = 0; i < N; i++)
		pthread_mutex_lock(&locks[i]);
	for (int i = N - 1; i >= 0; i--)
		pthread_mutex_unlock(&locks[i]);
	nest(&locks[N - 1], &locks[0]);
	puts("done");
	return 0;
}
