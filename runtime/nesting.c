// SPDX-License-Identifier: MIT
/* nesting.c - see nesting.h. */
#include "nesting.h"
#include "chain.h"
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
#include "sys.h"

#include <string.h>
#include <sys/mman.h>

#define PATH_LONGEST 64
#define PAIRS_MOST RD_NEST_PAIRS

enum { NESTING_INVERTED, NESTING_ANY };

/* Locks of one class, and lives: those end one after the other, and the pairs of those that ended are nothing any more. */
static struct nest {
	uint32_t bits; /* of its edges' numbers */
	uint32_t most; /* pairs */
	struct rd_array edges;
	struct rd_graph *graph;
	struct rd_map_of ids; /* (address, generation) -> node */
	uint32_t last_node;
	uint32_t base; /* numbers of forgotten pairs are not used again: the journal may have them */
} locks = {.bits = RD_NEST_EDGE, .most = RD_NEST_PAIRS, .edges = RD_ARRAY(sizeof(struct rd_edge))},
  lives = {.bits = RD_NEST_EDGE | RD_NEST_LIFE, .most = RD_NEST_LIVES, .edges = RD_ARRAY(sizeof(struct rd_edge))};

static struct nest *nest_of(uint32_t cls)
{
	return rd_class_at(cls)->kind == RDEP_LIFE ? &lives : &locks;
}

struct rd_edge *rd_nest_edge_at(uint32_t edge)
{
	const struct nest *n = edge & RD_NEST_LIFE ? &lives : &locks;

	return rd_array_at(&n->edges, (edge & ~n->bits) - n->base);
}

static uint32_t number_of(const struct nest *n, uint32_t graph_edge)
{
	return n->bits | (n->base + graph_edge);
}

/* ---- the thread's own memory of it ---- */

/* Where a pair is, if it is there: one of RD_PAIR_WAYS. What is held now is a part of it. */
static struct rd_pair *pairs_of(struct rd_thread *t, uint64_t from, uint64_t to)
{
	uint32_t sets = (t->more_pairs ? t->more_count : RD_RECENT_PAIRS) / RD_PAIR_WAYS;
	struct rd_pair *p = t->more_pairs ? t->more_pairs : t->pairs;

	return &p[(rd_map_hash(from, to + t->top->node) & (sets - 1)) * RD_PAIR_WAYS];
}

static bool is_pair(const struct rd_thread *t, const struct rd_pair *p, const struct rdep_held *held, uint64_t address,
		    uint32_t generation)
{
	return p->from == held->address && p->to == address && p->chain == t->top->node &&
	       p->from_generation == held->generation && p->to_generation == generation &&
	       p->epoch == __atomic_load_n(&t->pair_epoch, __ATOMIC_ACQUIRE);
}

bool rd_nest_recent(struct rd_thread *t, const struct rdep_held *held, uint64_t address, uint32_t generation)
{
	const struct rd_pair *p = pairs_of(t, held->address, address);
	unsigned i;

	/* Without a chain it is not known what else was held. */
	if (t->top->node == RD_NODE_UNKNOWN)
		return false;
	for (i = 0; i < RD_PAIR_WAYS; i++) {
		if (is_pair(t, &p[i], held, address, generation))
			return true;
	}
	return false;
}

/* What was remembered is met again soon. Not in a fork child, whose thread is a new one. */
static void have_more(struct rd_thread *t)
{
	uint32_t count = (t->more_pairs ? t->more_count : RD_RECENT_PAIRS) * 4;
	struct rd_pair *more = count > PAIRS_MOST ? NULL : rd_map(count * sizeof(*more));

	t->pairs_missed = 0;
	if (!more)
		return;
	rd_sys(SYS_madvise, more, count * sizeof(*more), MADV_DONTFORK);
	rd_nest_thread_free(t);
	t->more_count = count;
	t->more_pairs = more;
}

void rd_nest_thread_free(struct rd_thread *t)
{
	struct rd_pair *more = t->more_pairs;

	t->more_pairs = NULL;
	if (more)
		rd_unmap(more, t->more_count * sizeof(*more));
}

/* again: the pair was looked at before. */
static void remember(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target, bool again)
{
	struct rd_pair *p;
	unsigned i;

	if (again && ++t->pairs_missed > (t->more_pairs ? t->more_count : RD_RECENT_PAIRS))
		have_more(t);
	t->learnt = 1;
	p = pairs_of(t, held->address, target->address);
	for (i = 0; i + 1 < RD_PAIR_WAYS && !is_pair(t, &p[i], held, target->address, target->generation); i++)
		;
	/* The latest comes first, the oldest goes. */
	memmove(&p[1], &p[0], i * sizeof(*p));
	p[0] = (struct rd_pair){held->address, target->address, held->generation, target->generation, t->top->node,
				__atomic_load_n(&t->pair_epoch, __ATOMIC_RELAXED)};
}

/* ---- pairs ---- */

static uint32_t node_of(struct nest *n, uint64_t address, uint32_t generation)
{
	uint32_t node = rd_map_get(&n->ids, address, generation);

	if (!node && rd_map_set(&n->ids, address, generation, n->last_node + 1))
		node = ++n->last_node;
	return node;
}

/* Of a file's lock it is who holds it. */
static uint32_t generation_of(uint64_t address, uint32_t generation)
{
	return rd_file_address(address) ? 0 : generation;
}

static void forget_all(struct nest *n)
{
	if (n == &locks)
		rd_count(RDEP_C_NESTING_FORGOTTEN);
	rd_finding_close_nested(n->bits);
	rd_graph_free(n->graph);
	n->graph = rd_graph_new();
	rd_map_clear(&n->ids);
	n->last_node = 0;
	n->base += n->most + 1;
}

static void close_cycle(struct rd_thread *t, const struct nest *nest, uint32_t *cycle, int n)
{
	int i;

	for (i = 0; i < n; i++)
		cycle[i] = number_of(nest, cycle[i]);
	rd_finding_cycle(t, cycle, (uint32_t)n, NULL);
}

/* Returns its number, or 0. */
static uint32_t new_pair(struct rd_thread *t, struct nest *nest, uint32_t from, uint32_t to, bool known, struct rd_sample *s,
			 const struct rdep_held *held, const struct rd_target *target)
{
	static uint32_t cycle[PATH_LONGEST];
	bool hidden = rd_sem_unproven(held->cls);
	int n = hidden ? 0 : rd_graph_cycle(nest->graph, from, to, s->type, cycle + 1, PATH_LONGEST - 1);
	uint32_t id = rd_graph_add(nest->graph, from, to, s->type);
	struct rd_edge *e = id ? rd_array_need(&nest->edges, id) : NULL;

	if (!e) {
		rd_count(RDEP_C_EDGES_DROPPED);
		return 0;
	}
	/* Types are added to an edge that is there; a fresh number may have a forgotten edge's memory. */
	if (known)
		rd_sample_keep(t, number_of(nest, id), e, s, held);
	else
		rd_edge_begin(t, e, s, held, target);
	if (hidden)
		rd_graph_hide(nest->graph, id, true);
	if (n < 0 || n >= PATH_LONGEST)
		rd_count(RDEP_C_SEARCH_CUT);
	if (n > 0 && n < PATH_LONGEST) {
		cycle[0] = id;
		close_cycle(t, nest, cycle, n + 1);
	}
	return number_of(nest, id);
}

void rd_nest_show(struct rd_thread *t, uint32_t cls)
{
	static uint32_t cycle[PATH_LONGEST];
	uint32_t id, n = locks.graph ? rd_graph_edges(locks.graph) : 0;

	for (id = 1; id <= n; id++) {
		const struct rd_edge *e = rd_array_at(&locks.edges, id);
		uint32_t from, to;
		uint8_t types;
		int count;

		if (!e || e->from != cls)
			continue;
		rd_graph_hide(locks.graph, id, false);
		rd_graph_edge(locks.graph, id, &from, &to, &types);
		/* Of one class, all are of one type. */
		count = rd_graph_cycle(locks.graph, from, to, types, cycle + 1, PATH_LONGEST - 1);
		cycle[0] = id;
		if (count > 0 && count < PATH_LONGEST)
			close_cycle(t, &locks, cycle, count + 1);
	}
}

void rd_nest_retire(uint32_t cls)
{
	uint32_t id, n = locks.graph ? rd_graph_edges(locks.graph) : 0;

	for (id = 1; id <= n; id++) {
		const struct rd_edge *e = rd_array_at(&locks.edges, id);

		if (!e || e->from != cls)
			continue;
		rd_graph_hide(locks.graph, id, true);
		rd_finding_retire(number_of(&locks, id));
	}
}

void rd_nest(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target)
{
	struct rd_sample s = rd_sample_of(t, held, target);
	struct nest *n = nest_of(target->cls);
	uint32_t from, to, id;
	uint8_t types = 0;
	bool again;

	if (rd_sem_is_signal(held->cls) || (!n->graph && !(n->graph = rd_graph_new())))
		return;
	/* Pairs are many, and few of them are ever told of. */
	rd_stack_small();
	if (rd_graph_edges(n->graph) >= n->most)
		forget_all(n);
	from = node_of(n, held->address, generation_of(held->address, held->generation));
	to = node_of(n, target->address, generation_of(target->address, target->generation));
	if (!from || !to)
		return;
	id = rd_graph_find(n->graph, from, to, &types);
	again = id && types & s.type;
	if (!again) {
		if (rd_held_is_stale(t, held, target->there))
			return;
		id = new_pair(t, n, from, to, id != 0, &s, held, target);
	} else {
		id = number_of(n, id);
		rd_edge_again(t, id, rd_nest_edge_at(id), &s, held);
	}
	if (!id)
		return;
	rd_split_nested(target->cls, &s);
	if (rd_options.nesting == NESTING_ANY && s.type != RDEP_TYPE_SR)
		rd_finding_nested(t, id);
	/* While its cycle is watched each occurrence comes by here. */
	if (!rd_nest_edge_at(id)->watched)
		remember(t, held, target, again);
}

static void each_of(const struct nest *nest, void (*see)(const struct rd_edge *e))
{
	uint32_t n = nest->graph ? rd_graph_edges(nest->graph) : 0, id;

	for (id = 1; id <= n; id++)
		see(rd_array_at(&nest->edges, id));
}

void rd_nest_each(void (*see)(const struct rd_edge *e))
{
	each_of(&locks, see);
	each_of(&lives, see);
}

void rd_nest_move(struct rd_thread *t, uint32_t cls)
{
	uint32_t n = locks.graph ? rd_graph_edges(locks.graph) : 0, id, i;

	for (id = 1; id <= n; id++) {
		const struct rd_edge *e = rd_array_at(&locks.edges, id);

		for (i = 0; e->from == cls && i < e->count; i++) {
			const struct rd_sample *s = rd_edge_sample(e, i);
			uint32_t from = rd_class_now(cls, s->from_role), to = rd_class_now(cls, s->to_role);

			if (from != to)
				rd_depend_readd(t, s, from, to);
		}
	}
}

static void reset(struct nest *n)
{
	n->graph = NULL;
	memset(n->edges.segment, 0, sizeof(n->edges.segment));
	rd_map_reset(&n->ids);
	n->last_node = 0;
}

void rd_nest_reset(void)
{
	reset(&locks);
	reset(&lives);
}
