/* SPDX-License-Identifier: MIT */
/*
 * left.h - locks that are left behind: held by a thread that has ended, held over a fork by a thread that the child
 * does not have; and conditions waited on with the wrong mutex.
 *
 * A lock's own words have the last say everywhere. Robust mutexes are made to be left behind; process-shared
 * locks are given back by the parent's thread.
 */
#ifndef RECLAIMDEP_LEFT_H
#define RECLAIMDEP_LEFT_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* The thread is gone, destructors of thread keys and all: tells of the locks that it still holds. Needs the
 * runtime lock. */
void rd_left_at_exit(struct rd_thread *gone);

/* fork: what other threads than t hold, in the parent before (needs the runtime lock); in the child, first of all,
 * where it is only noted: a child that takes none of these locks comes to know nothing of it. */
void rd_left_fork(const struct rd_thread *t);
void rd_left_forked(void);
/* The child's record is there, for what is to be told of that. Needs the runtime lock. */
void rd_left_child(void);
/* The classes that were known are not any more. */
void rd_left_reset(void);

/* In a fork child: is the lock one of those? Tells of it. Ask on the slow path, before a call that may wait. */
extern uint32_t rd_left_count __attribute__((visibility("hidden")));
void rd_left_take(struct rd_thread *t, const void *lock, unsigned how, uint64_t site, uint64_t sp);

/* The threads that may yet be told of because of that. Needs the runtime lock. */
void rd_left_threads(void (*refers)(uint32_t id));

/* A condition is about to be waited on: held is the thread's entry of the mutex, NULL when it has none. */
void rd_left_wait(struct rd_thread *t, const void *cond, const void *mutex, const struct rdep_held *held, uint64_t site,
		  uint64_t sp);

#endif
