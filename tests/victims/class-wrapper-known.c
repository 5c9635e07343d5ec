/* SPDX-License-Identifier: MIT */
/*
 * Silent: mutex_init() is known as a wrapper without being told, as in kernel code
 * under a shim.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t middle = PTHREAD_MUTEX_INITIALIZER;

NOINLINE void mutex_init(pthread_mutex_t *m)
{
	must(!pthread_mutex_init(m, NULL), "mutex_init");
}

NOINLINE void mutex_lock(pthread_mutex_t *m)
{
	must(!pthread_mutex_lock(m), "mutex_lock");
}

static NOINLINE pthread_mutex_t *inode_new(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	mutex_init(m);
	return m;
}

static NOINLINE pthread_mutex_t *buffer_new(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	mutex_init(m);
	return m;
}

int main(void)
{
	pthread_mutex_t *inode = inode_new(), *buffer = buffer_new();

	mutex_lock(inode);
	mutex_lock(&middle);
	pthread_mutex_unlock(&middle);
	pthread_mutex_unlock(inode);
	mutex_lock(&middle);
	mutex_lock(buffer);
	pthread_mutex_unlock(buffer);
	pthread_mutex_unlock(&middle);
	puts("done");
	return 0;
}
