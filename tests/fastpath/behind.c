// SPDX-License-Identifier: MIT
/*
 * behind.c - another library that counts mutexes taken, and says at the end how many.
 * build: -shared -fPIC
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int taken;

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	static int (*next)(pthread_mutex_t *);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "pthread_mutex_lock");
	__atomic_add_fetch(&taken, 1, __ATOMIC_RELAXED);
	return next(mutex);
}

__attribute__((destructor)) static void tell(void)
{
	printf("taken: %d\n", taken);
}
