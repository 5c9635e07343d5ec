/* SPDX-License-Identifier: MIT */
/*
 * A plugin's destructor takes a lock of the program's inside dlclose, and the program loads under that lock.
 *
 * expect: lock-inversion certain loader registry_lock
 * stack: acquire end unload
 * stack: held unload
 * build: -rdynamic -Wl,-rpath,$ORIGIN
 * plugins: loader-close-plugin
 */
#include <dlfcn.h>
#include "victim.h"

extern pthread_mutex_t registry_lock;

#ifdef PLUGIN_loader_close_plugin
static __attribute__((destructor)) NOINLINE void end(void)
{
	pthread_mutex_lock(&registry_lock);
	pthread_mutex_unlock(&registry_lock);
}
#else
pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void unload(void)
{
	void *handle = dlopen("loader-close-plugin.so", RTLD_NOW);

	must(handle && dlclose(handle) == 0, "dlclose");
}

static NOINLINE void load_locked(void)
{
	void *handle;

	pthread_mutex_lock(&registry_lock);
	handle = dlopen(NULL, RTLD_NOW);
	pthread_mutex_unlock(&registry_lock);
	must(handle != NULL, "dlopen");
}

int main(void)
{
	TOGETHER(unload, load_locked);
	puts("done");
	return 0;
}
#endif
