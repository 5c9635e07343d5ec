/* SPDX-License-Identifier: MIT */
/*
 * life.h - a thread's life, as a lock: the thread holds it from its start on, and who joins the
 * thread acquires it.
 *
 * So a join under a lock that the joined thread takes closes a cycle. The class is the place that
 * makes the threads, past wrappers and past the library whose own function they start in, together
 * with the start routine; the instance is the thread's id. It lies in the sentinel below the held
 * stack, whose chain is the class's in place of the root: the thread's chains all begin there, and
 * nothing of it is done on the fast path.
 *
 * The first thread has none, nor has one whose creation no hook saw, nor the thread of a fork
 * child: nobody joins those (or, joining the first thread, hardly ever). A detached thread's is
 * never acquired.
 */
#ifndef RECLAIMDEP_LIFE_H
#define RECLAIMDEP_LIFE_H

#include <stdbool.h>
#include <stdint.h>
#include "depend.h"
#include "thread.h"
#include "thread_table.h"

/* The class of the threads that are made here to begin with start_routine; 0: waits=none, or no
 * memory. Needs the runtime lock. */
uint32_t rd_life_class(uint64_t start_routine, uint64_t site, uint64_t sp);

/* The same where it is known already, else 0. Lock-free. */
uint32_t rd_life_class_known(uint64_t start_routine, uint64_t site, uint64_t sp);

/* Is it that one whoever called who makes the thread? Needs the runtime lock. */
bool rd_life_class_plain(uint64_t start_routine, uint64_t site, uint32_t cls);

/* Below the thread's held stack: its life, or nothing (info NULL, or of a thread without one).
 * Needs the runtime lock. */
void rd_life_begin(struct rd_thread *t, const struct rd_thread_info *info);

/* Lock-free: does the thread hold a life? */
static inline bool rd_life_held(const struct rd_thread *t)
{
	return t->bottom->cls != 0;
}

/* The dependency of the thread's life on the target. Needs the runtime lock, and rd_stack_begin().
 */
void rd_life_depend(struct rd_thread *t, const struct rd_target *target);

/*
 * The thread is about to join thread `id`: adds the dependencies, and has any finding in the record
 * on return. Needs the runtime lock; rd_join_begin() was told already what it waits for.
 */
void rd_life_join(struct rd_thread *t, uint32_t id, uint64_t site, uint64_t sp);

/* It does so no longer: the join failed or gave up / it has joined it. Need the runtime lock. */
void rd_life_join_failed(uint32_t id);
void rd_life_joined(struct rd_thread *t, uint32_t id);

/*
 * Which classes a thread has waited for: an exact set. Kept for threads that were joined under locks, as long as something
 * refers to them. rd_life_takes: its own thread, lock-free; false: rd_life_note() is to be called, under the runtime lock.
 */
static inline bool rd_life_takes(struct rd_thread *t, uint32_t cls)
{
	if (cls < RD_LIFE_CLASSES) {
		t->took[cls / 64] |= 1ull << cls % 64;
		return true;
	}
	return !rd_life_held(t) || rd_class_set_has(&t->took_far, cls);
}
void rd_life_note(struct rd_thread *t, uint32_t cls);
/* Needs the runtime lock. */
bool rd_life_took(uint64_t id, uint32_t cls);

/* The thread has ended: what of its state is somewhere else is given back. Needs the runtime lock. */
void rd_life_end(struct rd_thread *t);

void rd_life_reset(void);

#endif
