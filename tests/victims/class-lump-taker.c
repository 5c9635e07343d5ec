/* SPDX-License-Identifier: MIT */
/*
 * Silent: one function makes all locks and another one takes them, and no pattern knows either.
 *
 * expect: none
 */
#include "lump.h"

static struct inode *inode;
static struct buffer *buffer;
static pthread_mutex_t *middle;

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
	guard_take(inode->guard);
	guard_take(middle);
	guard_give(middle);
	guard_give(inode->guard);
}

static NOINLINE void write_buffer(void)
{
	guard_take(middle);
	guard_take(buffer->guard);
	guard_give(buffer->guard);
	guard_give(middle);
}

static NOINLINE void middle_init(void)
{
	middle = malloc(sizeof(*middle));
	pthread_mutex_init(middle, NULL);
}

int main(void)
{
	middle_init();
	inode = inode_new(1);
	buffer = buffer_new(1);
	TOGETHER(write_inode, write_buffer, write_inode);
	puts("done");
	return 0;
}
