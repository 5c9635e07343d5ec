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

/* A held stack that got no node (no memory): its steps are never remembered, and each acquisition
 * over it is looked at anew. */
#define RD_NODE_UNKNOWN 2u

struct rd_node {
	uint32_t parent, cls_mode;
	uint8_t checked;	/* domains << RDEP_HELD_CHECKED whose edges are in the graph */
	uint8_t pad[3];
	uint32_t samplings;	/* times its edges were sampled for another thread or clock */
	uint64_t sampler;	/* who did last: thread << 32 | clock; the same for allocations */
	uint64_t alloc_sampler;
};

static inline uint32_t rd_cls_mode(uint32_t cls, unsigned mode, bool try)
{
	return cls << 4 | mode | (try ? 4u : 0u);
}

/* The chain that follows `from`, or 0. Lock-free. */
uint32_t rd_chain_next(uint32_t from, uint32_t cls_mode);
/* The same, made if it is not there; RD_NODE_UNKNOWN when there is no memory. */
uint32_t rd_chain_make(uint32_t from, uint32_t cls_mode);
struct rd_node *rd_chain_at(uint32_t node);

/* Remembers a step in the thread's cache; only its own thread may, signals may be open. */
void rd_step_remember(struct rd_thread *t, uint32_t from, uint32_t cls_mode, uint64_t site, uint32_t to,
		      uint8_t flags);
/* Adds checked domains to the step that led to the entry on top. */
void rd_step_checked(struct rd_thread *t, uint32_t from, uint32_t cls_mode, uint64_t site, uint8_t flags);
void rd_steps_flush(struct rd_thread *t);
/* Any thread's: forgets the steps that take cls, or whose checked domains include `domains`.
 * A step that its owner writes at this moment may survive. */
void rd_steps_evict(struct rd_thread *t, uint32_t cls, uint8_t domains);

void rd_chain_start(void);
void rd_chain_reset(void);

#endif
