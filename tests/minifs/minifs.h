/* SPDX-License-Identifier: MIT */
/*
 * minifs.h - a filesystem in miniature: a victim with the shape of the real ones.
 *
 * Inodes live in a cache, changes go through a journal, blocks through a buffer
 * cache to a block device with a thread of its own. Reclaim is called in the
 * kernel's way (fs_reclaim held, a noreclaim scope around the shrinkers) by a
 * kswapd thread or directly, and there is always plenty of memory: no run
 * deadlocks, whichever bugs are on.
 *
 * The order of its locks, as long as no bug is on:
 *
 *   super.config > inode.lock > journal.lock > journal.checkpoint > journal.bitmap_lock
 *   inode.lock > journal.lock > buffer.lock > device.lock
 *   cache locks (inode_cache.lock, buffer_cache.lock): nothing is taken under them
 *
 * Reclaim takes nearly all of them, and those that it does not take are taken under one that
 * it does: whatever is allocated under any says GFP_NOFS, or stands in a NOFS scope.
 */
#ifndef MINIFS_H
#define MINIFS_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/victims/kernel.h"

#define BLOCK_SIZE 512u
#define BLOCKS 64u
#define INODES 8u

/* ---- bugs ---- */

enum bug {
#define BUG(sym, name, kind, what) BUG_##sym,
#include "bugs.def"
#undef BUG
	BUGS
};

extern bool bugs[BUGS];

/* ---- a thread that works when told to ---- */

struct worker {
	pthread_t thread;
	sem_t go, done;
	void (*work)(void *arg);
	void *arg;
	bool stop;
};

void worker_start(struct worker *w, void (*work)(void *), void *arg);
void worker_run(struct worker *w); /* one round; returns when it is over */
void worker_stop(struct worker *w);

/* ---- block device ---- */

struct device {
	pthread_mutex_t lock;
	struct request *queue;
	struct worker thread;
	unsigned char blocks[BLOCKS][BLOCK_SIZE];
	unsigned long done;
};

void device_open(struct device *device);
void device_close(struct device *device);
void device_io(struct device *device, unsigned block, void *data, bool write);

/* ---- buffer cache ---- */

struct buffer {
	unsigned block;
	unsigned refs; /* under the cache's lock */
	bool dirty;
	pthread_mutex_t lock;
	struct buffer *next;
	unsigned char data[BLOCK_SIZE];
};

struct buffer_cache {
	pthread_mutex_t lock;
	struct buffer *all;
	struct device *device;
	unsigned long freed;
};

void buffers_open(struct buffer_cache *buffers, struct device *device);
void buffers_close(struct buffer_cache *buffers);
struct buffer *buffer_get(struct buffer_cache *buffers, unsigned block); /* locked */
void buffer_put(struct buffer_cache *buffers, struct buffer *buffer);
void buffers_write_back(struct buffer_cache *buffers);
void buffers_shrink(struct buffer_cache *buffers);

/* ---- journal ---- */

struct journal {
	pthread_mutex_t lock; /* held by the running transaction */
	pthread_mutex_t checkpoint;
	pthread_mutex_t bitmap_lock; /* of the blocks in use */
	unsigned char *bitmap;
	unsigned nofs; /* cookie of the running transaction's scope */
	unsigned long commits;
};

struct transaction {
	unsigned blocks[8];
	unsigned count;
};

void journal_open(struct journal *journal);
void journal_close(struct journal *journal);
struct transaction *journal_start(struct journal *journal);
void journal_add(struct transaction *t, unsigned block);
void journal_stop(struct journal *journal, struct transaction *t);
void journal_checkpoint(struct journal *journal);

/* ---- inodes ---- */

struct inode {
	unsigned number;
	unsigned refs; /* under the cache's lock */
	pthread_mutex_t lock;
	unsigned char *page;
	unsigned long written;
	struct inode *next;
};

struct inode_cache {
	pthread_mutex_t lock;
	struct inode *all;
	unsigned long evicted;
};

struct super;

void inodes_open(struct inode_cache *inodes);
void inodes_close(struct super *super);
struct inode *inode_get(struct super *super, unsigned number);
void inode_put(struct super *super, struct inode *inode);
void inode_write(struct super *super, struct inode *inode, const char *text);
void inodes_shrink(struct super *super);

/* ---- the whole ---- */

struct super {
	pthread_rwlock_t config_lock;
	char *config;
	pthread_mutex_t stats_lock;
	unsigned long writes;
	struct inode_cache inodes;
	struct buffer_cache buffers;
	struct journal journal;
	struct device device;
	struct worker kswapd, flusher;
};

void super_mount(struct super *super);
void super_unmount(struct super *super);
void super_remount(struct super *super, const char *config);
void super_count_write(struct super *super);
void super_sync(struct super *super);
void super_flush(struct super *super, struct inode *inode);

/* Reclaim as the kernel's page allocator does it when memory is short. */
void reclaim(struct super *super);

/* A log that grows as lines are added. */
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_free(void);

#endif
