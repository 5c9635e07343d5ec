/* SPDX-License-Identifier: MIT */
/*
 * device.c - the block device: requests, and the thread that serves them. Pages are
 * swapped out through it too, so its thread stands in the way of reclaim that may
 * do IO.
 */
#include "minifs.h"

#include <reclaimdep/annotate.h>
#include <stdlib.h>
#include <string.h>

struct request {
	unsigned block;
	void *data;
	bool write;
	struct request *next;
};

static void serve(struct device *device, const struct request *r)
{
	if (r->write)
		memcpy(device->blocks[r->block], r->data, BLOCK_SIZE);
	else
		memcpy(r->data, device->blocks[r->block], BLOCK_SIZE);
	device->done++;
}

static void device_work(void *arg)
{
	struct device *device = arg;
	struct request *r;

	reclaimdep_context_enter(RECLAIMDEP_IO_RECLAIM);
	pthread_mutex_lock(&device->lock);
	while ((r = device->queue)) {
		device->queue = r->next;
		serve(device, r);
		kfree(r);
	}
	pthread_mutex_unlock(&device->lock);
	reclaimdep_context_leave(RECLAIMDEP_IO_RECLAIM);
}

void device_io(struct device *device, unsigned block, void *data, bool write)
{
	struct request *r;

	pthread_mutex_lock(&device->lock);
	r = kzalloc(sizeof(*r), bugs[BUG_NOIO_NEEDED] ? GFP_NOFS : GFP_NOIO);
	if (!r)
		abort();
	r->block = block;
	r->data = data;
	r->write = write;
	r->next = device->queue;
	device->queue = r;
	pthread_mutex_unlock(&device->lock);
	worker_run(&device->thread);
}

void device_open(struct device *device)
{
	pthread_mutex_init(&device->lock, NULL);
	worker_start(&device->thread, device_work, device);
}

void device_close(struct device *device)
{
	worker_stop(&device->thread);
	pthread_mutex_destroy(&device->lock);
}
