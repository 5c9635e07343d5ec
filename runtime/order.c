// SPDX-License-Identifier: MIT
/* order.c - see order.h. */
#include "order.h"
#include "graph.h"
#include "mem.h"

#include <string.h>

enum { FORWARD, BACKWARD };
#define MET(d) (1u << (d))
#define BOTH (MET(FORWARD) | MET(BACKWARD))

static struct rd_order_node *at(const struct rd_order *o, uint32_t node)
{
	return rd_array_item(&o->nodes, node, sizeof(struct rd_order_node));
}

/* ---- memory ---- */

static void free_lists(struct rd_order *o)
{
	for (int d = 0; d < 2; d++)
		rd_mem_free(o->list[d], o->list_room * sizeof(*o->list[d]));
}

void rd_order_free(struct rd_order *o)
{
	o->nodes.elem = sizeof(struct rd_order_node);
	rd_array_free(&o->nodes);
	free_lists(o);
	*o = (struct rd_order){.off = true};
}

void rd_order_need(struct rd_order *o, uint32_t room)
{
	if (o->off)
		return;
	o->nodes.elem = sizeof(struct rd_order_node);
	for (; o->room < room; o->room++) {
		struct rd_order_node *n = rd_array_need(&o->nodes, o->room);

		if (!n) {
			rd_order_free(o);
			return;
		}
		*n = (struct rd_order_node){.leader = o->room, .next = o->room, .rank = RD_ORDER_NEW};
	}
}

/* Room for every leader once; what stands in the lists is of one reordering only. */
static bool need_lists(struct rd_order *o)
{
	uint32_t room = o->list_room ? o->list_room : 64;

	if (o->list_room >= o->room)
		return true;
	while (room < o->room)
		room *= 2;
	free_lists(o);
	o->list_room = room;
	o->list[0] = rd_mem_alloc(room * sizeof(*o->list[0]));
	o->list[1] = rd_mem_alloc(room * sizeof(*o->list[1]));
	return o->list[0] && o->list[1];
}

/* ---- asking ---- */

static uint32_t leader_of(struct rd_order *o, uint32_t node)
{
	struct rd_order_node *n = at(o, node);

	while (n->leader != node) {
		n->leader = at(o, n->leader)->leader;
		node = n->leader;
		n = at(o, node);
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
	return at(o, a)->rank == RD_ORDER_NEW || at(o, b)->rank == RD_ORDER_NEW || at(o, a)->rank < at(o, b)->rank;
}

bool rd_order_between(struct rd_order *o, uint32_t node, uint32_t to, uint32_t from)
{
	int32_t rank;

	if (o->off)
		return true;
	rank = at(o, leader_of(o, node))->rank;
	return rank >= at(o, leader_of(o, to))->rank && rank <= at(o, leader_of(o, from))->rank;
}

/* ---- an edge that goes down ---- */

/* What `start` leads to in direction d, by ranks up to (FORWARD) or down to (BACKWARD) `limit`. */
static uint32_t collect(struct rd_order *o, const struct rd_graph *g, int d, uint32_t start, int32_t limit)
{
	uint32_t *list = o->list[d], head = 0, tail = 0;

	list[tail++] = start;
	at(o, start)->mark |= MET(d);
	while (head < tail) {
		uint32_t first = list[head++], node = first;

		do {
			uint32_t e = rd_graph_first(g, node, d == BACKWARD);

			for (; e; e = rd_graph_next(g, e, d == BACKWARD)) {
				uint32_t peer = leader_of(o, rd_graph_peer(g, e, d == BACKWARD));

				if (at(o, peer)->mark & MET(d) ||
				    (d == FORWARD ? at(o, peer)->rank > limit : at(o, peer)->rank < limit))
					continue;
				at(o, peer)->mark |= MET(d);
				list[tail++] = peer;
			}
			node = at(o, node)->next;
		} while (node != first);
	}
	return tail;
}

static bool ranks_less(const struct rd_order *o, uint32_t a, uint32_t b)
{
	return at(o, a)->rank < at(o, b)->rank;
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
	uint32_t next = at(o, into)->next;

	at(o, other)->leader = into;
	at(o, into)->next = at(o, other)->next;
	at(o, other)->next = next;
}

/* Takes those that were met both ways out of a list, which stays in order. */
static uint32_t without_common(const struct rd_order *o, uint32_t *list, uint32_t n)
{
	uint32_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if ((at(o, list[i])->mark & BOTH) != BOTH)
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
		at(o, o->list[BACKWARD][i])->rank = ranks[i];
	if (common != UINT32_MAX)
		at(o, common)->rank = ranks[behind];
	for (i = 0; i < ahead; i++)
		at(o, o->list[FORWARD][i])->rank = ranks[n - ahead + i];
}

/* Makes one component of what was met both ways; returns its leader, or UINT32_MAX where there is none. */
static uint32_t join_common(struct rd_order *o, uint32_t ahead)
{
	uint32_t i, leader = UINT32_MAX;

	for (i = 0; i < ahead; i++) {
		uint32_t c = o->list[FORWARD][i];

		if ((at(o, c)->mark & BOTH) != BOTH)
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

		if (k == behind || (i < ahead && at(o, a[i])->rank <= at(o, b[k])->rank))
			rank = at(o, a[i++])->rank;
		else
			rank = at(o, b[k++])->rank;
		if (!n || ranks[n - 1] != rank)
			ranks[n++] = rank;
	}
	return n;
}

/* from's component a has a higher rank than to's, b. */
static void reorder(struct rd_order *o, const struct rd_graph *g, uint32_t a, uint32_t b)
{
	uint32_t ahead, behind, all, n, common, i, ahead_left, behind_left;
	int32_t *ranks;

	if (!need_lists(o)) {
		rd_order_free(o);
		return;
	}
	ahead = collect(o, g, FORWARD, b, at(o, a)->rank);
	behind = collect(o, g, BACKWARD, a, at(o, b)->rank);
	all = ahead + behind;
	ranks = rd_mem_alloc(all * sizeof(*ranks));
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
		at(o, o->list[FORWARD][i])->mark = 0;
	for (i = 0; i < behind_left; i++)
		at(o, o->list[BACKWARD][i])->mark = 0;
	/* Of the common ones only the leader is met again. */
	if (common != UINT32_MAX)
		at(o, common)->mark = 0;
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
	if (at(o, a)->rank == RD_ORDER_NEW)
		at(o, a)->rank = at(o, b)->rank == RD_ORDER_NEW ? ++o->highest : --o->lowest;
	if (at(o, b)->rank == RD_ORDER_NEW)
		at(o, b)->rank = ++o->highest;
	if (at(o, a)->rank > at(o, b)->rank)
		reorder(o, g, a, b);
}

/* ---- for tests ---- */

static const char *check_node(struct rd_order *o, const struct rd_graph *g, uint32_t node)
{
	uint32_t a = leader_of(o, node), e, i, n = 0;

	if (at(o, a)->mark)
		return "a mark is left behind";
	for (e = rd_graph_first(g, node, false); e; e = rd_graph_next(g, e, false)) {
		uint32_t b = leader_of(o, rd_graph_peer(g, e, false));

		if (a != b && at(o, a)->rank >= at(o, b)->rank)
			return "an edge that goes down";
	}
	for (i = at(o, node)->next; i != node; i = at(o, i)->next) {
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
