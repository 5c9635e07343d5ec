/* SPDX-License-Identifier: MIT */
/*
 * order.h - an order of the graph's nodes that every edge keeps, so that most new edges need no search.
 *
 * Nodes on a common cycle are one component; components stand in a line, in which an edge from one to another goes up. So
 * a path from b to a can be there only where a does not stand below b, and it passes only what stands in between. For an
 * edge that goes down what it leads to and what leads to it is looked through, in turns, as far as it stands between its ends:
 * whichever is at its end first is moved past the other end (as Bender, Fineman, Gilbert and Tarjan do). So a node that is new
 * above many is moved below them, not they above it. Where the two meet they become one component. Ranks leave room between
 * them, and are given out anew where there is none left (Dietz and Sleator's way). Most locks are taken in about the order in
 * which they were first met: most edges go up.
 *
 * Types of edges do not count here. Needs the runtime lock. Where there is no memory the order is given up, and answers
 * that anything may be.
 *
 * Complexity: rd_order_below, rd_order_between O(1) amortised; rd_order_add O(1) for an edge that goes up, else
 * O(edges of the side that has fewer of them between its ends), or, where it closes a cycle of components, of all.
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
	/* Of a leader: */
	int64_t rank; /* RD_ORDER_NEW: it has no edge yet, and stands nowhere */
	uint32_t below, above; /* the next ones in the line; RD_ORDER_END: there is none */
	uint32_t mark;
};

struct rd_order {
	struct rd_array nodes;
	uint32_t room;
	uint32_t *list[2]; /* of leaders: met forward, met backward */
	uint32_t list_room;
	uint32_t lowest, highest; /* plus 1; 0: nothing stands anywhere */
	uint64_t looked; /* edges that were looked at to move something, for tests */
	bool off;
};
#define RD_ORDER_NEW INT64_MIN
#define RD_ORDER_END UINT32_MAX

/* Room for nodes below `room`. */
void rd_order_need(struct rd_order *o, uint32_t room);
void rd_order_free(struct rd_order *o);

/* They will be asked for soon. */
void rd_order_ahead(const struct rd_order *o, uint32_t from, uint32_t to);

/* Is there surely no path from `to` to `from`? */
bool rd_order_below(struct rd_order *o, uint32_t from, uint32_t to);

/* May a path from `to` to `from` pass that node? */
bool rd_order_between(struct rd_order *o, uint32_t node, uint32_t to, uint32_t from);

/* The edge from -> to is in the graph from now on. */
void rd_order_add(struct rd_order *o, const struct rd_graph *g, uint32_t from, uint32_t to);

/* For tests: NULL, or what is wrong. */
const char *rd_order_check(struct rd_order *o, const struct rd_graph *g);

#endif
