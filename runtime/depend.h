/* SPDX-License-Identifier: MIT */
/*
 * depend.h - dependencies: what an edge of the graph carries beside its ends.
 *
 * Each edge keeps a few occurrences: the pair of instances, the thread with its clock, the stacks, and the
 * gate locks held then. The first is kept for good; later ones are kept when they differ. The first few
 * of an edge are journaled as they come; later ones when a finding rests on them, since a program that
 * makes locks all the time shows new ones without end. All functions need the runtime lock.
 */
#ifndef RECLAIMDEP_DEPEND_H
#define RECLAIMDEP_DEPEND_H

#include <stdbool.h>
#include <stdint.h>
#include "gates.h"
#include "record_layout.h"
#include "thread.h"
#include "where.h"

#define RD_SAMPLES 4u
#define RD_SAMPLES_OPEN 12u /* of an edge in an open cycle: one whose verdict may still rise */
#define RD_SAMPLES_TOLD 8u /* of an edge, journaled whether a finding needs them or not */
#define RD_NODE_SAMPLES 32u /* of a chain, for threads and clocks it was not seen with */
#define RD_NODE_SAMPLES_OPEN 65536u /* the same where an edge in an open cycle is added to */
#define RD_SAMPLE_BUDGET 256u /* occurrences of an edge in an open cycle that are looked at, whatever was seen before */

/* Small, since there may be millions. */
struct rd_sample {
	uint64_t from_address, to_address;
	uint32_t from_generation, to_generation;
	uint32_t thread, clock;
	uint32_t gates; /* a list of gates.h, in which is the lock `from` too */
	uint32_t where; /* the calls and their stacks, see where.h */
	uint32_t from_role, to_role; /* see role.h */
	uint16_t index : 14;	     /* its place in the journal: 0 the edge, n the n-th sample; or RD_UNTOLD */
	uint16_t stacked : 1;	     /* its stacks are known */
	uint16_t within : 1;	     /* `from` is not among the locks held: the gates are those taken inside it */
	uint8_t type : 4, from_mode : 2, to_mode : 2;
	uint8_t flags; /* RDEP_EDGE_* */
} __attribute__((packed, aligned(4)));
#define RD_UNTOLD 0x3fffu

/* A walk over its gates. */
static inline struct rd_gate_walk rd_sample_gates(const struct rd_sample *s)
{
	return (struct rd_gate_walk){.at = s->gates, .address = s->from_address, .generation = s->from_generation};
}

struct rd_edge {
	uint32_t from, to;
	uint8_t count, room; /* samples kept */
	uint16_t open : 1;   /* closes a cycle whose verdict may still rise */
	uint16_t watched : 1; /* and no occurrence of it is answered from a cache */
	uint16_t told : 1;    /* in the journal */
	uint16_t moved : 1;   /* its locks are of other classes now */
	uint16_t budget : 12;
	uint16_t journaled; /* samples in the journal */
	uint16_t seen;	    /* samples there were, round and round */
	union {
		struct rd_sample first;	 /* most edges have no other */
		struct rd_sample *array; /* of `room`, where that is not 1 */
	} __attribute__((packed, aligned(4))) sample;
} __attribute__((packed, aligned(4)));
_Static_assert(sizeof(struct rd_sample) == 52 && sizeof(struct rd_edge) == 68, "what there is many of");

static inline struct rd_sample *rd_edge_sample(const struct rd_edge *e, uint32_t n)
{
	return e->room > 1 ? &e->sample.array[n] : (struct rd_sample *)&e->sample.first;
}

/* What is being acquired. For an allocation: a domain. */
struct rd_target {
	uint32_t cls;
	uint64_t address;
	uint32_t generation;
	uint8_t mode;
	uint8_t edge_flags; /* RDEP_EDGE_ALLOC, ... */
	bool recursive; /* its holder may take it again */
	bool ordered; /* among locks of its class: told, or kept by a nest lock that is held */
	uint32_t gfp, raw_gfp;
	const void *there; /* the lock, where it is memory that the program touches now; else NULL */
};

/*
 * The dependency held -> target: adds the edge, or an occurrence of it; searches for the cycle that
 * a new edge closes, and has the finding in the record on return. rd_stack_begin() was called for
 * this event.
 */
void rd_depend(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target);

/* The same for an occurrence that was made before, by any thread: interrupt.h. */
void rd_depend_sample(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target,
		      struct rd_sample *s);

/* cls may be about to be acquired under what t holds: what is asked for then is on its way to the processor from now on. First
 * from anywhere, then `deep`, with the runtime lock. */
void rd_depend_ahead(const struct rd_thread *t, uint32_t cls, bool deep);

/* Of edges and nestings of a class that was split: they become what their locks' roles say. */
void rd_depend_move(struct rd_thread *t, uint32_t cls);
/* An occurrence that was seen already, now between these classes. */
void rd_depend_readd(struct rd_thread *t, const struct rd_sample *s, uint32_t from, uint32_t to);

/* Of either graph: see nesting.h. */
struct rd_edge *rd_edge_at(uint32_t edge);

/*
 * The pieces that both graphs are made of: an occurrence as it is now; an edge that begins with it, its stacks kept;
 * a further occurrence, kept if it tells anything new.
 */
struct rd_sample rd_sample_of(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target);
void rd_edge_begin(struct rd_thread *t, struct rd_edge *e, struct rd_sample *s, const struct rdep_held *held,
		   const struct rd_target *target);
bool rd_sample_keep(struct rd_thread *t, uint32_t id, struct rd_edge *e, struct rd_sample *s,
		    const struct rdep_held *held);

/* Room for more samples: the edge is in an open cycle now. */
void rd_edge_widen(struct rd_edge *e);

/* An edge that is there, once more: keeps the occurrence if it tells anything new, and weighs its open cycles anew. */
void rd_edge_again(struct rd_thread *t, uint32_t id, struct rd_edge *e, struct rd_sample *s,
		   const struct rdep_held *held);
/* Its stacks, once: where it is acquired is this event. */
void rd_sample_add_stacks(struct rd_thread *t, struct rd_sample *s, const struct rdep_held *held);

/* Where the n-th sample that is kept of an edge stands in the journal, for a finding; now at the latest. */
uint32_t rd_sample_told(uint32_t edge, uint32_t n);
uint32_t rd_edge_count(void);

/* Calls refers for each thread, or list of gates, that an occurrence names. O(occurrences). */
void rd_depend_threads(void (*refers)(uint32_t id));
void rd_depend_gates(void (*refers)(uint32_t list));

/* A thread that is joined under a lock waits for `held`, with its life below: its occurrences of
 * that say so. */
void rd_depend_awaited(uint32_t life, uint32_t thread, const struct rdep_held *held);

/* The journal's stack for where `held` was taken, and whether its callers are frames live now. */
uint32_t rd_held_stack(struct rd_thread *t, const struct rdep_held *held, uint8_t *flags);

/* The same of another thread's entry, whose frames can't be asked: as at the first time at its site. */
uint32_t rd_held_stack_first(const struct rdep_held *held);

/* First stacks of the places that take locks; rd_lock_site_known is lock-free. */
bool rd_lock_site_known(uint64_t site, uint32_t cls);
void rd_lock_site_add(uint64_t site, uint32_t cls);
/* The same as rd_lock_site_known(), mostly without a look at its table: *last is the call that was asked for last, of the chain
 * or of the class, and of no other class. */
bool rd_site_known(uint64_t site, uint32_t cls, uint32_t *last);
/* rd_lock_site_add(), of what is asked for so. */
void rd_site_add(uint64_t site, uint32_t cls, uint32_t *last);

/*
 * Semaphores (sem.h). Edges of classes of which it is not known whether they are locks are hidden from searches;
 * `show` looks for the cycles of those that need not be any longer, `retire` leaves the class out for good.
 */
void rd_depend_show(struct rd_thread *t, uint32_t cls);
void rd_depend_retire(uint32_t cls);

void rd_depend_start(void);
/* In a fork child, whose journal has its parent's: what is told from now on of the parent's run says so. */
void rd_depend_fork_child(void);
void rd_depend_reset(void);

#endif
