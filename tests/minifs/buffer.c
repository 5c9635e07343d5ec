/* SPDX-License-Identifier: MIT */
/*
 * buffer.c - the buffer cache.
 */
#include "minifs.h"

#include <stdlib.h>

void buffers_open(struct buffer_cache *buffers, struct device *device)
{
	pthread_mutex_init(&buffers->lock, NULL);
	buffers->all = NULL;
	buffers->device = device;
	buffers->freed = 0;
}

static void buffer_free(struct buffer *buffer)
{
	pthread_mutex_destroy(&buffer->lock);
	kfree(buffer);
}

static struct buffer *buffer_new(unsigned block)
{
	struct buffer *buffer = kzalloc(sizeof(*buffer), GFP_NOFS);

	if (!buffer)
		abort();
	buffer->block = block;
	pthread_mutex_init(&buffer->lock, NULL);
	return buffer;
}

/* Takes a reference; NULL when the block is not cached. */
static struct buffer *cache_find(struct buffer_cache *buffers, unsigned block)
{
	for (struct buffer *buffer = buffers->all; buffer; buffer = buffer->next) {
		if (buffer->block == block) {
			buffer->refs++;
			return buffer;
		}
	}
	return NULL;
}

struct buffer *buffer_get(struct buffer_cache *buffers, unsigned block)
{
	struct buffer *buffer;
	bool is_new = false;

	pthread_mutex_lock(&buffers->lock);
	buffer = cache_find(buffers, block);
	if (!buffer) {
		buffer = buffer_new(block);
		buffer->refs = 1;
		buffer->next = buffers->all;
		buffers->all = buffer;
		is_new = true;
	}
	pthread_mutex_unlock(&buffers->lock);
	pthread_mutex_lock(&buffer->lock);
	if (is_new)
		device_io(buffers->device, block, buffer->data, false);
	return buffer;
}

void buffer_put(struct buffer_cache *buffers, struct buffer *buffer)
{
	pthread_mutex_unlock(&buffer->lock);
	pthread_mutex_lock(&buffers->lock);
	buffer->refs--;
	pthread_mutex_unlock(&buffers->lock);
}

void buffers_write_back(struct buffer_cache *buffers)
{
	for (unsigned block = 0; block < BLOCKS; block++) {
		struct buffer *buffer;

		pthread_mutex_lock(&buffers->lock);
		buffer = cache_find(buffers, block);
		pthread_mutex_unlock(&buffers->lock);
		if (!buffer)
			continue;
		pthread_mutex_lock(&buffer->lock);
		if (buffer->dirty)
			device_io(buffers->device, buffer->block, buffer->data, true);
		buffer->dirty = false;
		buffer_put(buffers, buffer);
	}
}

void buffers_shrink(struct buffer_cache *buffers)
{
	struct buffer **link, *buffer;

	pthread_mutex_lock(&buffers->lock);
	for (link = &buffers->all; (buffer = *link);) {
		if (buffer->refs || buffer->dirty) {
			link = &buffer->next;
			continue;
		}
		*link = buffer->next;
		buffer_free(buffer);
		buffers->freed++;
	}
	pthread_mutex_unlock(&buffers->lock);
}

void buffers_close(struct buffer_cache *buffers)
{
	buffers_write_back(buffers);
	buffers_shrink(buffers);
	pthread_mutex_destroy(&buffers->lock);
}
