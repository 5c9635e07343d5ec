/* SPDX-License-Identifier: MIT */
/*
 * Locks that no call sets up, first taken by one and the same call at the same depth of the stack: those on the heap are what
 * that call makes them, and a static one among them is its variable.
 *
 * expect: lock-inversion certain table second
 */
#include "victim.h"

#define OBJECTS 6

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void take_each(pthread_mutex_t *const *lock, int n)
{
	for (int i = 0; i < n; i++) {
		pthread_mutex_lock(lock[i]);
		pthread_mutex_unlock(lock[i]);
	}
}

static void forward(void)
{
	nest(&table, &second);
}

static void backward(void)
{
	nest(&second, &table);
}

int main(void)
{
	pthread_mutex_t *lock[OBJECTS];

	for (int i = 0; i + 1 < OBJECTS; i++)
		lock[i] = calloc(1, sizeof(*lock[i]));
	lock[OBJECTS - 1] = &table;
	take_each(lock, OBJECTS);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
