/* SPDX-License-Identifier: MIT */
/*
 * Silent: one function makes the locks of two types, and an order of each towards a third lock looks like a circle.
 *
 * expect: none
 * class: lock of inode_new (lump.h:33)
 * class: lock of buffer_new (lump.h:42)
 */
#include "lump.h"

static pthread_mutex_t middle = PTHREAD_MUTEX_INITIALIZER;
static struct inode *inode;
static struct buffer *buffer;

static NOINLINE void write_inode(void)
{
	pthread_mutex_lock(inode->guard);
	pthread_mutex_lock(&middle);
	pthread_mutex_unlock(&middle);
	pthread_mutex_unlock(inode->guard);
}

static NOINLINE void write_buffer(void)
{
	pthread_mutex_lock(&middle);
	pthread_mutex_lock(buffer->guard);
	pthread_mutex_unlock(buffer->guard);
	pthread_mutex_unlock(&middle);
}

int main(void)
{
	inode = inode_new(1);
	buffer = buffer_new(1);
	TOGETHER(write_inode, write_buffer, write_inode);
	puts("done");
	return 0;
}
