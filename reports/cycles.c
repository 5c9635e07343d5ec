/* SPDX-License-Identifier: MIT */
/* cycles.c - see cycles.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/cycles.h"
#include "runtime/record_layout.h"

#define HELD_EXCLUSIVE (RDEP_TYPE_EN | RDEP_TYPE_ER)
#define NOT_RECURSIVE (RDEP_TYPE_EN | RDEP_TYPE_SN)

/* How a node was arrived at: what may follow depends on it. */
enum { PLAIN, RECURSIVE };

/* Where the edge's number is, or is to be. There may be millions: what they are compared by stands in them alone. */
static uint32_t *index_place(const struct rdep_cgraph *g, uint32_t from, uint32_t to, uint8_t level)
{
	size_t i = rdep_scatter(((uint64_t)from << 32 | to) + level * 0x9e3779b97f4a7c15u), mask = g->index_room - 1;

	for (i &= mask; g->index[i]; i = (i + 1) & mask) {
		const struct rdep_cedge *e = &g->edges[g->index[i] - 1];

		if (e->from == from && e->to == to && e->level == level)
			break;
	}
	return &g->index[i];
}

static void index_grow(struct rdep_cgraph *g)
{
	size_t i;

	g->index_room = g->index_room ? 2 * g->index_room : 16;
	free(g->index);
	g->index = rdep_alloc(g->index_room * sizeof(*g->index));
	for (i = 0; i < g->edge_count; i++) {
		const struct rdep_cedge *e = &g->edges[i];

		*index_place(g, e->from, e->to, e->level) = (uint32_t)i + 1;
	}
}

static void need_node(struct rdep_cgraph *g, uint32_t node)
{
	while (g->node_count <= node) {
		RDEP_GROW(g->first, g->node_count);
		g->first[g->node_count++] = 0;
	}
}

struct rdep_cedge *rdep_cgraph_edge(struct rdep_cgraph *g, uint32_t from, uint32_t to,
				    uint8_t level)
{
	uint32_t *known;

	if (g->edge_count >= g->index_room / 4 * 3)
		index_grow(g);
	known = index_place(g, from, to, level);
	if (*known)
		return &g->edges[*known - 1];
	need_node(g, from > to ? from : to);
	RDEP_GROW(g->edges, g->edge_count);
	g->edges[g->edge_count] =
		(struct rdep_cedge){.from = from, .to = to, .level = level, .next = g->first[from]};
	*known = g->first[from] = (uint32_t)++g->edge_count;
	return &g->edges[g->edge_count - 1];
}

bool rdep_cgraph_has(const struct rdep_cgraph *g, uint32_t from, uint32_t to, uint8_t level)
{
	return g->index_room && *index_place(g, from, to, level);
}

void rdep_cgraph_free(struct rdep_cgraph *g)
{
	free(g->edges);
	free(g->first);
	free(g->index);
}

/* ---- reaching ---- */

static bool arrived(const struct rdep_reach *r, uint32_t node, int way)
{
	return r->depth[way][node] != UINT32_MAX;
}

/* The way of arriving over `types` from a node that was arrived at in `way`; -1: no strong step. */
static int step_way(uint8_t types, int way)
{
	if (way == RECURSIVE)
		types &= HELD_EXCLUSIVE;
	if (!types)
		return -1;
	return types & NOT_RECURSIVE ? PLAIN : RECURSIVE;
}

struct rdep_reach rdep_reach(const struct rdep_cgraph *g, uint32_t source, uint8_t level)
{
	struct rdep_reach r = {.graph = g, .node_count = g->node_count, .source = source};
	uint64_t *queue = rdep_alloc((2 * g->node_count + 1) * sizeof(*queue));
	size_t head = 0, tail = 0;
	int way;

	for (way = PLAIN; way <= RECURSIVE; way++) {
		r.step[way] = rdep_alloc((g->node_count + 1) * sizeof(*r.step[way]));
		r.depth[way] = rdep_alloc((g->node_count + 1) * sizeof(*r.depth[way]));
		memset(r.depth[way], 0xff, (g->node_count + 1) * sizeof(*r.depth[way]));
	}
	if (source < g->node_count) {
		r.depth[PLAIN][source] = 0;
		queue[tail++] = (uint64_t)source << 1;
	}
	while (head < tail) {
		uint32_t node = (uint32_t)(queue[head] >> 1), e;
		int from_way = (int)(queue[head++] & 1);

		for (e = g->first[node]; e; e = g->edges[e - 1].next) {
			const struct rdep_cedge *edge = &g->edges[e - 1];

			if (edge->level > level)
				continue;
			way = step_way(edge->types, from_way);
			/* Who arrived otherwise than recursively may go on everywhere. */
			if (way < 0 || arrived(&r, edge->to, PLAIN) || arrived(&r, edge->to, way))
				continue;
			r.depth[way][edge->to] = r.depth[from_way][node] + 1;
			r.step[way][edge->to] = (uint64_t)e << 1 | (unsigned)from_way;
			queue[tail++] = (uint64_t)edge->to << 1 | (unsigned)way;
		}
	}
	free(queue);
	return r;
}

void rdep_reach_free(struct rdep_reach *r)
{
	int way;

	for (way = PLAIN; way <= RECURSIVE; way++) {
		free(r->step[way]);
		free(r->depth[way]);
	}
}

/* The way of arriving that one who holds the node goes on from; -1: it is not reachable. */
static int best_way(const struct rdep_reach *r, uint32_t node, bool shared)
{
	if (node >= r->node_count)
		return -1;
	if (!shared && r->depth[RECURSIVE][node] < r->depth[PLAIN][node])
		return RECURSIVE;
	return arrived(r, node, PLAIN) ? PLAIN : -1;
}

bool rdep_reach_has(const struct rdep_reach *r, uint32_t node, bool shared)
{
	return best_way(r, node, shared) >= 0;
}

size_t rdep_reach_tail(const struct rdep_reach *r, uint32_t node, bool shared, uint32_t *path, size_t most)
{
	int way = best_way(r, node, shared);
	size_t i, n;

	if (way < 0)
		return 0;
	n = r->depth[way][node];
	for (i = n < most ? n : most; i--;) {
		uint64_t step = r->step[way][node];

		path[i] = (uint32_t)(step >> 1) - 1;
		node = r->graph->edges[path[i]].from;
		way = (int)(step & 1);
	}
	return n;
}

bool rdep_reach_path(const struct rdep_reach *r, uint32_t node, bool shared, uint32_t **path, size_t *count)
{
	int way = best_way(r, node, shared);

	if (way < 0)
		return false;
	*path = rdep_alloc((r->depth[way][node] + 1) * sizeof(**path));
	*count = rdep_reach_tail(r, node, shared, *path, SIZE_MAX);
	return true;
}

void rdep_reach_mark(const struct rdep_reach *r, uint32_t node, bool shared, uint8_t *told, bool *edges)
{
	int way = best_way(r, node, shared);

	while (way >= 0 && r->depth[way][node] && !(told[node] >> way & 1)) {
		uint64_t step = r->step[way][node];

		told[node] |= (uint8_t)(1u << way);
		edges[(step >> 1) - 1] = true;
		node = r->graph->edges[(step >> 1) - 1].from;
		way = (int)(step & 1);
	}
}
