/* SPDX-License-Identifier: MIT */
/*
 * finding.h - findings: made, weighed, published, raised.
 *
 * All functions need the runtime lock.
 */
#ifndef RECLAIMDEP_FINDING_H
#define RECLAIMDEP_FINDING_H

#include <stdbool.h>
#include <stdint.h>
#include "record_layout.h"
#include "thread.h"

struct rd_finding {
	uint32_t id;
	uint8_t kind, verdict;
	uint16_t revision;
	uint8_t published; /* in this process's record */
	uint8_t instances_only; /* of classes that are one type's: only the very instances tell */
	uint8_t closed; /* its edges are forgotten, or another one tells of it: it stays as it is */
	uint32_t edge_count;
	uint32_t *edges;
	struct rd_finding *beside; /* not told as long as that one weighs as much; NULL: none */
	struct rd_finding *next;
};

/*
 * A cycle of edges, in order, the one that closed it first. beside: one of the same edge that is told already; this
 * one is told when it weighs more. NULL: no memory.
 */
struct rd_finding *rd_finding_cycle(struct rd_thread *t, const uint32_t *edges, uint32_t count,
				    struct rd_finding *beside);

/* Two locks of one class, one inside the other, and no order told (nesting=any). Once per class. */
void rd_finding_nested(struct rd_thread *t, uint32_t edge);

/* The pairs that cycles between instances were made of, those with these bits in their numbers (nesting.h), are about to
 * be forgotten. */
void rd_finding_close_nested(uint32_t bits);

/* Cycles over this edge are none: nothing more is told of them. */
void rd_finding_retire(uint32_t edge);

/* An edge of an open cycle got a new occurrence: verdicts may rise. */
void rd_finding_reconsider(struct rd_thread *t, uint32_t edge);

/* Occurrences of the edge may be answered from caches again: it was sampled enough. What comes by is still weighed. */
void rd_edge_unwatch(uint32_t edge);

/* A finding about one lock: held (NULL: not held) and taken again, or given back unheld. Once per
 * class and call site. rd_stack_begin() was called. */
void rd_finding_lock(struct rd_thread *t, enum rdep_kind kind, enum rdep_verdict verdict,
		     const struct rdep_held *held, const struct rdep_held *now);

/*
 * A finding about a place: its kind, verdict, detail, flags, lock, scope, masks and stacks as in `what`; the rest is
 * filled in. Once per place (site: where it went wrong), kind, detail, scope and held_site.
 */
void rd_finding_place(struct rd_thread *t, const struct rdep_finding *what, uint64_t site);

/* The same for a kind that has details. */
void rd_finding_detail(struct rd_thread *t, enum rdep_kind kind, enum rdep_verdict verdict, enum rdep_detail detail,
		       const struct rdep_held *held, const struct rdep_held *now);

/* A deadlock that is there: its circle, whose finding's id is filled in, and what else a finding has. */
void rd_finding_deadlock(struct rd_thread *t, const struct rdep_finding *what, struct rdep_circle *circle,
			 uint64_t site);

/* Any finding at or above options.fail_on? Lock-free. */
bool rd_finding_fails(void);
uint32_t rd_finding_count(void);

/* In a fork child: no findings of its own yet; the cycles known to the parent stay known, or go. */
void rd_finding_reset(bool keep_known);

#endif
