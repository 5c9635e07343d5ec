/* SPDX-License-Identifier: MIT */
/*
 * Two hundred locks in a circle: no length is too long.
 *
 * expect: lock-inversion single-thread
 */
#include "victim.h"

#define N 200
static pthread_mutex_t ring[N];

int main(void)
{
	for (int i = 0; i < N; i++)
		nest(&ring[i], &ring[(i + 1) % N]);
	puts("done");
	return 0;
}
