/* SPDX-License-Identifier: MIT */
/*
 * What dlerror() has to say is the program's: looking up functions in between does not change it.
 *
 * expect: none
 * kshim: full none
 */
#include <dlfcn.h>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

static void calls(void)
{
	unsigned int flags = memalloc_noio_save();

	pthread_mutex_lock(&lock);
	pthread_rwlock_rdlock(&table);
	pthread_spin_init(&spin, 0);
	pthread_spin_lock(&spin);
	pthread_spin_unlock(&spin);
	kfree(krealloc(kmalloc(10, GFP_KERNEL), 20, GFP_KERNEL));
	kvfree(kvmalloc(10, GFP_KERNEL));
	vfree(vmalloc(10));
	might_alloc(GFP_KERNEL);
	pthread_rwlock_unlock(&table);
	pthread_mutex_unlock(&lock);
	memalloc_noio_restore(flags);
}

int main(void)
{
	printf("%d\n", dlopen("/nonexistent/plugin.so", RTLD_NOW) == NULL);
	calls();
	puts(dlerror());
	calls();
	printf("%d\n", dlerror() == NULL);
	return 0;
}
