/* SPDX-License-Identifier: MIT */
/*
 * order.h - an order of the graph's nodes that every edge keeps, so that most new edges need no search.
 *
 * Nodes on a common cycle are one component; components have ranks, and an edge from one to another goes up. So a path
 * from b to a can be there only where a's rank is not below b's, and it passes only ranks in between. An
 * edge that goes down moves what lies between its ends, or makes it one component (Pearce and Kelly's algorithm, with
 * components). Most locks are taken in about the order in which they were first met: most edges go up.
 *
 * Types of edges do not count here. Needs the runtime lock. Where there is no memory the order is given up, and answers
 * that anything may be.
 *
 * Complexity: rd_order_below, rd_order_between O(1) amortised; rd_order_add O(1) for an edge that goes up, else
 * O(edges between its ends' ranks).
 */
#ifndef RECLAIMDEP_ORDER_H
#define RECLAIMDEP_ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include "mem.h"

struct rd_graph;

struct rd_order_node {
	uint32_t leader; /* the way to the node that stands for the component */
	uint32_t next;	 /* the component's members, in a ring */
	int32_t rank;	 /* of a leader; RD_ORDER_NEW: it has no edge yet */
	uint32_t mark;
};

struct rd_order {
	struct rd_array nodes;
	uint32_t room;
	uint32_t *list[2]; /* of leaders: met forward, met backward */
	uint32_t list_room;
	int32_t lowest, highest;
	bool off;
};
#define RD_ORDER_NEW INT32_MIN

/* Room for nodes below `room`. */
void rd_order_need(struct rd_order *o, uint32_t room);
void rd_order_free(struct rd_order *o);

/* Is there surely no path from `to` to `from`? */
bool rd_order_below(struct rd_order *o, uint32_t from, uint32_t to);

/* May a path from `to` to `from` pass that node? */
bool rd_order_between(struct rd_order *o, uint32_t node, uint32_t to, uint32_t from);

/* The edge from -> to is in the graph from now on. */
void rd_order_add(struct rd_order *o, const struct rd_graph *g, uint32_t from, uint32_t to);

/* For tests: NULL, or what is wrong. */
const char *rd_order_check(struct rd_order *o, const struct rd_graph *g);

#endif
