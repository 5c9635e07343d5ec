/* SPDX-License-Identifier: MIT */
/*
 * Classes of static locks have the variables' names: file-local, of a function, extern, in a struct.
 *
 * expect: lock-inversion certain file_lock function_lock extern_lock
 * class: file_lock
 * class: extern_lock
 */
#include "victim.h"

static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t extern_lock = PTHREAD_MUTEX_INITIALIZER;

static pthread_mutex_t *function_lock_of(void)
{
	static pthread_mutex_t function_lock = PTHREAD_MUTEX_INITIALIZER;

	return &function_lock;
}

static void one(void)
{
	nest(&file_lock, function_lock_of());
}

static void two(void)
{
	nest(function_lock_of(), &extern_lock);
}

static void three(void)
{
	nest(&extern_lock, &file_lock);
}

int main(void)
{
	TOGETHER(one, two, three);
	puts("done");
	return 0;
}
