/* SPDX-License-Identifier: MIT */
/*
 * Silent: no lock has an init call, and one function takes all of them, which no pattern knows.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t middle = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *inode, *buffer;

static NOINLINE pthread_mutex_t *guard_make(void)
{
	static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_t *m = malloc(sizeof(*m));

	*m = fresh;
	return m;
}

static NOINLINE void guard_take(pthread_mutex_t *m)
{
	must(!pthread_mutex_lock(m), "lock");
}

static NOINLINE void guard_give(pthread_mutex_t *m)
{
	must(!pthread_mutex_unlock(m), "unlock");
}

static NOINLINE void write_inode(void)
{
	guard_take(inode);
	guard_take(&middle);
	guard_give(&middle);
	guard_give(inode);
}

static NOINLINE void write_buffer(void)
{
	guard_take(&middle);
	guard_take(buffer);
	guard_give(buffer);
	guard_give(&middle);
}

int main(void)
{
	inode = guard_make();
	buffer = guard_make();
	TOGETHER(write_inode, write_buffer, write_inode);
	puts("done");
	return 0;
}
