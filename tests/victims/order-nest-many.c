/* SPDX-License-Identifier: MIT */
/*
 * Forty locks of one class, taken inside each other again and again, in the order of their addresses: all of that is known after
 * the first times. Then the outer two the other way round, by the same calls. (Of the inner ones it would be guarded: by the outer.)
 *
 * expect: same-class-nesting certain inode[i]->lock inode[i]->lock
 */
#include "victim.h"

#define INODES 40
#define TIMES 200

static struct inode {
	pthread_mutex_t lock;
} *inode[INODES];

static NOINLINE void take_all(struct inode *const *in)
{
	int i;

	for (i = 0; i < INODES; i++)
		pthread_mutex_lock(&in[i]->lock);
	while (i--)
		pthread_mutex_unlock(&in[i]->lock);
}

static void in_order(void)
{
	for (int n = 0; n < TIMES; n++)
		take_all(inode);
}

static void with_two_swapped(void)
{
	struct inode *swapped[INODES];

	in_order();
	memcpy(swapped, inode, sizeof(swapped));
	swapped[0] = inode[1];
	swapped[1] = inode[0];
	take_all(swapped);
}

int main(void)
{
	for (int i = 0; i < INODES; i++) {
		inode[i] = malloc(sizeof(*inode[i]));
		pthread_mutex_init(&inode[i]->lock, NULL);
	}
	TOGETHER(in_order, with_two_swapped);
	puts("done");
	return 0;
}
