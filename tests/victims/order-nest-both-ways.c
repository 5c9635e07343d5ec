/* SPDX-License-Identifier: MIT */
/*
 * Two inodes, one class: each of two threads takes one inside the other, the other way round.
 *
 * expect: same-class-nesting certain inode->lock inode->lock
 */
#include "victim.h"

struct inode {
	pthread_mutex_t lock;
};

static struct inode *a, *b;

static struct inode *inode_new(void)
{
	struct inode *inode = malloc(sizeof(*inode));

	pthread_mutex_init(&inode->lock, NULL);
	return inode;
}

static void forward(void)
{
	nest(&a->lock, &b->lock);
}

static void backward(void)
{
	nest(&b->lock, &a->lock);
}

int main(void)
{
	a = inode_new();
	b = inode_new();
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
