/* SPDX-License-Identifier: MIT */
/*
 * held.h - the thread's held stack beyond push and pop.
 *
 * Only its own thread changes it. Signals may be open: each step leaves a stack that a handler can push
 * on and pop from (at worst an entry stands twice for a moment).
 */
#ifndef RECLAIMDEP_HELD_H
#define RECLAIMDEP_HELD_H

#include <stdbool.h>
#include <stdint.h>
#include "depend.h"
#include "thread.h"

/* The innermost entry of the lock, NULL: none. */
struct rdep_held *rd_held_find(struct rd_thread *t, const void *lock);

/* Takes one entry out; those above move down and get the chains that they are in now. */
void rd_held_remove(struct rd_thread *t, struct rdep_held *e);

/* The same where the lock is given back. */
void rd_held_give_back(struct rd_thread *t, struct rdep_held *e);

/* Makes every entry's chain what the entries below it say; returns the top's. Needs the runtime lock. */
uint32_t rd_held_rechain(struct rd_thread *t);

/* Does the lock itself say that this thread does not hold it? there: a lock that is being taken, or NULL. One system call,
 * or none: see rd_is_there(). */
bool rd_held_is_stale(struct rd_thread *t, const struct rdep_held *e, const void *there);

/* Takes out entries whose locks say that this thread does not hold them. Needs the runtime lock. */
void rd_drop_stale(struct rd_thread *t, const void *there);

/* Dependencies of all that is held on the target / of what was taken after `below`. Need the runtime lock. */
void rd_depend_on_all(struct rd_thread *t, const struct rd_target *target);
void rd_depend_above(struct rd_thread *t, const struct rdep_held *below, const struct rd_target *target);

/* Does an edge from something held to cls belong to a cycle that is watched? Lock-free. */
bool rd_wants_sampling(const struct rd_thread *t, uint32_t cls);

/* The same of a cycle that is no longer watched, but whose verdict may rise. Lock-free. */
bool rd_may_rise(const struct rd_thread *t, uint32_t cls);

/* Were a node's edges sampled for this thread at its clock, or often enough? open: rd_may_rise(). */
bool rd_sampled_by(const struct rd_thread *t, uint32_t sampler, uint32_t samplings, bool open);

/*
 * Of what is held, from the top down, edges are made from each entry; from RD_NEAR on, those deeper than one that ends
 * near follow by way of it: a path through it is as strong as an edge past it. See semantics of typed edges.
 */
#define RD_NEAR 32u
static inline bool rd_ends_near(const struct rdep_held *e)
{
	return !(e->flags & RDEP_HELD_TRY) && e->mode == RDEP_WRITE && e->kind != RDEP_DOMAIN &&
	       e->kind != RDEP_SEM && e->kind != RDEP_SIGNAL;
}

#endif
