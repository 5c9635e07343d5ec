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
static void shrink_all(struct super *s)
{
	pthread_rwlock_rdlock(&s->config_lock);
	inodes_shrink(s);
	buffers_shrink(&s->buffers);
	pthread_rwlock_unlock(&s->config_lock);
}

void reclaim(struct super *s)
{
	unsigned flags;

	fs_reclaim_acquire(GFP_KERNEL);
	flags = memalloc_noreclaim_save();
	shrink_all(s);
	memalloc_noreclaim_restore(flags);
	fs_reclaim_release(GFP_KERNEL);
}

static void kswapd_work(void *arg)
{
	reclaim(arg);
}

/* ---- writing back ---- */

/* The buffer's owner gets its time of writing. */
static void flush_buffer_first(struct super *s, struct inode *inode)
{
	struct buffer *b = buffer_get(&s->buffers, inode->number);

	pthread_mutex_lock(&inode->lock);
	inode->written++;
	pthread_mutex_unlock(&inode->lock);
	buffer_put(&s->buffers, b);
}

void super_flush(struct super *s, struct inode *inode)
{
	struct buffer *b;

	if (bugs[BUG_ABBA]) {
		flush_buffer_first(s, inode);
		return;
	}
	pthread_mutex_lock(&inode->lock);
	b = buffer_get(&s->buffers, inode->number);
	inode->written++;
	buffer_put(&s->buffers, b);
	pthread_mutex_unlock(&inode->lock);
}

static void flusher_work(void *arg)
{
	struct super *s = arg;

	for (unsigned i = 0; i < INODES; i++) {
		struct inode *inode = inode_get(s, i);

		super_flush(s, inode);
		inode_put(s, inode);
	}
	buffers_write_back(&s->buffers);
}

void super_sync(struct super *s)
{
	worker_run(&s->flusher);
	journal_checkpoint(&s->journal);
}

/* ---- the rest ---- */

void super_count_write(struct super *s)
{
	pthread_mutex_lock(&s->stats_lock);
	s->writes++;
	pthread_mutex_unlock(&s->stats_lock);
	if (bugs[BUG_UNLOCK_TWICE] && s->writes == 1)
		pthread_mutex_unlock(&s->stats_lock);
}

void super_remount(struct super *s, const char *config)
{
	size_t size = strlen(config) + 1;
	char *copy = bugs[BUG_REMOUNT_ALLOC] ? NULL : kmalloc(size, GFP_KERNEL);

	pthread_rwlock_wrlock(&s->config_lock);
	kfree(s->config);
	if (!copy)
		copy = kmalloc(size, GFP_KERNEL);
	if (!copy)
		abort();
	s->config = memcpy(copy, config, size);
	pthread_rwlock_unlock(&s->config_lock);
}

void super_mount(struct super *s)
{
	pthread_mutexattr_t checked;

	pthread_rwlock_init(&s->config_lock, NULL);
	/* A second unlock fails, and harms nothing. */
	pthread_mutexattr_init(&checked);
	pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&s->stats_lock, &checked);
	device_open(&s->device);
	buffers_open(&s->buffers, &s->device);
	journal_open(&s->journal);
	inodes_open(&s->inodes);
	worker_start(&s->kswapd, kswapd_work, s);
	worker_start(&s->flusher, flusher_work, s);
}

void super_unmount(struct super *s)
{
	worker_stop(&s->flusher);
	worker_stop(&s->kswapd);
	inodes_close(s);
	journal_close(&s->journal);
	buffers_close(&s->buffers);
	device_close(&s->device);
	kfree(s->config);
	pthread_mutex_destroy(&s->stats_lock);
	pthread_rwlock_destroy(&s->config_lock);
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
