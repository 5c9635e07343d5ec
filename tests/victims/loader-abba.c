/* SPDX-License-Identifier: MIT */
/*
 * A plugin's constructor takes a lock of the program's, and the program loads under that lock. (The plugin is found by
 * the program's own RUNPATH, as without a preload.)
 *
 * expect: lock-inversion certain loader registry_lock
 * stack: acquire begin load
 * stack: held load
 * stack: acquire load_locked
 * build: -rdynamic -Wl,-rpath,$ORIGIN
 * plugins: loader-abba-plugin
 */
#include <dlfcn.h>
#include "victim.h"

extern pthread_mutex_t registry_lock;

#ifdef PLUGIN_loader_abba_plugin
static __attribute__((constructor)) NOINLINE void begin(void)
{
	pthread_mutex_lock(&registry_lock);
	pthread_mutex_unlock(&registry_lock);
}
#else
pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void load(void)
{
	must(dlopen("loader-abba-plugin.so", RTLD_NOW) != NULL, "dlopen");
}

static NOINLINE void load_locked(void)
{
	pthread_mutex_lock(&registry_lock);
	must(dlopen("loader-abba-plugin.so", RTLD_NOW) != NULL, "dlopen");
	pthread_mutex_unlock(&registry_lock);
}

int main(void)
{
	TOGETHER(load, load_locked);
	puts("done");
	return 0;
}
#endif
