/* SPDX-License-Identifier: MIT */
/*
 * inode.c - the inode cache: reading in, writing, and the shrinker that evicts.
 */
#include "minifs.h"

#include <stdlib.h>
#include <string.h>

void inodes_open(struct inode_cache *c)
{
	pthread_mutex_init(&c->lock, NULL);
	c->all = NULL;
	c->evicted = 0;
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

static struct inode *cache_find(struct inode_cache *c, unsigned number)
{
	for (struct inode *inode = c->all; inode; inode = inode->next)
		if (inode->number == number)
			return inode;
	return NULL;
}

struct inode *inode_get(struct super *s, unsigned number)
{
	struct inode_cache *c = &s->inodes;
	struct inode *fresh = inode_new(number), *inode;

	pthread_mutex_lock(&c->lock);
	inode = cache_find(c, number);
	if (!inode) {
		inode = fresh;
		inode->next = c->all;
		c->all = inode;
		fresh = NULL;
	}
	inode->refs++;
	pthread_mutex_unlock(&c->lock);
	if (fresh)
		inode_free(fresh);
	return inode;
}

void inode_put(struct super *s, struct inode *inode)
{
	pthread_mutex_lock(&s->inodes.lock);
	inode->refs--;
	pthread_mutex_unlock(&s->inodes.lock);
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
static void write_block(struct super *s, struct inode *inode)
{
	struct transaction *t = journal_start(&s->journal);
	struct buffer *b = buffer_get(&s->buffers, inode->number);

	journal_add(t, inode->number);
	if (inode->page)
		memcpy(b->data, inode->page, BLOCK_SIZE);
	b->dirty = true;
	buffer_put(&s->buffers, b);
	journal_stop(&s->journal, t);
}

void inode_write(struct super *s, struct inode *inode, const char *text)
{
	pthread_mutex_lock(&inode->lock);
	fill_page(inode, text);
	write_block(s, inode);
	inode->written++;
	if (bugs[BUG_WRAPPER_HIDES_ALLOCATION])
		log_line("inode %u written %lu times", inode->number, inode->written);
	pthread_mutex_unlock(&inode->lock);
	super_count_write(s);
}

/* The last change of an inode that goes out of the cache is written first. */
static void evict(struct super *s, struct inode *inode)
{
	pthread_mutex_lock(&inode->lock);
	write_block(s, inode);
	pthread_mutex_unlock(&inode->lock);
	inode_free(inode);
	s->inodes.evicted++;
}

static struct inode *isolate_one(struct inode_cache *c)
{
	struct inode **link, *inode;

	pthread_mutex_lock(&c->lock);
	for (link = &c->all; (inode = *link); link = &inode->next)
		if (!inode->refs)
			break;
	if (inode)
		*link = inode->next;
	pthread_mutex_unlock(&c->lock);
	return inode;
}

void inodes_shrink(struct super *s)
{
	struct inode *inode;

	while ((inode = isolate_one(&s->inodes)))
		evict(s, inode);
}

void inodes_close(struct super *s)
{
	inodes_shrink(s);
	pthread_mutex_destroy(&s->inodes.lock);
}
