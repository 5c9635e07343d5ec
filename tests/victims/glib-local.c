/* SPDX-License-Identifier: MIT */
/*
 * GLib is loaded for one user alone, and what calls it is not led to it by its own needs (as where an unlock is the last
 * thing a function does, so that it is a jump, and its caller's caller is seen): each call must get there all the same.
 *
 * expect: lock-inversion certain cache_lock plain_lock
 */
#include <dlfcn.h>
#include "glib.h"

static GMutex cache_lock;
static pthread_mutex_t plain_lock = PTHREAD_MUTEX_INITIALIZER;

static void (*lock)(GMutex *mutex);
static void (*unlock)(GMutex *mutex);
static int (*trylock)(GMutex *mutex);

/* Where a preload has the name, it is in everybody's scope. */
static void *find(void *handle, const char *name)
{
	void *p = dlsym(RTLD_DEFAULT, name);

	return p ? p : dlsym(handle, name);
}

static NOINLINE void forward(void)
{
	lock(&cache_lock);
	must(!trylock(&cache_lock), "taking it");
	pthread_mutex_lock(&plain_lock);
	pthread_mutex_unlock(&plain_lock);
	unlock(&cache_lock);
	must(trylock(&cache_lock), "giving it back");
	unlock(&cache_lock);
}

static NOINLINE void backward(void)
{
	pthread_mutex_lock(&plain_lock);
	lock(&cache_lock);
	unlock(&cache_lock);
	pthread_mutex_unlock(&plain_lock);
}

int main(void)
{
	void *handle = dlopen("libglib-2.0.so.0", RTLD_NOW | RTLD_LOCAL);

	if (!handle) {
		puts("libglib-2.0.so.0 is not there");
		return 77;
	}
	*(void **)&lock = find(handle, "g_mutex_lock");
	*(void **)&unlock = find(handle, "g_mutex_unlock");
	*(void **)&trylock = find(handle, "g_mutex_trylock");
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
