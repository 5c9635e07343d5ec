/* SPDX-License-Identifier: MIT */
/*
 * Silent: no lock has an init call, one function takes all of them, and new ones all the time, for two callers in turn at the
 * same depth of the stack: what the one's locks were is not what the other's are.
 *
 * expect: none
 */
#include "victim.h"

#define TIMES 8

static pthread_mutex_t middle = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void guard_take(pthread_mutex_t *m)
{
	must(!pthread_mutex_lock(m), "lock");
}

static NOINLINE void guard_give(pthread_mutex_t *m)
{
	must(!pthread_mutex_unlock(m), "unlock");
}

static NOINLINE void write_inode(pthread_mutex_t *inode)
{
	guard_take(inode);
	guard_take(&middle);
	guard_give(&middle);
	guard_give(inode);
}

static NOINLINE void write_buffer(pthread_mutex_t *buffer)
{
	guard_take(&middle);
	guard_take(buffer);
	guard_give(buffer);
	guard_give(&middle);
}

static void work(void)
{
	for (int i = 0; i < TIMES; i++) {
		write_inode(calloc(1, sizeof(pthread_mutex_t)));
		write_buffer(calloc(1, sizeof(pthread_mutex_t)));
	}
}

int main(void)
{
	TOGETHER(work, work);
	puts("done");
	return 0;
}
