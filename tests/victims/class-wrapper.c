/* SPDX-License-Identifier: MIT */
/*
 * Silent: a function that only wraps init and one that only wraps lock, told by an option: the locks of
 * two types are not lumped.
 *
 * expect: none
 * options: wrapper=xmutex_init,xmutex_lock
 */
#include "victim.h"

static pthread_mutex_t middle = PTHREAD_MUTEX_INITIALIZER;

NOINLINE void xmutex_init(pthread_mutex_t *m)
{
	must(!pthread_mutex_init(m, NULL), "xmutex_init");
}

NOINLINE void xmutex_lock(pthread_mutex_t *m)
{
	must(!pthread_mutex_lock(m), "xmutex_lock");
}

static NOINLINE pthread_mutex_t *inode_new(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	xmutex_init(m);
	return m;
}

static NOINLINE pthread_mutex_t *buffer_new(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	xmutex_init(m);
	return m;
}

int main(void)
{
	pthread_mutex_t *inode = inode_new(), *buffer = buffer_new();

	xmutex_lock(inode);
	xmutex_lock(&middle);
	pthread_mutex_unlock(&middle);
	pthread_mutex_unlock(inode);
	xmutex_lock(&middle);
	xmutex_lock(buffer);
	pthread_mutex_unlock(buffer);
	pthread_mutex_unlock(&middle);
	puts("done");
	return 0;
}
