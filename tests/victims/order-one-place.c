/* SPDX-License-Identifier: MIT */
/*
 * Both orders, taken by one call in one loop: their stacks are the same.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	pthread_mutex_t *volatile locks[] = {&lock_a, &lock_b};
	int i;

	for (i = 0; i < 2; i++) {
		pthread_mutex_lock(locks[i]);
		pthread_mutex_lock(locks[1 - i]);
		pthread_mutex_unlock(locks[1 - i]);
		pthread_mutex_unlock(locks[i]);
	}
	puts("done");
	return 0;
}
