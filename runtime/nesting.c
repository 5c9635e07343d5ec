// SPDX-License-Identifier: MIT
/* nesting.c - see nesting.h. */
#include "nesting.h"
#include "class.h"
#include "file_lock.h"
#include "finding.h"
#include "graph.h"
#include "held.h"
#include "map.h"
#include "mem.h"
#include "options.h"
#include "record.h"
#include "sem.h"
#include "split.h"
#include "stack.h"

#include <string.h>

#define PATH_LONGEST 64

enum { NESTING_INVERTED, NESTING_ANY };

static struct rd_graph *graph;
static struct rd_array edges = RD_ARRAY(sizeof(struct rd_edge));
static struct rd_map_of ids; /* (address, generation) -> node */
static uint32_t last_node;
static uint32_t base; /* numbers of forgotten pairs are not used again: the journal may have them */

struct rd_edge *rd_nest_edge_at(uint32_t edge)
{
	return rd_array_at(&edges, (edge & ~RD_NEST_EDGE) - base);
}

static uint32_t number_of(uint32_t graph_edge)
{
	return RD_NEST_EDGE | (base + graph_edge);
}

/* ---- the thread's own memory of it ---- */

static unsigned pair_index(uint64_t a, uint64_t b)
{
	return rd_map_hash(a, b) % RD_RECENT_PAIRS;
}

bool rd_nest_recent(const struct rd_thread *t, const struct rdep_held *held, uint64_t address, uint32_t generation)
{
	const struct rd_pair *p = &t->pairs[pair_index(held->address, address)];

	return p->chain == t->top->node && p->from == held->address && p->to == address && p->from_generation == held->generation &&
	       p->to_generation == generation;
}

static void remember(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target)
{
	t->learnt = 1;
	t->pairs[pair_index(held->address, target->address)] =
		(struct rd_pair){held->address, target->address, held->generation, target->generation, t->top->node, 0};
}

/* ---- pairs ---- */

static uint32_t node_of(uint64_t address, uint32_t generation)
{
	uint32_t node = rd_map_get(&ids, address, generation);

	if (!node && rd_map_set(&ids, address, generation, last_node + 1))
		node = ++last_node;
	return node;
}

/* Of a file's lock it is who holds it. */
static uint32_t generation_of(uint64_t address, uint32_t generation)
{
	return rd_file_address(address) ? 0 : generation;
}

static void forget_all(void)
{
	rd_count(RDEP_C_NESTING_FORGOTTEN);
	rd_finding_close_nested();
	rd_graph_free(graph);
	graph = rd_graph_new();
	rd_map_clear(&ids);
	last_node = 0;
	base += RD_NEST_PAIRS + 1;
}

static void close_cycle(struct rd_thread *t, uint32_t *cycle, int n)
{
	int i;

	for (i = 0; i < n; i++)
		cycle[i] = number_of(cycle[i]);
	rd_finding_cycle(t, cycle, (uint32_t)n, NULL);
}

/* Returns its number, or 0. */
static uint32_t new_pair(struct rd_thread *t, uint32_t from, uint32_t to, bool known, struct rd_sample *s,
			 const struct rdep_held *held, const struct rd_target *target)
{
	static uint32_t cycle[PATH_LONGEST];
	bool hidden = rd_sem_unproven(held->cls);
	int n = hidden ? 0 : rd_graph_cycle(graph, from, to, s->type, cycle + 1, PATH_LONGEST - 1);
	uint32_t id = rd_graph_add(graph, from, to, s->type);
	struct rd_edge *e = id ? rd_array_need(&edges, id) : NULL;

	if (!e) {
		rd_count(RDEP_C_EDGES_DROPPED);
		return 0;
	}
	/* Types are added to an edge that is there; a fresh number may have a forgotten edge's memory. */
	if (known)
		rd_sample_keep(t, number_of(id), e, s, held);
	else
		rd_edge_begin(t, e, s, held, target);
	if (hidden)
		rd_graph_hide(graph, id, true);
	if (n > 0 && n < PATH_LONGEST) {
		cycle[0] = id;
		close_cycle(t, cycle, n + 1);
	}
	return number_of(id);
}

void rd_nest_show(struct rd_thread *t, uint32_t cls)
{
	static uint32_t cycle[PATH_LONGEST];
	uint32_t id, n = graph ? rd_graph_edges(graph) : 0;

	for (id = 1; id <= n; id++) {
		const struct rd_edge *e = rd_array_at(&edges, id);
		uint32_t from, to;
		uint8_t types;
		int count;

		if (!e || e->from != cls)
			continue;
		rd_graph_hide(graph, id, false);
		rd_graph_edge(graph, id, &from, &to, &types);
		/* Of one class, all are of one type. */
		count = rd_graph_cycle(graph, from, to, types, cycle + 1, PATH_LONGEST - 1);
		cycle[0] = id;
		if (count > 0 && count < PATH_LONGEST)
			close_cycle(t, cycle, count + 1);
	}
}

void rd_nest_retire(uint32_t cls)
{
	uint32_t id, n = graph ? rd_graph_edges(graph) : 0;

	for (id = 1; id <= n; id++) {
		const struct rd_edge *e = rd_array_at(&edges, id);

		if (!e || e->from != cls)
			continue;
		rd_graph_hide(graph, id, true);
		rd_finding_retire(number_of(id));
	}
}

void rd_nest(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target)
{
	struct rd_sample s = rd_sample_of(t, held, target);
	uint32_t from, to, id;
	uint8_t types = 0;

	if (rd_sem_is_signal(held->cls) || (!graph && !(graph = rd_graph_new())))
		return;
	/* Pairs are many, and few of them are ever told of. */
	rd_stack_small();
	if (rd_graph_edges(graph) >= RD_NEST_PAIRS)
		forget_all();
	from = node_of(held->address, generation_of(held->address, held->generation));
	to = node_of(target->address, generation_of(target->address, target->generation));
	if (!from || !to)
		return;
	id = rd_graph_find(graph, from, to, &types);
	if (!id || !(types & s.type)) {
		if (rd_held_is_stale(t, held))
			return;
		id = new_pair(t, from, to, id != 0, &s, held, target);
	} else {
		id = number_of(id);
		rd_edge_again(t, id, rd_nest_edge_at(id), &s, held);
	}
	if (!id)
		return;
	rd_split_nested(target->cls, &s);
	if (rd_options.nesting == NESTING_ANY && s.type != RDEP_TYPE_SR)
		rd_finding_nested(t, id);
	/* While its cycle is watched each occurrence comes by here. */
	if (!rd_nest_edge_at(id)->watched)
		remember(t, held, target);
}

void rd_nest_move(struct rd_thread *t, uint32_t cls)
{
	uint32_t n = graph ? rd_graph_edges(graph) : 0, id, i;

	for (id = 1; id <= n; id++) {
		const struct rd_edge *e = rd_array_at(&edges, id);

		for (i = 0; e->from == cls && i < e->count; i++) {
			const struct rd_sample *s = &e->sample[i];
			uint32_t from = rd_class_now(cls, s->from_role), to = rd_class_now(cls, s->to_role);

			if (from != to)
				rd_depend_readd(t, e, s, from, to);
		}
	}
}

void rd_nest_reset(void)
{
	graph = NULL;
	memset(edges.segment, 0, sizeof(edges.segment));
	rd_map_reset(&ids);
	last_node = 0;
}
