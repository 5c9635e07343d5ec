/* SPDX-License-Identifier: MIT */
/*
 * threads.h - the threads that are followed, from first event to the end of their tid.
 */
#ifndef RECLAIMDEP_THREADS_H
#define RECLAIMDEP_THREADS_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/*
 * Makes the calling thread's state (it has none). Needs the runtime lock. id: its journal id, 0 for a
 * new one. NULL: no memory (counted).
 */
struct rd_thread *rd_thread_attach(uint32_t id);

/* Forgets steps that take cls (and, for a domain, what was checked for it) in every thread. Needs the
 * runtime lock. */
/* From now on every block that is given back is told, whatever its thread holds. */
void rd_threads_tell_frees(void);

void rd_threads_evict(uint32_t cls);

/* Forgets all steps of every thread. Needs the runtime lock. */
void rd_threads_forget_steps(void);

/* The threads that are followed, by ->next. Needs the runtime lock. */
struct rd_thread *rd_threads_live(void);

/* The process ends: tells of the locks that threads which ended before left behind. Needs the runtime lock. */
void rd_threads_exit(void);

/* How many, with those whose end was not seen. */
uint32_t rd_threads_count(void);
/* The same for the pairs of instances that were looked at. */
void rd_threads_forget_pairs(void);

/* The thread has ended, or the tid is another's now. Needs the runtime lock. */
void rd_thread_release(struct rd_thread *t);

/* It makes or joins a thread: what it remembers to have checked was before that. Its own thread only. */
void rd_thread_tick(struct rd_thread *t);

/* It comes to the runtime by itself for the first time. */
void rd_thread_use(struct rd_thread *t);

/* A longer held stack for the thread. False: no memory. Takes the runtime lock. */
bool rd_thread_deepen(struct rd_thread *t);

/* The held stack's domains that a plain malloc reaches now, from options, scopes and contexts. */
void rd_thread_set_malloc(struct rd_thread *t);

/*
 * The state a fork child gets: called in the parent before (the copy lies beside the thread's state, in a
 * page that is not wiped), and in the child, under the runtime lock, when it comes up.
 */
void rd_thread_fork_copy(struct rd_thread *t);
/* In the parent after; returns whether there was a copy. */
bool rd_thread_fork_done(struct rd_thread *t);
/* The journal id that the parent's thread had, 0 when no copy was made. */
uint32_t rd_thread_fork_id(struct rd_thread *old);
/* Does the copy hold anything? */
bool rd_thread_fork_holds(struct rd_thread *old);
/* t: the child's new state; old: the parent's, wiped but for the copy. Returns whether there was one. */
bool rd_thread_fork_restore(struct rd_thread *t, struct rd_thread *old);

/* In a fork child: all the states there were go. */
void rd_threads_reset(void);

#endif
