/* SPDX-License-Identifier: MIT */
/*
 * Silent: locks are taken where no hook sees it, and given back where one does: that is not an unlock of
 * what is not held.
 *
 * expect: none
 */
#include <dlfcn.h>
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

int main(void)
{
	void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
	int (*lock)(pthread_mutex_t *) = (int (*)(pthread_mutex_t *))dlsym(libc, "pthread_mutex_lock");
	int (*rdlock)(pthread_rwlock_t *) =
		(int (*)(pthread_rwlock_t *))dlsym(libc, "pthread_rwlock_rdlock");

	must(lock && rdlock, "dlsym");
	lock(&lock_a);
	printf("%d\n", pthread_mutex_unlock(&lock_a));
	rdlock(&table);
	printf("%d\n", pthread_rwlock_unlock(&table));
	nest(&lock_b, &lock_a);
	lock(&lock_a);
	pthread_mutex_lock(&lock_b);
	pthread_mutex_unlock(&lock_b);
	printf("%d\n", pthread_mutex_unlock(&lock_a));
	return 0;
}
