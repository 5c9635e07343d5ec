/* SPDX-License-Identifier: MIT */
/*
 * The provider of the kernel names comes with a plugin that is loaded RTLD_LOCAL: the calls reach it, and
 * memory goes back to the heap that it came from.
 *
 * expect: reclaim-inversion certain fs_reclaim plugin_lock
 * stack: acquire plugin_add
 * plugins: trap-local-shim-plugin
 */
#ifdef PLUGIN_trap_local_shim_plugin
#include <pthread.h>
#include "kernel.h"

static pthread_mutex_t plugin_lock = PTHREAD_MUTEX_INITIALIZER;
unsigned long kshim_allocations(void);

static void plugin_shrink(void)
{
	pthread_mutex_lock(&plugin_lock);
	pthread_mutex_unlock(&plugin_lock);
}

__attribute__((noinline)) static void plugin_add(void)
{
	unsigned int flags = memalloc_nofs_save();
	void *p;

	pthread_mutex_lock(&plugin_lock);
	p = kmalloc(10, GFP_KERNEL);
	memalloc_nofs_restore(flags);
	p = krealloc(p, 100, GFP_KERNEL);
	pthread_mutex_unlock(&plugin_lock);
	kfree(p);
}

unsigned long plugin_call(void)
{
	struct kmem_cache *cache = kmem_cache_create("plugin", 10, 8, 0, NULL);

	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	kmem_cache_destroy(cache);
	plugin_add();
	direct_reclaim(plugin_shrink);
	return kshim_allocations();
}
#else
#include <dlfcn.h>
#include "victim.h"

int main(void)
{
	unsigned long (*call)(void);
	char path[4200];
	ssize_t n = readlink("/proc/self/exe", path, 4000);
	void *plugin;

	must(n > 0, "readlink");
	path[n] = 0;
	strcpy(strrchr(path, '/') + 1, "trap-local-shim-plugin.so");
	plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	must(plugin != NULL, "dlopen");
	call = (unsigned long (*)(void))dlsym(plugin, "plugin_call");
	must(call != NULL, "dlsym");
	printf("reached %lu\n", call());
	return 0;
}
#endif
