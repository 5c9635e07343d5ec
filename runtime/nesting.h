/* SPDX-License-Identifier: MIT */
/*
 * nesting.h - two locks of one class held at once: an order between instances.
 *
 * Between classes such a nesting says nothing. What can be wrong is an order that is inverted between the very
 * instances (A inside B here, B inside A there, or round a longer circle), so these have a graph of their own, of
 * instances. A pair costs a search and a small walk; it is journaled only when it closes a cycle. At most RD_NEST_PAIRS pairs are known at once: then all are
 * forgotten (counted), so that a program that nests ever new objects does not grow.
 */
#ifndef RECLAIMDEP_NESTING_H
#define RECLAIMDEP_NESTING_H

#include <stdbool.h>
#include <stdint.h>
#include "depend.h"

#define RD_NEST_PAIRS 16384u
#define RD_NEST_LIVES 1024u /* the same of threads that are joined by threads that may be joined */

/* Set in the number of an edge between instances. */
#define RD_NEST_EDGE 0x80000000u
#define RD_NEST_LIFE 0x40000000u /* and these are lives */

/* Was this pair looked at by this thread lately, at its clock, with the same chain of locks held? Lock-free, its own
 * thread only. */
bool rd_nest_recent(struct rd_thread *t, const struct rdep_held *held, uint64_t address, uint32_t generation);

/* The thread is gone, and so is what it remembered of more pairs than usual. */
void rd_nest_thread_free(struct rd_thread *t);

/* held -> target, both of one class. Needs the runtime lock, and rd_stack_begin(). */
void rd_nest(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target);

struct rd_edge *rd_nest_edge_at(uint32_t edge);

/* A class was split: what was nested of two of its parts is an order of classes. Needs the runtime lock. */
void rd_nest_move(struct rd_thread *t, uint32_t cls);

/* As rd_depend_show() and rd_depend_retire(). O(pairs there are). */
void rd_nest_show(struct rd_thread *t, uint32_t cls);
void rd_nest_retire(uint32_t cls);

/* Every pair there is. */
void rd_nest_each(void (*see)(const struct rd_edge *e));

void rd_nest_reset(void);

#endif
