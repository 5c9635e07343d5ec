/* SPDX-License-Identifier: MIT */
/*
 * Silent: locks with a static initialiser in the stack frames of two functions, at the same address.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;
static uintptr_t first_at, second_at;

static NOINLINE void first(void)
{
	pthread_mutex_t local = PTHREAD_MUTEX_INITIALIZER;

	first_at = (uintptr_t)&local;
	pthread_mutex_lock(&local);
	pthread_mutex_lock(&global);
	pthread_mutex_unlock(&global);
	pthread_mutex_unlock(&local);
}

static NOINLINE void second(void)
{
	pthread_mutex_t local = PTHREAD_MUTEX_INITIALIZER;

	second_at = (uintptr_t)&local;
	pthread_mutex_lock(&global);
	pthread_mutex_lock(&local);
	pthread_mutex_unlock(&local);
	pthread_mutex_unlock(&global);
}

int main(void)
{
	for (int i = 0; i < 3; i++) {
		first();
		second();
	}
	printf("%d\n", first_at == second_at);
	return 0;
}
