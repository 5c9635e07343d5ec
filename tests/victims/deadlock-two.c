/* SPDX-License-Identifier: MIT */
/*
 * Two threads take two locks in opposite orders, at once: they really wait for each other.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * stack: held forward
 * stack: acquire second forward
 * stack: held backward
 * stack: acquire second backward
 * run: hangs
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;

static NOINLINE void second(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
}

static NOINLINE void forward(void)
{
	pthread_mutex_lock(&lock_a);
	pthread_barrier_wait(&both);
	second(&lock_b);
	pthread_mutex_unlock(&lock_a);
}

static NOINLINE void backward(void)
{
	pthread_mutex_lock(&lock_b);
	pthread_barrier_wait(&both);
	second(&lock_a);
	pthread_mutex_unlock(&lock_b);
}

int main(void)
{
	pthread_t t[2];

	pthread_barrier_init(&both, NULL, 2);
	pthread_create(&t[0], NULL, victim_call, (void *)(uintptr_t)forward);
	pthread_create(&t[1], NULL, victim_call, (void *)(uintptr_t)backward);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	return 0;
}
