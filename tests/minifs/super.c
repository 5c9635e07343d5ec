/* SPDX-License-Identifier: MIT */
/*
 * super.c - mount and unmount, reclaim, the threads.
 */
#include "minifs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a thread that works when told to ---- */

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	for (;;) {
		sem_wait(&w->go);
		if (w->stop)
			return NULL;
		w->work(w->arg);
		sem_post(&w->done);
	}
}

void worker_start(struct worker *w, void (*work)(void *), void *arg)
{
	w->work = work;
	w->arg = arg;
	w->stop = false;
	sem_init(&w->go, 0, 0);
	sem_init(&w->done, 0, 0);
	if (pthread_create(&w->thread, NULL, worker_main, w))
		abort();
}

void worker_run(struct worker *w)
{
	sem_post(&w->go);
	sem_wait(&w->done);
}

void worker_stop(struct worker *w)
{
	w->stop = true;
	sem_post(&w->go);
	pthread_join(w->thread, NULL);
}

/* ---- reclaim ---- */

/* What the mount options say of how much to keep is read for each round. */
static void shrink_all(struct super *super)
{
	pthread_rwlock_rdlock(&super->config_lock);
	inodes_shrink(super);
	buffers_shrink(&super->buffers);
	pthread_rwlock_unlock(&super->config_lock);
}

void reclaim(struct super *super)
{
	unsigned flags;

	fs_reclaim_acquire(GFP_KERNEL);
	flags = memalloc_noreclaim_save();
	shrink_all(super);
	memalloc_noreclaim_restore(flags);
	fs_reclaim_release(GFP_KERNEL);
}

static void kswapd_work(void *arg)
{
	reclaim(arg);
}

/* ---- writing back ---- */

/* The buffer's owner gets its time of writing. */
static void flush_buffer_first(struct super *super, struct inode *inode)
{
	struct buffer *buffer = buffer_get(&super->buffers, inode->number);

	pthread_mutex_lock(&inode->lock);
	inode->written++;
	pthread_mutex_unlock(&inode->lock);
	buffer_put(&super->buffers, buffer);
}

void super_flush(struct super *super, struct inode *inode)
{
	struct buffer *buffer;

	if (bugs[BUG_ABBA]) {
		flush_buffer_first(super, inode);
		return;
	}
	pthread_mutex_lock(&inode->lock);
	buffer = buffer_get(&super->buffers, inode->number);
	inode->written++;
	buffer_put(&super->buffers, buffer);
	pthread_mutex_unlock(&inode->lock);
}

static void flusher_work(void *arg)
{
	struct super *super = arg;

	for (unsigned i = 0; i < INODES; i++) {
		struct inode *inode = inode_get(super, i);

		super_flush(super, inode);
		inode_put(super, inode);
	}
	buffers_write_back(&super->buffers);
}

void super_sync(struct super *super)
{
	worker_run(&super->flusher);
	journal_checkpoint(&super->journal);
}

/* ---- the rest ---- */

void super_count_write(struct super *super)
{
	pthread_mutex_lock(&super->stats_lock);
	super->writes++;
	pthread_mutex_unlock(&super->stats_lock);
	if (bugs[BUG_UNLOCK_TWICE] && super->writes == 1)
		pthread_mutex_unlock(&super->stats_lock);
}

void super_remount(struct super *super, const char *config)
{
	size_t size = strlen(config) + 1;
	char *copy = bugs[BUG_REMOUNT_ALLOC] ? NULL : kmalloc(size, GFP_KERNEL);

	pthread_rwlock_wrlock(&super->config_lock);
	kfree(super->config);
	if (!copy)
		copy = kmalloc(size, GFP_KERNEL);
	if (!copy)
		abort();
	super->config = memcpy(copy, config, size);
	pthread_rwlock_unlock(&super->config_lock);
}

void super_mount(struct super *super)
{
	pthread_mutexattr_t checked;

	pthread_rwlock_init(&super->config_lock, NULL);
	/* A second unlock fails, and harms nothing. */
	pthread_mutexattr_init(&checked);
	pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&super->stats_lock, &checked);
	device_open(&super->device);
	buffers_open(&super->buffers, &super->device);
	journal_open(&super->journal);
	inodes_open(&super->inodes);
	worker_start(&super->kswapd, kswapd_work, super);
	worker_start(&super->flusher, flusher_work, super);
}

void super_unmount(struct super *super)
{
	worker_stop(&super->flusher);
	worker_stop(&super->kswapd);
	inodes_close(super);
	journal_close(&super->journal);
	buffers_close(&super->buffers);
	device_close(&super->device);
	kfree(super->config);
	pthread_mutex_destroy(&super->stats_lock);
	pthread_rwlock_destroy(&super->config_lock);
}

/* ---- the log ---- */

static char *log_text;
static size_t log_length;

void log_line(const char *fmt, ...)
{
	char line[128];
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = (size_t)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	log_text = krealloc(log_text, log_length + n + 1, GFP_KERNEL);
	if (!log_text)
		abort();
	memcpy(log_text + log_length, line, n + 1);
	log_length += n;
}

void log_free(void)
{
	kfree(log_text);
	log_text = NULL;
	log_length = 0;
}
