/* SPDX-License-Identifier: MIT */
/*
 * stat.h - stat=1: acquisitions, contention, waiting and holding times per class.
 *
 * Under it rd_thread.limit is NULL for good, so every lock call comes by the slow path, and is counted there: without it
 * the fast paths are as they are. Each thread counts into tables of its own in the record (RDEP_STATS), which a later
 * thread goes on with when it is gone: nothing shared is written, and what is there is the sum.
 *
 * rdep_held.since: when the waiting began, with bit 0 set where somebody had the lock; from then on, when it
 * was taken. No function here needs the runtime lock, but for the last two, which do. Async-signal-safe.
 */
#ifndef RECLAIMDEP_STAT_H
#define RECLAIMDEP_STAT_H

#include "event.h"
#include "thread.h"

/* Counts from now on. Before the first thread is attached. */
void rd_stat_start(void);

/* rd_acquire_fast(), where nothing but the counting keeps the fast path off. */
struct rdep_held *rd_stat_known(struct rd_thread *t, const void *lock, unsigned how, uint64_t site, uint64_t sp);

/* The entry was pushed, or found (recursion): before the lock call, or after it where that did not wait. May be NULL. */
void rd_stat_pushed(struct rd_thread *t, struct rdep_held *e);

/* The lock is given back: before its entry goes. */
void rd_stat_released(struct rd_thread *t, struct rdep_held *e);

/* It is given up in a condition wait, and had again. */
void rd_stat_given_up(struct rd_thread *t, struct rdep_held *e);
void rd_stat_regained(struct rdep_held *e);

/* The thread is gone: another one may have its tables. */
void rd_stat_thread_gone(struct rd_thread *t);

/* A fork child counts anew. */
void rd_stat_reset(void);

#endif
