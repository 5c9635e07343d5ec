/* SPDX-License-Identifier: MIT */
/*
 * Silent: spinlocks, which have no room for a tag, and robust mutexes, in memory that is reused; also
 * where the program sets them up itself, without a call, in memory that was freed or unmapped.
 *
 * status: 0
 * expect: sleep-in-atomic certain
 * expect: sleep-in-atomic certain
 */
#include <sys/mman.h>
#include "victim.h"

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void first(void)
{
	pthread_spinlock_t *s = malloc(64);

	pthread_spin_init(s, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_lock(s);
	pthread_mutex_lock(&global);
	pthread_mutex_unlock(&global);
	pthread_spin_unlock(s);
	free((void *)s);
}

static NOINLINE void second(void)
{
	pthread_spinlock_t *s = malloc(64);

	pthread_spin_init(s, PTHREAD_PROCESS_PRIVATE);
	pthread_mutex_lock(&global);
	pthread_spin_lock(s);
	pthread_spin_unlock(s);
	pthread_mutex_unlock(&global);
	free((void *)s);
}

static NOINLINE void bare_first(int *s)
{
	*s = 1;
	pthread_spin_lock(s);
	pthread_mutex_lock(&global);
	pthread_mutex_unlock(&global);
	pthread_spin_unlock(s);
}

static NOINLINE void bare_second(int *s)
{
	*s = 1;
	pthread_mutex_lock(&global);
	pthread_spin_lock(s);
	pthread_spin_unlock(s);
	pthread_mutex_unlock(&global);
}

static void bare(void)
{
	void *p = malloc(100), *q;

	bare_first(p);
	free(p);
	q = malloc(100);
	bare_second(q);
	free(q);

	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bare_first(p);
	munmap(p, 4096);
	q = mmap(p, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	bare_second(q);
	munmap(q, 4096);
}

static void robust(pthread_mutex_t *m)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(m, &attr);
}

static NOINLINE void third(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	robust(m);
	nest(m, &global);
	pthread_mutex_destroy(m);
	free(m);
}

int main(void)
{
	bare();
	first();
	second();
	third();
	puts("done");
	return 0;
}
