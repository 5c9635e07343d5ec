/* SPDX-License-Identifier: MIT */
/*
 * buffer.c - the buffer cache.
 */
#include "minifs.h"

#include <stdlib.h>

void buffers_open(struct buffer_cache *c, struct device *device)
{
	pthread_mutex_init(&c->lock, NULL);
	c->all = NULL;
	c->device = device;
	c->freed = 0;
}

static void buffer_free(struct buffer *b)
{
	pthread_mutex_destroy(&b->lock);
	kfree(b);
}

static struct buffer *buffer_new(unsigned block)
{
	struct buffer *b = kzalloc(sizeof(*b), GFP_NOFS);

	if (!b)
		abort();
	b->block = block;
	pthread_mutex_init(&b->lock, NULL);
	return b;
}

/* Takes a reference; NULL when the block is not cached. */
static struct buffer *cache_find(struct buffer_cache *c, unsigned block)
{
	for (struct buffer *b = c->all; b; b = b->next) {
		if (b->block == block) {
			b->refs++;
			return b;
		}
	}
	return NULL;
}

struct buffer *buffer_get(struct buffer_cache *c, unsigned block)
{
	struct buffer *b;
	bool is_new = false;

	pthread_mutex_lock(&c->lock);
	b = cache_find(c, block);
	if (!b) {
		b = buffer_new(block);
		b->refs = 1;
		b->next = c->all;
		c->all = b;
		is_new = true;
	}
	pthread_mutex_unlock(&c->lock);
	pthread_mutex_lock(&b->lock);
	if (is_new)
		device_io(c->device, block, b->data, false);
	return b;
}

void buffer_put(struct buffer_cache *c, struct buffer *b)
{
	pthread_mutex_unlock(&b->lock);
	pthread_mutex_lock(&c->lock);
	b->refs--;
	pthread_mutex_unlock(&c->lock);
}

void buffers_write_back(struct buffer_cache *c)
{
	for (unsigned block = 0; block < BLOCKS; block++) {
		struct buffer *b;

		pthread_mutex_lock(&c->lock);
		b = cache_find(c, block);
		pthread_mutex_unlock(&c->lock);
		if (!b)
			continue;
		pthread_mutex_lock(&b->lock);
		if (b->dirty)
			device_io(c->device, b->block, b->data, true);
		b->dirty = false;
		buffer_put(c, b);
	}
}

void buffers_shrink(struct buffer_cache *c)
{
	struct buffer **link, *b;

	pthread_mutex_lock(&c->lock);
	for (link = &c->all; (b = *link);) {
		if (b->refs || b->dirty) {
			link = &b->next;
			continue;
		}
		*link = b->next;
		buffer_free(b);
		c->freed++;
	}
	pthread_mutex_unlock(&c->lock);
}

void buffers_close(struct buffer_cache *c)
{
	buffers_write_back(c);
	buffers_shrink(c);
	pthread_mutex_destroy(&c->lock);
}
