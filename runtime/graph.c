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

/* An edge as seen from one of its ends. */
struct half {
	uint32_t peer;
	uint32_t edge_types; /* edge number << 4 | types */
};

struct edge {
	uint32_t end[2]; /* from, to */
	uint32_t at[2];	 /* where its half stands in from's out list, in to's in list */
	uint32_t types;
};

struct node {
	struct half *half[2]; /* out, in */
	uint32_t count[2], room[2];
	/* The search's; void unless stamp is the graph's. */
	uint32_t stamp;
	uint32_t passed;  /* stamp of the last walk that was checked to be simple */
	uint32_t came[4]; /* by side and state: edge << 1 | the state that it came from */
	uint8_t seen;	  /* bit per side and state */
	uint8_t must;	  /* bit 0: be left by E, bit 1: be entered by N */
};

_Static_assert(sizeof(struct node) == 64, "a node is one cache line");

struct rd_graph {
	struct node *nodes;
	uint32_t *queue[2]; /* of states: node << 1 | state; 2 * node_room each */
	uint32_t node_room;
	uint32_t stamp, pass;
	struct edge *edges; /* [0] is not used */
	uint32_t edge_room, edge_count;
	uint32_t *hash; /* edge numbers, 0: free; open addressing */
	uint32_t hash_room;
	struct rd_order order;
};

struct rd_graph *rd_graph_new(void)
{
	return rd_mem_alloc(sizeof(struct rd_graph));
}

void rd_graph_free(struct rd_graph *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; i < g->node_room; i++) {
		for (int d = 0; d < 2; d++)
			rd_mem_free(g->nodes[i].half[d], g->nodes[i].room[d] * sizeof(struct half));
	}
	rd_mem_free(g->nodes, g->node_room * sizeof(struct node));
	for (int d = 0; d < 2; d++)
		rd_mem_free(g->queue[d], 2 * sizeof(uint32_t) * g->node_room);
	rd_mem_free(g->edges, g->edge_room * sizeof(struct edge));
	rd_mem_free(g->hash, g->hash_room * sizeof(uint32_t));
	rd_order_free(&g->order);
	rd_mem_free(g, sizeof(*g));
}

/* ---- edges ---- */

static uint32_t hash_of(uint32_t from, uint32_t to, uint32_t room)
{
	uint64_t h = ((uint64_t)from << 32 | to) * 0x9e3779b97f4a7c15ull;

	h ^= h >> 29;
	return (uint32_t)((h * 0xbf58476d1ce4e5b9ull) >> 32) & (room - 1);
}

/* The hash slot of from -> to, or the free one where it would be. */
static uint32_t slot_of(const struct rd_graph *g, uint32_t from, uint32_t to)
{
	uint32_t i = hash_of(from, to, g->hash_room);

	for (; g->hash[i]; i = (i + 1) & (g->hash_room - 1)) {
		const struct edge *e = &g->edges[g->hash[i]];

		if (e->end[0] == from && e->end[1] == to)
			break;
	}
	return i;
}

uint32_t rd_graph_find(const struct rd_graph *g, uint32_t from, uint32_t to, uint8_t *types)
{
	uint32_t e = g->hash_room ? g->hash[slot_of(g, from, to)] : 0;

	if (types)
		*types = e ? (uint8_t)g->edges[e].types : 0;
	return e;
}

void rd_graph_edge(const struct rd_graph *g, uint32_t e, uint32_t *from, uint32_t *to,
		   uint8_t *types)
{
	*from = g->edges[e].end[0];
	*to = g->edges[e].end[1];
	*types = (uint8_t)g->edges[e].types;
}

uint32_t rd_graph_edges(const struct rd_graph *g)
{
	return g->edge_count;
}

int rd_graph_each(const struct rd_graph *g, uint32_t node, int in,
		  int (*fn)(void *arg, uint32_t edge), void *arg)
{
	int d = in != 0;

	for (uint32_t i = 0; node < g->node_room && i < g->nodes[node].count[d]; i++) {
		int ret = fn(arg, g->nodes[node].half[d][i].edge_types >> 4);

		if (ret)
			return ret;
	}
	return 0;
}

uint32_t rd_graph_degree(const struct rd_graph *g, uint32_t node, bool in)
{
	return node < g->node_room ? g->nodes[node].count[in] : 0;
}

uint32_t rd_graph_peer(const struct rd_graph *g, uint32_t node, bool in, uint32_t i)
{
	return g->nodes[node].half[in][i].peer;
}

/* A copy of p[0..used) with room for `room` of them; p is given back. NULL: p stays. */
static void *regrow(void *p, size_t elem, uint32_t old_room, uint32_t room)
{
	void *bigger = rd_mem_alloc(elem * room);

	if (bigger && p) {
		memcpy(bigger, p, elem * old_room);
		rd_mem_free(p, elem * old_room);
	}
	return bigger;
}

static bool need_node(struct rd_graph *g, uint32_t node)
{
	uint32_t room = g->node_room ? g->node_room : 64;
	uint32_t *queue[2];
	struct node *nodes;

	if (node < g->node_room)
		return true;
	while (room <= node)
		room *= 2;
	for (int d = 0; d < 2; d++)
		queue[d] = rd_mem_alloc(2 * sizeof(uint32_t) * room);
	if (!queue[0] || !queue[1] ||
	    !(nodes = regrow(g->nodes, sizeof(*nodes), g->node_room, room))) {
		rd_mem_free(queue[0], 2 * sizeof(uint32_t) * room);
		rd_mem_free(queue[1], 2 * sizeof(uint32_t) * room);
		return false;
	}
	for (int d = 0; d < 2; d++) {
		rd_mem_free(g->queue[d], 2 * sizeof(uint32_t) * g->node_room);
		g->queue[d] = queue[d];
	}
	g->nodes = nodes;
	g->node_room = room;
	rd_order_need(&g->order, room);
	return true;
}

static bool need_half(struct rd_graph *g, uint32_t node, int d)
{
	struct node *n = &g->nodes[node];
	uint32_t room = n->room[d] ? n->room[d] * 2 : 4;
	struct half *half;

	if (n->count[d] < n->room[d])
		return true;
	half = regrow(n->half[d], sizeof(*half), n->room[d], room);
	if (!half)
		return false;
	n->half[d] = half;
	n->room[d] = room;
	return true;
}

static bool need_edge(struct rd_graph *g)
{
	uint32_t room = g->edge_room ? g->edge_room * 2 : 64;
	struct edge *edges;

	if (g->edge_count + 1 < g->edge_room)
		return true;
	edges = regrow(g->edges, sizeof(*edges), g->edge_room, room);
	if (!edges)
		return false;
	g->edges = edges;
	g->edge_room = room;
	return true;
}

static bool need_hash(struct rd_graph *g)
{
	uint32_t room = g->hash_room ? g->hash_room * 2 : 128;
	uint32_t *hash;

	if (g->edge_count + 1 < g->hash_room / 2)
		return true;
	hash = rd_mem_alloc(room * sizeof(*hash));
	if (!hash)
		return false;
	rd_mem_free(g->hash, g->hash_room * sizeof(*hash));
	g->hash = hash;
	g->hash_room = room;
	for (uint32_t e = 1; e <= g->edge_count; e++)
		g->hash[slot_of(g, g->edges[e].end[0], g->edges[e].end[1])] = e;
	return true;
}

static void add_types(struct rd_graph *g, uint32_t e, uint8_t types)
{
	struct edge *edge = &g->edges[e];

	edge->types |= types;
	for (int d = 0; d < 2; d++)
		g->nodes[edge->end[d]].half[d][edge->at[d]].edge_types |= types;
}

uint32_t rd_graph_add(struct rd_graph *g, uint32_t from, uint32_t to, uint8_t types)
{
	uint32_t e = rd_graph_find(g, from, to, NULL);
	uint32_t end[2] = {from, to};

	types &= TYPES_ALL;
	if (!types || from >= ID_LIMIT || to >= ID_LIMIT || g->edge_count + 1 >= ID_LIMIT)
		return 0;
	if (e) {
		add_types(g, e, types);
		return e;
	}
	if (!need_node(g, from > to ? from : to) || !need_half(g, from, 0) ||
	    !need_half(g, to, 1) || !need_edge(g) || !need_hash(g))
		return 0;

	e = ++g->edge_count;
	g->hash[slot_of(g, from, to)] = e;
	g->edges[e].types = types;
	for (int d = 0; d < 2; d++) {
		struct node *n = &g->nodes[end[d]];

		g->edges[e].end[d] = end[d];
		g->edges[e].at[d] = n->count[d];
		n->half[d][n->count[d]++] = (struct half){end[!d], e << 4 | types};
	}
	rd_order_add(&g->order, g, from, to);
	return e;
}

void rd_graph_hide(struct rd_graph *g, uint32_t e, bool hidden)
{
	const struct edge *edge = &g->edges[e];

	for (int d = 0; d < 2; d++)
		g->nodes[edge->end[d]].half[d][edge->at[d]].edge_types = e << 4 | (hidden ? 0 : edge->types);
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
	struct node *n = &g->nodes[node];

	n->seen |= seen_bit(d, state);
	if (!n->count[d])
		return;
	g->queue[d][s->tail[d]++] = node << 1 | state;
	s->work[d] += n->count[d];
}

/* Follows one edge of side d; true when it meets the other side. */
static bool follow(struct rd_graph *g, struct search *s, int d, unsigned state, struct half h)
{
	struct node *n = &g->nodes[h.peer];
	int next;

	if (h.peer == s->start[d] ||
	    !rd_order_between(&g->order, h.peer, s->start[FORWARD], s->start[BACKWARD]))
		return false;
	next = step(n, d, state, h.edge_types & TYPES_ALL);
	if (next < 0)
		return false;
	touch(g, n);
	if (n->seen & (seen_bit(d, 0) | seen_bit(d, (unsigned)next)))
		return false;
	n->came[2 * d + next] = (h.edge_types >> 4) << 1 | state;
	if (meets(n, d, (unsigned)next, &s->meet_state[!d])) {
		s->meet_state[d] = (uint8_t)next;
		s->meet = h.peer;
		return true;
	}
	/* A cycle passes its closing edge once: nothing goes on through the other end. */
	if (h.peer != s->start[!d])
		enter(g, s, d, h.peer, (unsigned)next);
	return false;
}

/* One level of side d. */
static bool expand(struct rd_graph *g, struct search *s, int d)
{
	uint32_t end = s->tail[d];

	s->work[d] = 0;
	for (; s->head[d] < end; s->head[d]++) {
		uint32_t at = g->queue[d][s->head[d]];
		const struct node *n = &g->nodes[at >> 1];

		for (uint32_t i = 0; i < n->count[d]; i++) {
			if (follow(g, s, d, at & 1, n->half[d][i]))
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
		g->nodes[i].stamp = 0;
	g->stamp = 1;
}

static bool search(struct rd_graph *g, struct search *s)
{
	new_stamp(g);
	for (int d = 0; d < 2; d++) {
		s->head[d] = s->tail[d] = 0;
		s->work[d] = 0;
		touch(g, &g->nodes[s->start[d]]);
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
		uint32_t came = g->nodes[node].came[2 * d + state];

		out[n++] = came >> 1;
		state = came & 1;
		node = g->edges[came >> 1].end[d];
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
			g->nodes[i].passed = 0;
		g->pass = 1;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t to = g->edges[walk[i]].end[1];

		if (g->nodes[to].passed == g->pass)
			return to;
		g->nodes[to].passed = g->pass;
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
		g->nodes[twice].must |= must;
		shortest_cycle(g, s, deep + 1);
		g->nodes[twice].must &= (uint8_t)~must;
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
	if (!g->nodes[to].count[0] || !g->nodes[from].count[1] || rd_order_below(&g->order, from, to))
		return 0;
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

	touch(g, &g->nodes[node]);
	g->nodes[node].seen |= seen_bit(d, 0);
	g->queue[d][tail++] = node;
	while (head < tail) {
		const struct node *n = &g->nodes[g->queue[d][head++]];

		for (uint32_t i = 0; i < n->count[d]; i++) {
			struct node *peer = &g->nodes[n->half[d][i].peer];

			touch(g, peer);
			if (peer->seen & seen_bit(d, 0) || (within && !(peer->seen & seen_bit(!d, 0))))
				continue;
			peer->seen |= seen_bit(d, 0);
			g->queue[d][tail++] = n->half[d][i].peer;
		}
	}
	return tail;
}

void rd_graph_component(struct rd_graph *g, uint32_t from, uint32_t to, void (*fn)(uint32_t node, uint32_t arg),
			uint32_t arg)
{
	uint32_t n;

	if (from >= g->node_room || to >= g->node_room)
		return;
	new_stamp(g);
	reach(g, FORWARD, to, false);
	touch(g, &g->nodes[from]);
	if (!(g->nodes[from].seen & seen_bit(FORWARD, 0)))
		return;
	n = reach(g, BACKWARD, from, true);
	while (n)
		fn(g->queue[BACKWARD][--n], arg);
}

/* ---- for tests ---- */

static const char *check_edge(const struct rd_graph *g, uint32_t e)
{
	const struct edge *edge = &g->edges[e];

	if (!edge->types || (edge->types & ~TYPES_ALL))
		return "an edge without types";
	if (rd_graph_find(g, edge->end[0], edge->end[1], NULL) != e)
		return "an edge that is not found by its ends";
	for (int d = 0; d < 2; d++) {
		const struct node *n;

		if (edge->end[d] >= g->node_room)
			return "an edge that ends outside";
		n = &g->nodes[edge->end[d]];
		if (edge->at[d] >= n->count[d])
			return "an edge outside its list";
		if (n->half[d][edge->at[d]].edge_types != (e << 4 | edge->types))
			return "a half that is not its edge's";
		if (n->half[d][edge->at[d]].peer != edge->end[!d])
			return "a half that leads elsewhere";
	}
	return NULL;
}

const char *rd_graph_check(struct rd_graph *g)
{
	uint64_t halves[2] = {0, 0};
	uint32_t hashed = 0;

	if (g->edge_count && g->edge_count >= g->edge_room)
		return "more edges than room";
	for (uint32_t e = 1; e <= g->edge_count; e++) {
		const char *wrong = check_edge(g, e);

		if (wrong)
			return wrong;
	}
	for (uint32_t i = 0; i < g->node_room; i++) {
		const struct node *n = &g->nodes[i];

		for (int d = 0; d < 2; d++) {
			halves[d] += n->count[d];
			if (n->count[d] > n->room[d])
				return "a list longer than its room";
		}
		if (n->must)
			return "a search's mark is left behind";
	}
	if (halves[0] != g->edge_count || halves[1] != g->edge_count)
		return "lists and edges differ in number";
	for (uint32_t i = 0; i < g->hash_room; i++)
		hashed += g->hash[i] != 0;
	if (hashed != g->edge_count)
		return "hash and edges differ in number";
	return rd_order_check(&g->order, g);
}
