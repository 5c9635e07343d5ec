// SPDX-License-Identifier: MIT
/* order.c - see order.h. */
#include "order.h"
#include "graph.h"
#include "mem.h"

#include <string.h>

enum { FORWARD, BACKWARD };
#define MET(d) (1u << (d))
#define BOTH (MET(FORWARD) | MET(BACKWARD))

/* ---- memory ---- */

static void *bigger(void *p, size_t elem, uint32_t had, uint32_t room)
{
	void *to = rd_mem_alloc(elem * room);

	if (to && had)
		memcpy(to, p, elem * had);
	return to;
}

void rd_order_free(struct rd_order *o)
{
	rd_mem_free(o->leader, o->room * sizeof(*o->leader));
	rd_mem_free(o->next, o->room * sizeof(*o->next));
	rd_mem_free(o->rank, o->room * sizeof(*o->rank));
	rd_mem_free(o->mark, o->room * sizeof(*o->mark));
	rd_mem_free(o->list[0], o->room * sizeof(*o->list[0]));
	rd_mem_free(o->list[1], o->room * sizeof(*o->list[1]));
	*o = (struct rd_order){.off = true};
}

void rd_order_need(struct rd_order *o, uint32_t room)
{
	uint32_t i = o->room;
	struct rd_order n = *o;

	if (o->off || room <= o->room)
		return;
	n.room = room;
	n.leader = bigger(o->leader, sizeof(*n.leader), o->room, room);
	n.next = bigger(o->next, sizeof(*n.next), o->room, room);
	n.rank = bigger(o->rank, sizeof(*n.rank), o->room, room);
	n.mark = bigger(o->mark, sizeof(*n.mark), o->room, room);
	n.list[0] = bigger(NULL, sizeof(*n.list[0]), 0, room);
	n.list[1] = bigger(NULL, sizeof(*n.list[1]), 0, room);
	rd_order_free(o);
	*o = n;
	if (!n.leader || !n.next || !n.rank || !n.mark || !n.list[0] || !n.list[1]) {
		rd_order_free(o);
		return;
	}
	for (; i < room; i++) {
		n.leader[i] = n.next[i] = i;
		n.rank[i] = RD_ORDER_NEW;
	}
}

/* ---- asking ---- */

static uint32_t leader_of(struct rd_order *o, uint32_t node)
{
	while (o->leader[node] != node) {
		o->leader[node] = o->leader[o->leader[node]];
		node = o->leader[node];
	}
	return node;
}

bool rd_order_below(struct rd_order *o, uint32_t from, uint32_t to)
{
	uint32_t a, b;

	if (o->off || from >= o->room || to >= o->room)
		return false;
	a = leader_of(o, from);
	b = leader_of(o, to);
	if (a == b)
		return false;
	return o->rank[a] == RD_ORDER_NEW || o->rank[b] == RD_ORDER_NEW || o->rank[a] < o->rank[b];
}

bool rd_order_between(struct rd_order *o, uint32_t node, uint32_t to, uint32_t from)
{
	int32_t rank;

	if (o->off)
		return true;
	rank = o->rank[leader_of(o, node)];
	return rank >= o->rank[leader_of(o, to)] && rank <= o->rank[leader_of(o, from)];
}

/* ---- an edge that goes down ---- */

/* What `start` leads to in direction d, by ranks up to (FORWARD) or down to (BACKWARD) `limit`. */
static uint32_t collect(struct rd_order *o, const struct rd_graph *g, int d, uint32_t start, int32_t limit)
{
	uint32_t *list = o->list[d], head = 0, tail = 0;

	list[tail++] = start;
	o->mark[start] |= MET(d);
	while (head < tail) {
		uint32_t first = list[head++], node = first;

		do {
			uint32_t n = rd_graph_degree(g, node, d == BACKWARD), i;

			for (i = 0; i < n; i++) {
				uint32_t peer = leader_of(o, rd_graph_peer(g, node, d == BACKWARD, i));

				if (o->mark[peer] & MET(d) ||
				    (d == FORWARD ? o->rank[peer] > limit : o->rank[peer] < limit))
					continue;
				o->mark[peer] |= MET(d);
				list[tail++] = peer;
			}
			node = o->next[node];
		} while (node != first);
	}
	return tail;
}

static bool ranks_less(const struct rd_order *o, uint32_t a, uint32_t b)
{
	return o->rank[a] < o->rank[b];
}

static void sift(const struct rd_order *o, uint32_t *list, uint32_t at, uint32_t n)
{
	uint32_t below;

	for (; (below = 2 * at + 1) < n; at = below) {
		uint32_t moved = list[at];

		if (below + 1 < n && ranks_less(o, list[below], list[below + 1]))
			below++;
		if (!ranks_less(o, moved, list[below]))
			return;
		list[at] = list[below];
		list[below] = moved;
	}
}

/* By rank, the lowest first. In place, since libc's may allocate. */
static void sort(const struct rd_order *o, uint32_t *list, uint32_t n)
{
	uint32_t i;

	for (i = n / 2; i-- > 0;)
		sift(o, list, i, n);
	for (i = n; i-- > 1;) {
		uint32_t highest = list[0];

		list[0] = list[i];
		list[i] = highest;
		sift(o, list, 0, i);
	}
}

static void join(struct rd_order *o, uint32_t into, uint32_t other)
{
	uint32_t next = o->next[into];

	o->leader[other] = into;
	o->next[into] = o->next[other];
	o->next[other] = next;
}

/* Takes those that were met both ways out of a list, which stays in order. */
static uint32_t without_common(const struct rd_order *o, uint32_t *list, uint32_t n)
{
	uint32_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if ((o->mark[list[i]] & BOTH) != BOTH)
			list[kept++] = list[i];
	}
	return kept;
}

/*
 * The ranks of all that was met are given out anew: what leads to the edge gets the lowest, what it leads to the
 * highest, and what does both becomes one component in between. ranks: those, in order, n of them.
 */
static void rerank(struct rd_order *o, const int32_t *ranks, uint32_t n, uint32_t ahead, uint32_t behind, uint32_t common)
{
	uint32_t i;

	for (i = 0; i < behind; i++)
		o->rank[o->list[BACKWARD][i]] = ranks[i];
	if (common != UINT32_MAX)
		o->rank[common] = ranks[behind];
	for (i = 0; i < ahead; i++)
		o->rank[o->list[FORWARD][i]] = ranks[n - ahead + i];
}

/* Makes one component of what was met both ways; returns its leader, or UINT32_MAX where there is none. */
static uint32_t join_common(struct rd_order *o, uint32_t ahead)
{
	uint32_t i, leader = UINT32_MAX;

	for (i = 0; i < ahead; i++) {
		uint32_t c = o->list[FORWARD][i];

		if ((o->mark[c] & BOTH) != BOTH)
			continue;
		if (leader == UINT32_MAX)
			leader = c;
		else
			join(o, leader, c);
	}
	return leader;
}

/* The ranks in both lists, each once, in order. */
static uint32_t merge_ranks(const struct rd_order *o, uint32_t ahead, uint32_t behind, int32_t *ranks)
{
	const uint32_t *a = o->list[FORWARD], *b = o->list[BACKWARD];
	uint32_t i = 0, k = 0, n = 0;

	while (i < ahead || k < behind) {
		int32_t rank;

		if (k == behind || (i < ahead && o->rank[a[i]] <= o->rank[b[k]]))
			rank = o->rank[a[i++]];
		else
			rank = o->rank[b[k++]];
		if (!n || ranks[n - 1] != rank)
			ranks[n++] = rank;
	}
	return n;
}

/* from's component a has a higher rank than to's, b. */
static void reorder(struct rd_order *o, const struct rd_graph *g, uint32_t a, uint32_t b)
{
	uint32_t ahead = collect(o, g, FORWARD, b, o->rank[a]), behind = collect(o, g, BACKWARD, a, o->rank[b]);
	uint32_t all = ahead + behind, n, common, i, ahead_left, behind_left;
	int32_t *ranks = rd_mem_alloc(all * sizeof(*ranks));

	if (!ranks) {
		rd_order_free(o);
		return;
	}
	sort(o, o->list[FORWARD], ahead);
	sort(o, o->list[BACKWARD], behind);
	n = merge_ranks(o, ahead, behind, ranks);
	common = join_common(o, ahead);
	ahead_left = without_common(o, o->list[FORWARD], ahead);
	behind_left = without_common(o, o->list[BACKWARD], behind);
	rerank(o, ranks, n, ahead_left, behind_left, common);
	for (i = 0; i < ahead_left; i++)
		o->mark[o->list[FORWARD][i]] = 0;
	for (i = 0; i < behind_left; i++)
		o->mark[o->list[BACKWARD][i]] = 0;
	/* Of the common ones only the leader is met again. */
	if (common != UINT32_MAX)
		o->mark[common] = 0;
	rd_mem_free(ranks, all * sizeof(*ranks));
}

void rd_order_add(struct rd_order *o, const struct rd_graph *g, uint32_t from, uint32_t to)
{
	uint32_t a, b;

	if (o->off || from == to)
		return;
	a = leader_of(o, from);
	b = leader_of(o, to);
	if (a == b)
		return;
	/* A node without edges may stand anywhere: where its first one goes up. */
	if (o->rank[a] == RD_ORDER_NEW)
		o->rank[a] = o->rank[b] == RD_ORDER_NEW ? ++o->highest : --o->lowest;
	if (o->rank[b] == RD_ORDER_NEW)
		o->rank[b] = ++o->highest;
	if (o->rank[a] > o->rank[b])
		reorder(o, g, a, b);
}

/* ---- for tests ---- */

static const char *check_node(struct rd_order *o, const struct rd_graph *g, uint32_t node)
{
	uint32_t a = leader_of(o, node), i, n = rd_graph_degree(g, node, false);

	if (o->mark[a])
		return "a mark is left behind";
	for (i = 0; i < n; i++) {
		uint32_t b = leader_of(o, rd_graph_peer(g, node, false, i));

		if (a != b && o->rank[a] >= o->rank[b])
			return "an edge that goes down";
	}
	for (i = o->next[node], n = 0; i != node; i = o->next[i]) {
		if (leader_of(o, i) != a || ++n > o->room)
			return "a ring of more than one component";
	}
	return NULL;
}

const char *rd_order_check(struct rd_order *o, const struct rd_graph *g)
{
	const char *wrong = NULL;
	uint32_t i;

	for (i = 0; i < o->room && !o->off && !wrong; i++)
		wrong = check_node(o, g, i);
	return wrong;
}
