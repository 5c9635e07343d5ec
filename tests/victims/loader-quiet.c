/* SPDX-License-Identifier: MIT */
/*
 * Plugins loaded under a lock, always in that order. What is locked after dlopen has returned is not locked inside of it,
 * however deep in the stack and whatever dlopen left there; nor after one that failed, or a nested one.
 *
 * expect: none
 * build: -rdynamic -Wl,-rpath,$ORIGIN
 * plugins: loader-quiet-one loader-quiet-two
 */
#include <dlfcn.h>
#include "victim.h"

#if defined(PLUGIN_loader_quiet_two)
static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

static __attribute__((constructor, destructor)) void begin(void)
{
	void *volatile p;

	pthread_mutex_lock(&own);
	p = malloc(100);
	free(p);
	pthread_mutex_unlock(&own);
}
#elif defined(PLUGIN_loader_quiet_one)
static void *inner;

/* Found by the plugin's own path. */
static __attribute__((constructor)) void begin(void)
{
	inner = dlopen("loader-quiet-two.so", RTLD_NOW | RTLD_LOCAL);
}

static __attribute__((destructor)) void end(void)
{
	if (inner)
		dlclose(inner);
}
#else
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void take(void)
{
	pthread_mutex_lock(&registry_lock);
	pthread_mutex_unlock(&registry_lock);
}

/* Its frame is where dlopen's was, and it writes to none of it. */
static NOINLINE void take_deep(void)
{
	volatile char room[8192];

	room[0] = 0;
	take();
	room[1] = room[0];
}

static NOINLINE void *load(const char *name)
{
	void *handle = dlopen(name, RTLD_NOW);

	take_deep();
	take();
	return handle;
}

/* What it leaves on the stack when it returns is where dlopen returned to. */
static NOINLINE void *load_only(const char *name)
{
	return dlopen(name, RTLD_NOW);
}

static NOINLINE void load_from_below(void)
{
	take_deep();
	must(load_only("loader-quiet-two.so") != NULL, "dlopen");
	take_deep();
	must(load("loader-quiet-one.so") != NULL, "dlopen");
	take_deep();
	must(load("no-such-library.so") == NULL && dlerror(), "dlopen of nothing");
	take_deep();
}

static NOINLINE void load_locked(void)
{
	void *handle;

	pthread_mutex_lock(&registry_lock);
	handle = dlopen("loader-quiet-one.so", RTLD_NOW);
	must(handle && dlclose(handle) == 0, "dlclose");
	handle = dlmopen(LM_ID_BASE, "loader-quiet-two.so", RTLD_NOW);
	must(handle && dlclose(handle) == 0, "dlmopen");
	pthread_mutex_unlock(&registry_lock);
	handle = dlopen("loader-quiet-two.so", RTLD_NOW);
	must(handle && dlclose(handle) == 0, "dlclose");
	take();
}

int main(void)
{
	TOGETHER(load_from_below, load_locked, load_from_below);
	puts("done");
	return 0;
}
#endif
