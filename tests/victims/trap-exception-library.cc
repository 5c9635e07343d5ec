// SPDX-License-Identifier: MIT
/*
 * A plugin with a C++ runtime of its own dependencies throws: the host, plain C style, has not loaded
 * one, and the exception is caught in the plugin.
 *
 * expect: none
 * plugins: trap-exception-plugin
 */
#ifdef PLUGIN_trap_exception_plugin
#include <pthread.h>
#include <stdexcept>
#include <string>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void thrower(const std::string &text)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	throw std::runtime_error(text);
}

extern "C" int plugin_call(void)
{
	try {
		thrower("out");
	} catch (const std::runtime_error &e) {
		return (int)std::string(e.what()).size();
	}
	return -1;
}
#else
#include <dlfcn.h>
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int main()
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	must(n > 0, "readlink");
	path[n] = 0;
	strcpy(strrchr(path, '/') + 1, "trap-exception-plugin.so");
	void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	must(plugin != NULL, "dlopen");
	pthread_mutex_lock(&lock);
	int (*call)(void) = (int (*)(void))dlsym(plugin, "plugin_call");
	printf("%d\n", call());
	pthread_mutex_unlock(&lock);
	dlclose(plugin);
	/* Nobody has brought an unwinder into everybody's scope. */
	printf("%d\n", dlsym(RTLD_DEFAULT, "_Unwind_RaiseException") == NULL);
	return 0;
}
#endif
