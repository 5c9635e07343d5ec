/* SPDX-License-Identifier: MIT */
/*
 * graph.c - typed edges, looked up by a hash of both ends, walked from both ends.
 *
 * The search. What a path may do next depends on how it came in, so it runs over
 * states (node, came in), not nodes:
 *
 *   forward   0: came in by an N step, may leave by E or S; 1: by R, must leave by E
 *   backward  0: leaves by E, may be entered by N or R;     1: by S, must be entered by N
 *
 * In both, 0 can do all that 1 can and more, but 1 may be reached sooner: a node
 * is entered at most twice by each side, 1 before 0. The two sides meet in a node
 * unless both are in state 1 there. Each side finishes a level before the other
 * goes on, so the first meeting closes a shortest walk.
 *
 * A shortest walk may pass a node twice, entering by R, leaving by E, coming back
 * by N and leaving by S: the loop between is a strong cycle of its own, one that
 * was there before, and the rest need not be one. As deadlock needs each class
 * once, such a node is then tried both ways ("must be left by E", "must be entered
 * by N": a path through it does at least one of them), until the walk is simple.
 */
#include <stdbool.h>
#include <string.h>
#include "graph.h"
#include "mem.h"
#include "order.h"
#include "record_layout.h"
#include "sys.h"
#include "table.h"

#define TYPES_ALL (RDEP_TYPE_EN | RDEP_TYPE_ER | RDEP_TYPE_SN | RDEP_TYPE_SR)
#define TYPES_E (RDEP_TYPE_EN | RDEP_TYPE_ER)
#define TYPES_N (RDEP_TYPE_EN | RDEP_TYPE_SN)
#define ID_LIMIT (1u << 28)
#define NOWHERE UINT32_MAX

/* Searches before a walk that never gets simple is given up. */
#define TRIES 64
#define TRIES_DEEP 16

enum side { FORWARD, BACKWARD };

/* The types that lead on from state 1 of a side; those that lead into its state 0. */
static const uint8_t lead_on[2] = {TYPES_E, TYPES_N};
static const uint8_t lead_to_0[2] = {TYPES_N, TYPES_E};

/* Edges of a node are chained, those out of it and those into it, in the order in which they came. */
struct edge {
	uint32_t end[2];  /* from, to */
	uint32_t next[2]; /* of those out of `from`, into `to`: edge number | types << 28; in next[1] those that searches see */
	uint32_t hashed;  /* next in the table */
};
#define NUMBER (ID_LIMIT - 1)
#define TYPES_AT 28

struct node {
	uint32_t first[2], last[2]; /* edges out, in */
	uint32_t count[2];
	/* The search's; void unless stamp is the graph's. */
	uint32_t stamp;
	uint32_t passed;  /* stamp of the last walk that was checked to be simple */
	uint32_t came[4]; /* by side and state: edge << 1 | the state that it came from */
	uint8_t seen;	  /* bit per side and state */
	uint8_t must;	  /* bit 0: be left by E, bit 1: be entered by N */
};

_Static_assert(sizeof(struct node) == 52 && sizeof(struct edge) == 20, "what there is many of");

struct rd_graph {
	struct rd_array nodes;
	uint32_t node_room;
	uint32_t *queue[2]; /* of states: node << 1 | state; 2 * queue_room each */
	uint32_t queue_room;
	uint32_t stamp, pass;
	struct rd_array edges; /* from 1 on */
	uint32_t edge_count;
	struct rd_table by_ends;
	struct rd_order order;
};

static struct node *node_at(const struct rd_graph *g, uint32_t node)
{
	return rd_array_item(&g->nodes, node, sizeof(struct node));
}

static struct edge *edge_at(const struct rd_graph *g, uint32_t e)
{
	return rd_array_item(&g->edges, e, sizeof(struct edge));
}

struct rd_graph *rd_graph_new(void)
{
	struct rd_graph *g = rd_mem_alloc(sizeof(struct rd_graph));

	if (g) {
		g->nodes.elem = sizeof(struct node);
		g->edges.elem = sizeof(struct edge);
	}
	return g;
}

static void free_queues(struct rd_graph *g)
{
	for (int d = 0; d < 2; d++)
		rd_mem_free(g->queue[d], 2 * sizeof(uint32_t) * g->queue_room);
}

void rd_graph_free(struct rd_graph *g)
{
	if (!g)
		return;
	rd_array_free(&g->nodes);
	rd_array_free(&g->edges);
	rd_array_free(&g->by_ends.heads);
	free_queues(g);
	rd_order_free(&g->order);
	rd_mem_free(g, sizeof(*g));
}

/* ---- edges ---- */

static uint32_t hash_of_ends(uint32_t from, uint32_t to)
{
	uint64_t h = ((uint64_t)from << 32 | to) * 0x9e3779b97f4a7c15ull;

	h ^= h >> 29;
	return (uint32_t)((h * 0xbf58476d1ce4e5b9ull) >> 32);
}

/* The graph that is being added to: what the table asks of an edge. Under the runtime lock. */
static const struct rd_graph *adding;

static uint32_t *hashed_of(uint32_t e)
{
	return &edge_at(adding, e)->hashed;
}

static uint32_t hash_of(uint32_t e)
{
	return hash_of_ends(edge_at(adding, e)->end[0], edge_at(adding, e)->end[1]);
}

static unsigned types_of(const struct edge *e)
{
	return e->next[0] >> TYPES_AT;
}

/* Those that searches see. */
static unsigned types_shown(const struct edge *e)
{
	return e->next[1] >> TYPES_AT;
}

static uint32_t find(const struct rd_graph *g, uint32_t from, uint32_t to)
{
	uint32_t e = rd_table_first(&g->by_ends, hash_of_ends(from, to));

	while (e && (edge_at(g, e)->end[0] != from || edge_at(g, e)->end[1] != to))
		e = edge_at(g, e)->hashed;
	return e;
}

static void ahead_of_end(const struct rd_graph *g, uint32_t node, int d)
{
	if (node_at(g, node)->last[d])
		__builtin_prefetch(edge_at(g, node_at(g, node)->last[d]));
}

void rd_graph_ahead(const struct rd_graph *g, uint32_t from, uint32_t to, bool deep)
{
	uint32_t e;

	if (from >= g->node_room || to >= g->node_room)
		return;
	if (!deep) {
		rd_table_ahead(&g->by_ends, hash_of_ends(from, to));
		__builtin_prefetch(node_at(g, from), 1);
		__builtin_prefetch(node_at(g, to), 1);
		rd_order_ahead(&g->order, from, to);
		return;
	}
	e = rd_table_first(&g->by_ends, hash_of_ends(from, to));
	if (e)
		__builtin_prefetch(edge_at(g, e));
	ahead_of_end(g, from, 0);
	ahead_of_end(g, to, 1);
}

uint32_t rd_graph_find(const struct rd_graph *g, uint32_t from, uint32_t to, uint8_t *types)
{
	uint32_t e = find(g, from, to);

	if (types)
		*types = e ? (uint8_t)types_of(edge_at(g, e)) : 0;
	return e;
}

void rd_graph_edge(const struct rd_graph *g, uint32_t e, uint32_t *from, uint32_t *to,
		   uint8_t *types)
{
	*from = edge_at(g, e)->end[0];
	*to = edge_at(g, e)->end[1];
	*types = (uint8_t)types_of(edge_at(g, e));
}

uint32_t rd_graph_edges(const struct rd_graph *g)
{
	return g->edge_count;
}

uint32_t rd_graph_first(const struct rd_graph *g, uint32_t node, bool in)
{
	return node < g->node_room ? node_at(g, node)->first[in] : 0;
}

uint32_t rd_graph_next(const struct rd_graph *g, uint32_t e, bool in)
{
	return edge_at(g, e)->next[in] & NUMBER;
}

uint32_t rd_graph_peer(const struct rd_graph *g, uint32_t e, bool in)
{
	return edge_at(g, e)->end[!in];
}

int rd_graph_each(const struct rd_graph *g, uint32_t node, int in,
		  int (*fn)(void *arg, uint32_t edge), void *arg)
{
	uint32_t e, next;

	for (e = rd_graph_first(g, node, in); e; e = next) {
		int ret;

		next = rd_graph_next(g, e, in);
		ret = fn(arg, e);
		if (ret)
			return ret;
	}
	return 0;
}

static bool need_node(struct rd_graph *g, uint32_t node)
{
	uint32_t i;

	if (node < g->node_room)
		return true;
	/* Each segment in between. */
	for (i = g->node_room; i < node; i += RD_ARRAY_FIRST) {
		if (!rd_array_need(&g->nodes, i))
			return false;
	}
	if (!rd_array_need(&g->nodes, node))
		return false;
	g->node_room = node + 1;
	rd_order_need(&g->order, g->node_room);
	return true;
}

/* Room for every state of every node once. */
static bool need_queues(struct rd_graph *g)
{
	uint32_t room = g->queue_room ? g->queue_room : 64;

	if (g->queue_room >= g->node_room)
		return true;
	while (room < g->node_room)
		room *= 2;
	free_queues(g);
	g->queue_room = room;
	for (int d = 0; d < 2; d++)
		g->queue[d] = rd_mem_alloc(2 * sizeof(uint32_t) * room);
	if (g->queue[0] && g->queue[1])
		return true;
	free_queues(g);
	g->queue[0] = g->queue[1] = NULL;
	g->queue_room = 0;
	return false;
}

static void add_types(struct rd_graph *g, uint32_t e, uint8_t types)
{
	for (int d = 0; d < 2; d++)
		edge_at(g, e)->next[d] |= (uint32_t)types << TYPES_AT;
}

/* At the end of its list. */
static void chain(struct rd_graph *g, uint32_t e, int d)
{
	struct node *n = node_at(g, edge_at(g, e)->end[d]);

	if (n->last[d])
		edge_at(g, n->last[d])->next[d] |= e;
	else
		n->first[d] = e;
	n->last[d] = e;
	n->count[d]++;
}

uint32_t rd_graph_add(struct rd_graph *g, uint32_t from, uint32_t to, uint8_t types)
{
	static const struct rd_table_of of = {hashed_of, hash_of};
	uint32_t e = find(g, from, to);

	types &= TYPES_ALL;
	if (!types || from >= ID_LIMIT || to >= ID_LIMIT || g->edge_count + 1 >= ID_LIMIT)
		return 0;
	if (e) {
		add_types(g, e, types);
		return e;
	}
	e = g->edge_count + 1;
	if (!need_node(g, from > to ? from : to) || !rd_array_need(&g->edges, e))
		return 0;
	*edge_at(g, e) = (struct edge){
		.end = {from, to}, .next = {(uint32_t)types << TYPES_AT, (uint32_t)types << TYPES_AT}};
	adding = g;
	if (!rd_table_add(&g->by_ends, &of, e))
		return 0;
	g->edge_count = e;
	for (int d = 0; d < 2; d++)
		chain(g, e, d);
	rd_order_add(&g->order, g, from, to);
	return e;
}

void rd_graph_hide(struct rd_graph *g, uint32_t e, bool hidden)
{
	struct edge *edge = edge_at(g, e);

	edge->next[1] = (edge->next[1] & NUMBER) | (hidden ? 0 : (uint32_t)types_of(edge) << TYPES_AT);
}

/* ---- the search ---- */

struct search {
	uint32_t start[2]; /* node where each side begins */
	uint8_t state[2];
	uint32_t head[2], tail[2];
	uint64_t work[2]; /* edges that the next level of each side will look at */
	uint32_t meet;
	uint8_t meet_state[2];
};

static uint8_t seen_bit(int d, unsigned state)
{
	return (uint8_t)(1u << (2 * d + state));
}

static void touch(struct rd_graph *g, struct node *n)
{
	if (n->stamp == g->stamp)
		return;
	n->stamp = g->stamp;
	n->seen = 0;
}

/* The state in which side d enters n with these types from `state`, or -1. */
static int step(const struct node *n, int d, unsigned state, unsigned types)
{
	unsigned next;

	if (state)
		types &= lead_on[d];
	if (!types)
		return -1;
	next = !(types & lead_to_0[d]);
	if (next && (n->must & (1u << !d)))
		return -1;
	return n->must & (1u << d) ? 1 : (int)next;
}

/* Do the two sides meet in n, where side d is now in `state`? */
static bool meets(const struct node *n, int d, unsigned state, uint8_t *other)
{
	for (*other = 0; *other < 2; ++*other) {
		if ((n->seen & seen_bit(!d, *other)) && !(state && *other))
			return true;
	}
	return false;
}

static void enter(struct rd_graph *g, struct search *s, int d, uint32_t node, unsigned state)
{
	struct node *n = node_at(g, node);

	n->seen |= seen_bit(d, state);
	if (!n->count[d])
		return;
	g->queue[d][s->tail[d]++] = node << 1 | state;
	s->work[d] += n->count[d];
}

/* Follows one edge of side d; true when it meets the other side. */
static bool follow(struct rd_graph *g, struct search *s, int d, unsigned state, uint32_t e)
{
	uint32_t peer = edge_at(g, e)->end[!d];
	struct node *n;
	int next;

	if (peer == s->start[d] ||
	    !rd_order_between(&g->order, peer, s->start[FORWARD], s->start[BACKWARD]))
		return false;
	n = node_at(g, peer);
	next = step(n, d, state, types_shown(edge_at(g, e)));
	if (next < 0)
		return false;
	touch(g, n);
	if (n->seen & (seen_bit(d, 0) | seen_bit(d, (unsigned)next)))
		return false;
	n->came[2 * d + next] = e << 1 | state;
	if (meets(n, d, (unsigned)next, &s->meet_state[!d])) {
		s->meet_state[d] = (uint8_t)next;
		s->meet = peer;
		return true;
	}
	/* A cycle passes its closing edge once: nothing goes on through the other end. */
	if (peer != s->start[!d])
		enter(g, s, d, peer, (unsigned)next);
	return false;
}

/* One level of side d. */
static bool expand(struct rd_graph *g, struct search *s, int d)
{
	uint32_t end = s->tail[d];

	s->work[d] = 0;
	for (; s->head[d] < end; s->head[d]++) {
		uint32_t at = g->queue[d][s->head[d]];
		uint32_t e;

		for (e = node_at(g, at >> 1)->first[d]; e; e = rd_graph_next(g, e, d)) {
			if (follow(g, s, d, at & 1, e))
				return true;
		}
	}
	return false;
}

static void new_stamp(struct rd_graph *g)
{
	if (++g->stamp)
		return;
	for (uint32_t i = 0; i < g->node_room; i++)
		node_at(g, i)->stamp = 0;
	g->stamp = 1;
}

static bool search(struct rd_graph *g, struct search *s)
{
	new_stamp(g);
	for (int d = 0; d < 2; d++) {
		s->head[d] = s->tail[d] = 0;
		s->work[d] = 0;
		touch(g, node_at(g, s->start[d]));
		enter(g, s, d, s->start[d], s->state[d]);
	}
	while (s->work[FORWARD] && s->work[BACKWARD]) {
		if (expand(g, s, s->work[FORWARD] <= s->work[BACKWARD] ? FORWARD : BACKWARD))
			return true;
	}
	return false;
}

/* From the meeting back to where side d began: edges in that order. */
static uint32_t trace(const struct rd_graph *g, const struct search *s, int d, uint32_t *out)
{
	uint32_t node = s->meet, n = 0;
	unsigned state = s->meet_state[d];

	while (node != s->start[d]) {
		uint32_t came = node_at(g, node)->came[2 * d + state];

		out[n++] = came >> 1;
		state = came & 1;
		node = edge_at(g, came >> 1)->end[d];
	}
	return n;
}

/* The edges of the walk that was found, in order. The queues are done with by now, and each has
 * room for every state once. */
static const uint32_t *walk_of(struct rd_graph *g, const struct search *s, uint32_t *count)
{
	uint32_t *walk = g->queue[FORWARD];
	uint32_t n = trace(g, s, FORWARD, walk);
	uint32_t rest = trace(g, s, BACKWARD, g->queue[BACKWARD]);

	for (uint32_t i = 0; i < n / 2; i++) {
		uint32_t e = walk[i];

		walk[i] = walk[n - 1 - i];
		walk[n - 1 - i] = e;
	}
	*count = n + rest;
	memcpy(walk + n, g->queue[BACKWARD], rest * sizeof(*walk));
	return walk;
}

/* A node that the walk passes twice, or NOWHERE. */
static uint32_t passed_twice(struct rd_graph *g, const uint32_t *walk, uint32_t n)
{
	if (!++g->pass) {
		for (uint32_t i = 0; i < g->node_room; i++)
			node_at(g, i)->passed = 0;
		g->pass = 1;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t to = edge_at(g, walk[i])->end[1];

		if (node_at(g, to)->passed == g->pass)
			return to;
		node_at(g, to)->passed = g->pass;
	}
	return NOWHERE;
}

struct shortest {
	struct search search;
	uint32_t *path;
	uint32_t max;
	uint32_t count; /* 0: none yet */
	int tries;
	bool cut;
};

static void shortest_cycle(struct rd_graph *g, struct shortest *s, int deep)
{
	const uint32_t *walk;
	uint32_t n, twice;

	if (!s->tries || deep == TRIES_DEEP) {
		s->cut = true;
		return;
	}
	s->tries--;
	if (!search(g, &s->search))
		return;
	walk = walk_of(g, &s->search, &n);
	if (s->count && n >= s->count)
		return;
	twice = passed_twice(g, walk, n);
	if (twice == NOWHERE) {
		s->count = n;
		if (n <= s->max)
			memcpy(s->path, walk, n * sizeof(*walk));
		return;
	}
	for (unsigned must = 1; must <= 2; must++) {
		node_at(g, twice)->must |= must;
		shortest_cycle(g, s, deep + 1);
		node_at(g, twice)->must &= (uint8_t)~must;
	}
}

int rd_graph_cycle(struct rd_graph *g, uint32_t from, uint32_t to, uint8_t type, uint32_t *path,
		   int max)
{
	struct shortest s = {
		.search.start = {to, from},
		.search.state = {!(type & TYPES_N), !(type & TYPES_E)},
		.path = path,
		.max = max > 0 ? (uint32_t)max : 0,
		.tries = TRIES,
	};

	if (from == to || from >= g->node_room || to >= g->node_room)
		return 0;
	if (!node_at(g, to)->count[0] || !node_at(g, from)->count[1] || rd_order_below(&g->order, from, to))
		return 0;
	if (!need_queues(g))
		return RD_GRAPH_CUT;
	shortest_cycle(g, &s, 0);
	if (!s.count)
		return s.cut ? RD_GRAPH_CUT : 0;
	return (int)(s.count <= s.max ? s.count : RD_GRAPH_LONG + s.count);
}

/* ---- components ---- */

/* Everything that side d reaches from node; within: only through what the other side reached. Returns how many, in
 * queue[d]. */
static uint32_t reach(struct rd_graph *g, int d, uint32_t node, bool within)
{
	uint32_t head = 0, tail = 0;

	touch(g, node_at(g, node));
	node_at(g, node)->seen |= seen_bit(d, 0);
	g->queue[d][tail++] = node;
	while (head < tail) {
		uint32_t e;

		for (e = node_at(g, g->queue[d][head++])->first[d]; e; e = rd_graph_next(g, e, d)) {
			struct node *peer = node_at(g, edge_at(g, e)->end[!d]);

			touch(g, peer);
			if (peer->seen & seen_bit(d, 0) || (within && !(peer->seen & seen_bit(!d, 0))))
				continue;
			peer->seen |= seen_bit(d, 0);
			g->queue[d][tail++] = edge_at(g, e)->end[!d];
		}
	}
	return tail;
}

void rd_graph_component(struct rd_graph *g, uint32_t from, uint32_t to, void (*fn)(uint32_t node, uint32_t arg),
			uint32_t arg)
{
	uint32_t n;

	if (from >= g->node_room || to >= g->node_room || !need_queues(g))
		return;
	new_stamp(g);
	reach(g, FORWARD, to, false);
	touch(g, node_at(g, from));
	if (!(node_at(g, from)->seen & seen_bit(FORWARD, 0)))
		return;
	n = reach(g, BACKWARD, from, true);
	while (n)
		fn(g->queue[BACKWARD][--n], arg);
}

/* ---- for tests ---- */

static const char *check_edge(const struct rd_graph *g, uint32_t e)
{
	const struct edge *edge = edge_at(g, e);

	if (!types_of(edge))
		return "an edge without types";
	if (types_shown(edge) && types_shown(edge) != types_of(edge))
		return "an edge that searches see by half";
	if (rd_graph_find(g, edge->end[0], edge->end[1], NULL) != e)
		return "an edge that is not found by its ends";
	for (int d = 0; d < 2; d++) {
		if (edge->end[d] >= g->node_room)
			return "an edge that ends outside";
		if (rd_graph_next(g, e, d) > g->edge_count)
			return "a chain that leads outside";
	}
	return NULL;
}

static const char *check_chain(const struct rd_graph *g, uint32_t node, int d)
{
	const struct node *n = node_at(g, node);
	uint32_t e, last = 0, count = 0;

	for (e = n->first[d]; e; e = rd_graph_next(g, e, d)) {
		if (edge_at(g, e)->end[d] != node)
			return "an edge in another node's list";
		if (e <= last)
			return "edges out of order";
		last = e;
		count++;
	}
	if (last != n->last[d] || count != n->count[d])
		return "a list that ends elsewhere";
	return n->must ? "a search's mark is left behind" : NULL;
}

uint64_t rd_graph_reordering(const struct rd_graph *g)
{
	return g->order.looked;
}

const char *rd_graph_check(struct rd_graph *g)
{
	uint64_t chained[2] = {0, 0};

	for (uint32_t e = 1; e <= g->edge_count; e++) {
		const char *wrong = check_edge(g, e);

		if (wrong)
			return wrong;
	}
	for (uint32_t i = 0; i < g->node_room; i++) {
		for (int d = 0; d < 2; d++) {
			const char *wrong = check_chain(g, i, d);

			if (wrong)
				return wrong;
			chained[d] += node_at(g, i)->count[d];
		}
	}
	if (chained[0] != g->edge_count || chained[1] != g->edge_count)
		return "lists and edges differ in number";
	if (g->by_ends.count != g->edge_count)
		return "table and edges differ in number";
	return rd_order_check(&g->order, g);
}
