/* SPDX-License-Identifier: MIT */
/*
 * A plugin takes part in a circle, with its own lock, and is unloaded before the end: the names in the
 * report are still its own. Then another plugin comes to the same place, whose lock has the other order.
 *
 * expect: lock-inversion single-thread host_lock plugin_lock
 * stack: acquire plugin_inside
 * stack: acquire plugin_outside
 * plugins: trap-plugin-one trap-plugin-two
 */
#include <pthread.h>
#ifdef PLUGIN_trap_plugin_one
static pthread_mutex_t plugin_lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void plugin_inside(pthread_mutex_t *host)
{
	pthread_mutex_lock(host);
	pthread_mutex_lock(&plugin_lock);
	pthread_mutex_unlock(&plugin_lock);
	pthread_mutex_unlock(host);
}

__attribute__((noinline)) static void plugin_outside(pthread_mutex_t *host)
{
	pthread_mutex_lock(&plugin_lock);
	pthread_mutex_lock(host);
	pthread_mutex_unlock(host);
	pthread_mutex_unlock(&plugin_lock);
}

void plugin_call(pthread_mutex_t *host, pthread_mutex_t *other)
{
	plugin_inside(host);
	plugin_outside(host);
	pthread_mutex_lock(other);
	pthread_mutex_lock(&plugin_lock);
	pthread_mutex_unlock(&plugin_lock);
	pthread_mutex_unlock(other);
}
#elif defined(PLUGIN_trap_plugin_two)
static pthread_mutex_t plugin_lock = PTHREAD_MUTEX_INITIALIZER;

void plugin_call(pthread_mutex_t *host, pthread_mutex_t *other)
{
	(void)host;
	pthread_mutex_lock(&plugin_lock);
	pthread_mutex_lock(other);
	pthread_mutex_unlock(other);
	pthread_mutex_unlock(&plugin_lock);
}
#else
#include <dlfcn.h>
#include "victim.h"

static pthread_mutex_t host_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_lock = PTHREAD_MUTEX_INITIALIZER;

static void with_plugin(const char *name)
{
	void (*call)(pthread_mutex_t *, pthread_mutex_t *);
	char path[4200];
	ssize_t n = readlink("/proc/self/exe", path, 4000);
	void *plugin;

	must(n > 0, "readlink");
	path[n] = 0;
	strcpy(strrchr(path, '/') + 1, name);
	plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	must(plugin != NULL, "dlopen");
	call = (void (*)(pthread_mutex_t *, pthread_mutex_t *))dlsym(plugin, "plugin_call");
	must(call != NULL, "dlsym");
	call(&host_lock, &other_lock);
	must(!dlclose(plugin), "dlclose");
}

int main(void)
{
	with_plugin("trap-plugin-one.so");
	with_plugin("trap-plugin-two.so");
	puts("done");
	return 0;
}
#endif
