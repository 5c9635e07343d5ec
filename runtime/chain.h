/* SPDX-License-Identifier: MIT */
/*
 * chain.h - held stacks as keys: a trie of (chain, class and mode) -> chain.
 *
 * A node says "everything about acquiring this last class with these held was looked at". The ids
 * are exact: no two held stacks share one. Lookups are lock-free; nodes are made under the runtime
 * lock and never go.
 */
#ifndef RECLAIMDEP_CHAIN_H
#define RECLAIMDEP_CHAIN_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* A held stack that got no node (chains_max, or no memory): its steps are never remembered, and each acquisition
 * over it is looked at pair by pair (pairs.h). */
#define RD_NODE_UNKNOWN 2u

struct rd_node {
	uint32_t parent, cls_mode;
	uint32_t next;		 /* in the table */
	uint32_t checked : 8;	 /* domains << RDEP_HELD_CHECKED whose edges are in the graph */
	uint32_t samplings : 24; /* times its edges were sampled for another thread or clock */
	uint32_t sampler;	 /* who did last: rd_moment(); the same for allocations */
	uint32_t alloc_sampler;
	uint32_t gates; /* of two locks: gates that stood beside them each time; 0: it was met without any. See pairs.h */
	uint32_t site;	/* where the last one was taken last: the lower half; see rd_site_known() in depend.h */
};
_Static_assert(sizeof(struct rd_node) == 32, "what there is many of");

/* A thread at its clock, as a number, not 0. (That two have the same one costs an occurrence, and is unlikely.) */
static inline uint32_t rd_moment(const struct rd_thread *t)
{
	return (uint32_t)(((uint64_t)t->id << 32 | t->clock) * 0x9e3779b97f4a7c15ull >> 32) | 1;
}

static inline uint32_t rd_cls_mode(uint32_t cls, unsigned mode, bool try)
{
	return cls << 4 | mode | (try ? 4u : 0u);
}

/* The chain that follows `from`, or 0. Lock-free. */
uint32_t rd_chain_next(uint32_t from, uint32_t cls_mode);
/* It will be asked for soon. */
void rd_chain_ahead(uint32_t from, uint32_t cls_mode);
/* `from`, where a thread holds nothing, is followed by `to`: the class itself answers for that from now on. Lock-free. */
void rd_chain_begins(uint32_t from, uint32_t cls_mode, uint32_t to);
/*
 * The same, made if it is not there; RD_NODE_UNKNOWN when there is no memory, or there are more than options.chains_max,
 * or RD_CHAINS_IDLE were made since the last new edge. Chains of one and two locks are always made: they are no more than
 * there are classes and edges. Needs the runtime lock.
 */
#define RD_CHAINS_IDLE 100000u
uint32_t rd_chain_make(uint32_t from, uint32_t cls_mode);
/* Would it make none over `from` but for one that is there? Lock-free. */
bool rd_chain_full(uint32_t from);
/* A new edge: chains that are made now may bring more. */
void rd_chain_brought(void);
struct rd_node *rd_chain_at(uint32_t node);

/* Remembers a step in the thread's cache; only its own thread may, signals may be open. */
void rd_step_remember(struct rd_thread *t, uint32_t from, uint32_t cls_mode, uint64_t site, uint32_t to,
		      uint8_t flags);
/* Likewise: `to` is the chain `from` without the lock under its last one. */
void rd_step_remember_below(struct rd_thread *t, uint32_t from, uint32_t to);
/* Adds checked domains to the step that led to the entry on top. */
void rd_step_checked(struct rd_thread *t, uint32_t from, uint32_t cls_mode, uint64_t site, uint8_t flags);
void rd_steps_flush(struct rd_thread *t);
/* Any thread's: forgets the steps that take cls, or whose checked domains include `domains`.
 * A step that its owner writes at this moment may survive. */
void rd_steps_evict(struct rd_thread *t, uint32_t cls, uint8_t domains);

void rd_chain_start(void);
void rd_chain_reset(void);

#endif
