/* SPDX-License-Identifier: MIT */
/*
 * One function makes the locks of two types, which are taken in both orders, on different objects: an inversion of two
 * classes, not an order inside one.
 *
 * expect: lock-inversion possible
 * stack: acquire read_page
 * stack: acquire write_page
 */
#include "lump.h"

static struct inode *inode[2];
static struct buffer *buffer[2];

static NOINLINE void read_page(void)
{
	pthread_mutex_lock(inode[0]->guard);
	pthread_mutex_lock(buffer[0]->guard);
	pthread_mutex_unlock(buffer[0]->guard);
	pthread_mutex_unlock(inode[0]->guard);
}

static NOINLINE void write_page(void)
{
	pthread_mutex_lock(buffer[1]->guard);
	pthread_mutex_lock(inode[1]->guard);
	pthread_mutex_unlock(inode[1]->guard);
	pthread_mutex_unlock(buffer[1]->guard);
}

int main(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		inode[i] = inode_new(i);
		buffer[i] = buffer_new(i);
	}
	TOGETHER(read_page, write_page);
	puts("done");
	return 0;
}
