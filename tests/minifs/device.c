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

static void serve(struct device *d, const struct request *r)
{
	if (r->write)
		memcpy(d->blocks[r->block], r->data, BLOCK_SIZE);
	else
		memcpy(r->data, d->blocks[r->block], BLOCK_SIZE);
	d->done++;
}

static void device_work(void *arg)
{
	struct device *d = arg;
	struct request *r;

	reclaimdep_context_enter(RECLAIMDEP_IO_RECLAIM);
	pthread_mutex_lock(&d->lock);
	while ((r = d->queue)) {
		d->queue = r->next;
		serve(d, r);
		kfree(r);
	}
	pthread_mutex_unlock(&d->lock);
	reclaimdep_context_leave(RECLAIMDEP_IO_RECLAIM);
}

void device_io(struct device *d, unsigned block, void *data, bool write)
{
	struct request *r;

	pthread_mutex_lock(&d->lock);
	r = kzalloc(sizeof(*r), bugs[BUG_NOIO_NEEDED] ? GFP_NOFS : GFP_NOIO);
	if (!r)
		abort();
	r->block = block;
	r->data = data;
	r->write = write;
	r->next = d->queue;
	d->queue = r;
	pthread_mutex_unlock(&d->lock);
	worker_run(&d->thread);
}

void device_open(struct device *d)
{
	pthread_mutex_init(&d->lock, NULL);
	worker_start(&d->thread, device_work, d);
}

void device_close(struct device *d)
{
	worker_stop(&d->thread);
	pthread_mutex_destroy(&d->lock);
}
