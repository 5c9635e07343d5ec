/* SPDX-License-Identifier: MIT */
/*
 * inode.c - the inode cache: reading in, writing, and the shrinker that evicts.
 */
#include "minifs.h"

#include <stdlib.h>
#include <string.h>

void inodes_open(struct inode_cache *inodes)
{
	pthread_mutex_init(&inodes->lock, NULL);
	inodes->all = NULL;
	inodes->evicted = 0;
}

static struct inode *inode_new(unsigned number)
{
	struct inode *inode = kzalloc(sizeof(*inode), GFP_KERNEL);

	if (!inode)
		abort();
	inode->number = number;
	pthread_mutex_init(&inode->lock, NULL);
	return inode;
}

static void inode_free(struct inode *inode)
{
	pthread_mutex_destroy(&inode->lock);
	kfree(inode->page);
	kfree(inode);
}

static struct inode *cache_find(struct inode_cache *inodes, unsigned number)
{
	for (struct inode *inode = inodes->all; inode; inode = inode->next)
		if (inode->number == number)
			return inode;
	return NULL;
}

struct inode *inode_get(struct super *super, unsigned number)
{
	struct inode_cache *inodes = &super->inodes;
	struct inode *fresh = inode_new(number), *inode;

	pthread_mutex_lock(&inodes->lock);
	inode = cache_find(inodes, number);
	if (!inode) {
		inode = fresh;
		inode->next = inodes->all;
		inodes->all = inode;
		fresh = NULL;
	}
	inode->refs++;
	pthread_mutex_unlock(&inodes->lock);
	if (fresh)
		inode_free(fresh);
	return inode;
}

void inode_put(struct super *super, struct inode *inode)
{
	pthread_mutex_lock(&super->inodes.lock);
	inode->refs--;
	pthread_mutex_unlock(&super->inodes.lock);
}

/* Under the inode's lock. */
static void fill_page(struct inode *inode, const char *text)
{
	if (!inode->page)
		inode->page = kzalloc(BLOCK_SIZE, bugs[BUG_INODE_LOCK_ALLOC] ? GFP_KERNEL : GFP_NOFS);
	if (!inode->page)
		abort();
	memcpy(inode->page, text, strnlen(text, BLOCK_SIZE - 1));
}

/* Under the inode's lock: the block through the journal into the buffer cache. */
static void write_block(struct super *super, struct inode *inode)
{
	struct transaction *t = journal_start(&super->journal);
	struct buffer *buffer = buffer_get(&super->buffers, inode->number);

	journal_add(t, inode->number);
	if (inode->page)
		memcpy(buffer->data, inode->page, BLOCK_SIZE);
	buffer->dirty = true;
	buffer_put(&super->buffers, buffer);
	journal_stop(&super->journal, t);
}

void inode_write(struct super *super, struct inode *inode, const char *text)
{
	pthread_mutex_lock(&inode->lock);
	fill_page(inode, text);
	write_block(super, inode);
	inode->written++;
	if (bugs[BUG_WRAPPER_HIDES_ALLOCATION])
		log_line("inode %u written %lu times", inode->number, inode->written);
	pthread_mutex_unlock(&inode->lock);
	super_count_write(super);
}

/* The last change of an inode that goes out of the cache is written first. */
static void evict(struct super *super, struct inode *inode)
{
	pthread_mutex_lock(&inode->lock);
	write_block(super, inode);
	pthread_mutex_unlock(&inode->lock);
	inode_free(inode);
	super->inodes.evicted++;
}

/* The unreferenced inode that came in first, off the cache. */
static struct inode *isolate_one(struct inode_cache *inodes)
{
	struct inode **link, **oldest = NULL, *inode = NULL;

	pthread_mutex_lock(&inodes->lock);
	for (link = &inodes->all; *link; link = &(*link)->next)
		if (!(*link)->refs)
			oldest = link;
	if (oldest) {
		inode = *oldest;
		*oldest = inode->next;
	}
	pthread_mutex_unlock(&inodes->lock);
	return inode;
}

void inodes_shrink(struct super *super)
{
	struct inode *inode;

	while ((inode = isolate_one(&super->inodes)))
		evict(super, inode);
}

void inodes_close(struct super *super)
{
	inodes_shrink(super);
	pthread_mutex_destroy(&super->inodes.lock);
}
