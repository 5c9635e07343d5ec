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
static pthread_rwlock_t read_twice = PTHREAD_RWLOCK_INITIALIZER;
static sem_t ready, end;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

static void *reader(void *unused)
{
	pthread_rwlock_rdlock(&read_twice);
	sem_post(&ready);
	sem_wait(&end);
	pthread_rwlock_unlock(&read_twice);
	return unused;
}

/* One of two readers was seen: the other one's unlock is not an unlock of that one's lock. */
static void two_readers(int (*rdlock)(pthread_rwlock_t *))
{
	pthread_t thread;

	sem_init(&ready, 0, 0);
	sem_init(&end, 0, 0);
	must(!pthread_create(&thread, NULL, reader, NULL), "pthread_create");
	sem_wait(&ready);
	rdlock(&read_twice);
	printf("%d\n", pthread_rwlock_unlock(&read_twice));
	sem_post(&end);
	pthread_join(thread, NULL);
}

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
	two_readers(rdlock);
	nest(&lock_b, &lock_a);
	lock(&lock_a);
	pthread_mutex_lock(&lock_b);
	pthread_mutex_unlock(&lock_b);
	printf("%d\n", pthread_mutex_unlock(&lock_a));
	return 0;
}
