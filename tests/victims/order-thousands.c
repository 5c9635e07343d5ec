/* SPDX-License-Identifier: MIT */
/*
 * Five thousand other locks and as many orders between the two halves of one inversion.
 *
 * expect: lock-inversion certain lock_a lock_b
 * stack: acquire nest first_half
 * stack: acquire nest second_half
 */
#include "victim.h"

#define N 5000
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t others[N];

static NOINLINE void first_half(void)
{
	nest(&lock_a, &lock_b);
}

static void between(void)
{
	for (int i = 0; i < N; i++) {
		pthread_mutex_lock(&others[i]);
		pthread_mutex_unlock(&others[i]);
	}
	for (int i = 1; i < N; i += 10)
		nest(&others[i - 1], &others[i]);
}

static NOINLINE void second_half(void)
{
	nest(&lock_b, &lock_a);
}

int main(void)
{
	TOGETHER(first_half, between, second_half);
	puts("done");
	return 0;
}
