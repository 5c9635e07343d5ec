/* SPDX-License-Identifier: MIT */
/*
 * graph.h - the dependency graph: classes are nodes, "B was acquired while A was
 * held" is the edge A -> B, with lockdep's types.
 *
 * It knows nothing of locks, threads or records. All functions need the runtime
 * lock. Memory comes from rd_mem_*; where there is none the function says so and
 * the graph stays as it was.
 *
 * Types (RDEP_TYPE_*, record_layout.h): an edge carries the set of the types seen.
 * A walk may leave a node only by an S type if it did not come in by an R-only
 * step: a path is strong if no step of type (-R) is followed by one of type (S-),
 * taking at each step the best type that its edge has. A cycle counts only if it
 * is strong all the way round, the closing point included.
 *
 * Memory: 24 bytes an edge, 52 a node, 16 for its place in the order; nothing is copied as it grows.
 *
 * Complexity: rd_graph_find O(1) expected; rd_graph_add O(1) expected;
 * rd_graph_cycle: O(1) for an edge that goes up in the graph's order (order.h), else
 * a two-ended breadth-first search, O(edges met between the ends' ranks); a shortest
 * strong cycle is returned.
 */
#ifndef RECLAIMDEP_GRAPH_H
#define RECLAIMDEP_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd_graph;

struct rd_graph *rd_graph_new(void);
void rd_graph_free(struct rd_graph *g);

/* The edge from -> to: its number (1, 2, ... in order of addition), or 0. *types
 * (may be NULL) gets the set of its types. */
uint32_t rd_graph_find(const struct rd_graph *g, uint32_t from, uint32_t to, uint8_t *types);

/* from -> to will be asked for soon, or added: what stands in memory that was not touched for long is on its way from now on;
 * `deep`: with what that leads to, which needs the runtime lock. */
void rd_graph_ahead(const struct rd_graph *g, uint32_t from, uint32_t to, bool deep);

/*
 * Adds types (one or more bits) to the edge from -> to, which is made if it is not
 * there. Returns its number, 0 when there is no memory. from == to is allowed and
 * kept, and is a cycle of length one.
 */
uint32_t rd_graph_add(struct rd_graph *g, uint32_t from, uint32_t to, uint8_t types);

/*
 * Would from -> to with the one type `type` close a strong cycle? Looks for a strong
 * path to ... from over the edges there are (the edge itself need not be there), such
 * that the cycle is strong at both joints. Writes the numbers of the path's edges in
 * order, from `to` on, to path[0..max) and returns their count: 0 when there is none.
 * from == to returns 0 (the caller knows). Returns RD_GRAPH_CUT when there was no memory
 * to finish the search, RD_GRAPH_LONG + count when the path has more than max edges
 * (none is written).
 */
#define RD_GRAPH_CUT (-1)
#define RD_GRAPH_LONG 0x40000000
int rd_graph_cycle(struct rd_graph *g, uint32_t from, uint32_t to, uint8_t type, uint32_t *path,
		   int max);

/*
 * Calls fn for every node on a walk from `to` to `from`, both of them too: with an edge from -> to, these are one
 * strongly connected component. Types do not count. O(edges met).
 */
void rd_graph_component(struct rd_graph *g, uint32_t from, uint32_t to, void (*fn)(uint32_t node, uint32_t arg),
			uint32_t arg);

/* Hides an edge from searches, until it is shown again: to look for another cycle. */
void rd_graph_hide(struct rd_graph *g, uint32_t e, bool hidden);

/* Ends and types of edge number e. */
void rd_graph_edge(const struct rd_graph *g, uint32_t e, uint32_t *from, uint32_t *to,
		   uint8_t *types);

uint32_t rd_graph_edges(const struct rd_graph *g);

/* The first edge that leaves (in: enters) a node, and the one after an edge; 0: none. The other end of it. */
uint32_t rd_graph_first(const struct rd_graph *g, uint32_t node, bool in);
uint32_t rd_graph_next(const struct rd_graph *g, uint32_t edge, bool in);
uint32_t rd_graph_peer(const struct rd_graph *g, uint32_t edge, bool in);

/*
 * Calls fn for each edge into (in = 1) or out of (in = 0) node; a non-zero return ends
 * the walk and is returned.
 */
int rd_graph_each(const struct rd_graph *g, uint32_t node, int in,
		  int (*fn)(void *arg, uint32_t edge), void *arg);

/* For tests: every structure agrees with every other. Returns NULL or what is wrong. */
uint64_t rd_graph_reordering(const struct rd_graph *g); /* how many edges its order cost to be looked at */
const char *rd_graph_check(struct rd_graph *g);

#endif
