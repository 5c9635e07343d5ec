/* SPDX-License-Identifier: MIT */
/*
 * cycles.h - the dependency graph of many records, asked offline: what is reachable from
 * where, by which shortest path, in the graph as it was and as it would be.
 *
 * Nodes are numbers from 0; edges carry the set of their types (RDEP_TYPE_*) and a level:
 * 0 was seen, above that it is supposed. A question is asked up to a level.
 *
 * A path is strong if no step that acquires as a recursive reader is followed by one that
 * held as a reader (semantics of the kernel's lockdep). Only strong paths count.
 */
#ifndef RECLAIMDEP_REPORTS_CYCLES_H
#define RECLAIMDEP_REPORTS_CYCLES_H

#include "reports/util.h"

struct rdep_cedge {
	const void *what; /* the caller's: where it comes from */
	uint32_t from, to;
	uint32_t next; /* of the same `from`, plus 1 */
	uint8_t types, level;
};

struct rdep_cgraph {
	struct rdep_cedge *edges;
	size_t edge_count;
	uint32_t *first; /* by node: its last added edge, plus 1 */
	size_t node_count;
	uint32_t *index; /* a hash table of edges by from, to and level; each plus 1 */
	size_t index_room; /* a power of two, or 0 */
};

/*
 * The edge from -> to of that level; made without types when it is not there. Valid until the next.
 */
struct rdep_cedge *rdep_cgraph_edge(struct rdep_cgraph *g, uint32_t from, uint32_t to,
				    uint8_t level);
bool rdep_cgraph_has(const struct rdep_cgraph *g, uint32_t from, uint32_t to, uint8_t level);
void rdep_cgraph_free(struct rdep_cgraph *g);

/* What is reachable from one node: shortest strong paths to all others, O(edges). */
struct rdep_reach {
	const struct rdep_cgraph *graph;
	size_t node_count;
	uint32_t source;
	uint64_t *step[2]; /* by node and way of arriving (0: not as a recursive reader) */
	uint32_t *depth[2];
};

struct rdep_reach rdep_reach(const struct rdep_cgraph *g, uint32_t source, uint8_t level);
void rdep_reach_free(struct rdep_reach *r);

/*
 * The edges from the source to `node`, such that one who holds it (shared: as a reader) closes a
 * strong cycle by going on to the source; *path is malloc'd. False when there is none. The source
 * itself is reached by no edge.
 */
bool rdep_reach_path(const struct rdep_reach *r, uint32_t node, bool shared, uint32_t **path,
		     size_t *count);
bool rdep_reach_has(const struct rdep_reach *r, uint32_t node, bool shared);
/* The last edges of that path, `most` at most, in order; returns how long all of it is, 0: there is none. */
size_t rdep_reach_tail(const struct rdep_reach *r, uint32_t node, bool shared, uint32_t *path, size_t most);
/* Marks the edges of that path. told (by node, zeroed at first) keeps what was marked by earlier calls: the
 * paths to all nodes are marked in time linear in the nodes. */
void rdep_reach_mark(const struct rdep_reach *r, uint32_t node, bool shared, uint8_t *told, bool *edges);

#endif
