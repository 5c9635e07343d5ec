/* SPDX-License-Identifier: MIT */
/*
 * lump.h - two types of object whose locks are all made by one function, which no pattern knows to be a wrapper.
 */
#ifndef LUMP_H
#define LUMP_H

#include "victim.h"

struct inode {
	int number;
	pthread_mutex_t *guard;
};

struct buffer {
	int number;
	pthread_mutex_t *guard;
};

static UNUSED NOINLINE pthread_mutex_t *guard_make(void)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	pthread_mutex_init(m, NULL);
	return m;
}

static UNUSED NOINLINE struct inode *inode_new(int number)
{
	struct inode *inode = malloc(sizeof(*inode));

	inode->number = number;
	inode->guard = guard_make();
	return inode;
}

static UNUSED NOINLINE struct buffer *buffer_new(int number)
{
	struct buffer *buffer = malloc(sizeof(*buffer));

	buffer->number = number;
	buffer->guard = guard_make();
	return buffer;
}

#endif
