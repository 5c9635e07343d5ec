// SPDX-License-Identifier: MIT
/* order.c - see order.h. */
#include "order.h"
#include "graph.h"
#include "mem.h"

#include <string.h>

enum { FORWARD, BACKWARD };
#define MET(d) (1u << (d))
#define BOTH (MET(FORWARD) | MET(BACKWARD))

/* Between two that are new, and between one that is moved and what it is moved next to, where there is room. */
#define FAR (1ll << 32)
#define NEAR (1ll << 16)

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

void rd_order_ahead(const struct rd_order *o, uint32_t from, uint32_t to)
{
	if (o->off || from >= o->room || to >= o->room)
		return;
	__builtin_prefetch(at(o, from), 1);
	__builtin_prefetch(at(o, to), 1);
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
	int64_t rank;

	if (o->off)
		return true;
	rank = at(o, leader_of(o, node))->rank;
	return rank >= at(o, leader_of(o, to))->rank && rank <= at(o, leader_of(o, from))->rank;
}

/* ---- the line ---- */

static void link_between(struct rd_order *o, uint32_t below, uint32_t node, uint32_t above)
{
	at(o, node)->below = below;
	at(o, node)->above = above;
	if (below == RD_ORDER_END)
		o->lowest = node + 1;
	else
		at(o, below)->above = node;
	if (above == RD_ORDER_END)
		o->highest = node + 1;
	else
		at(o, above)->below = node;
}

static void unlink_node(struct rd_order *o, uint32_t node)
{
	uint32_t below = at(o, node)->below, above = at(o, node)->above;

	if (below == RD_ORDER_END)
		o->lowest = above == RD_ORDER_END ? 0 : above + 1;
	else
		at(o, below)->above = above;
	if (above == RD_ORDER_END)
		o->highest = below == RD_ORDER_END ? 0 : below + 1;
	else
		at(o, above)->below = below;
}

/*
 * Makes room above a node, by giving new ranks to those that stand next above it: as few as are found within a span that
 * has room for the square of their number.
 */
static void make_room(struct rd_order *o, uint32_t node)
{
	int64_t from = at(o, node)->rank, span, n = 1, k;
	uint32_t end = at(o, node)->above;

	while (end != RD_ORDER_END && at(o, end)->rank - from <= n * n) {
		end = at(o, end)->above;
		n++;
	}
	span = end == RD_ORDER_END ? n * FAR : at(o, end)->rank - from;
	for (k = 1; k < n; k++) {
		node = at(o, node)->above;
		at(o, node)->rank = from + span / n * k;
	}
}

/* A rank between those of two neighbours, nearer to the one that it is put next to. */
static int64_t rank_between(struct rd_order *o, uint32_t below, uint32_t above, bool by_above)
{
	int64_t low, high, step;

	if (at(o, above)->rank - at(o, below)->rank < 2)
		make_room(o, below);
	low = at(o, below)->rank;
	high = at(o, above)->rank;
	step = (high - low) / 2 < NEAR ? (high - low) / 2 : NEAR;
	return by_above ? high - step : low + step;
}

static void put_below(struct rd_order *o, uint32_t node, uint32_t anchor, int64_t distance)
{
	uint32_t below = at(o, anchor)->below;

	at(o, node)->rank =
		below == RD_ORDER_END ? at(o, anchor)->rank - distance : rank_between(o, below, anchor, true);
	link_between(o, below, node, anchor);
}

static void put_above(struct rd_order *o, uint32_t node, uint32_t anchor, int64_t distance)
{
	uint32_t above = at(o, anchor)->above;

	at(o, node)->rank =
		above == RD_ORDER_END ? at(o, anchor)->rank + distance : rank_between(o, anchor, above, false);
	link_between(o, anchor, node, above);
}

/* New ones stand at an end of the line. */
static void put_highest(struct rd_order *o, uint32_t node)
{
	if (o->highest) {
		put_above(o, node, o->highest - 1, FAR);
		return;
	}
	at(o, node)->rank = 0;
	link_between(o, RD_ORDER_END, node, RD_ORDER_END);
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

/* All of a list next below, or next above, an anchor that is not among them, in the order in which they stand. */
static void move_below(struct rd_order *o, uint32_t *list, uint32_t n, uint32_t anchor)
{
	sort(o, list, n);
	while (n-- > 0) {
		unlink_node(o, list[n]);
		put_below(o, list[n], anchor, NEAR);
		anchor = list[n];
	}
}

static void move_above(struct rd_order *o, uint32_t *list, uint32_t n, uint32_t anchor)
{
	uint32_t i;

	sort(o, list, n);
	for (i = 0; i < n; i++) {
		unlink_node(o, list[i]);
		put_above(o, list[i], anchor, NEAR);
		anchor = list[i];
	}
}

/* ---- an edge that goes down ---- */

/* What an end of the edge leads to (FORWARD) or is led to by (BACKWARD), between the ends. */
struct side {
	struct rd_order *o;
	const struct rd_graph *g;
	int d;
	uint32_t *list; /* leaders that were met; those before head were looked through */
	uint32_t head, tail;
	uint32_t node; /* of list[head]'s component, whose edges come now */
	uint32_t edge; /* the next of them, 0: none */
	int64_t limit;
	unsigned within; /* go on over what bears these marks alone */
	bool met;	 /* the other side's */
};

static void begin(struct side *s, uint32_t start)
{
	s->list[0] = s->node = start;
	s->tail = 1;
	s->edge = rd_graph_first(s->g, start, s->d == BACKWARD);
	at(s->o, start)->mark |= MET(s->d);
}

/* On to the next edge. False: there is none left. */
static bool next_edge(struct side *s)
{
	while (!s->edge) {
		s->node = at(s->o, s->node)->next;
		if (s->node == s->list[s->head]) {
			if (++s->head == s->tail)
				return false;
			s->node = s->list[s->head];
		}
		s->edge = rd_graph_first(s->g, s->node, s->d == BACKWARD);
	}
	return true;
}

/* Looks at one edge. False: there was none left. */
static bool look(struct side *s)
{
	struct rd_order_node *peer;
	uint32_t leader;

	if (s->head == s->tail || !next_edge(s))
		return false;
	s->o->looked++;
	leader = leader_of(s->o, rd_graph_peer(s->g, s->edge, s->d == BACKWARD));
	s->edge = rd_graph_next(s->g, s->edge, s->d == BACKWARD);
	peer = at(s->o, leader);
	if (peer->mark & MET(s->d) || (peer->mark & s->within) != s->within ||
	    (s->d == FORWARD ? peer->rank > s->limit : peer->rank < s->limit))
		return true;
	s->met |= peer->mark & BOTH;
	peer->mark |= MET(s->d);
	s->list[s->tail++] = leader;
	return true;
}

static void clear(struct side *s)
{
	while (s->tail)
		at(s->o, s->list[--s->tail])->mark = 0;
}

static void join(struct rd_order *o, uint32_t into, uint32_t other)
{
	uint32_t next = at(o, into)->next;

	unlink_node(o, other);
	at(o, other)->leader = into;
	at(o, into)->next = at(o, other)->next;
	at(o, other)->next = next;
}

/*
 * There is a path from b back to a. What lies on such paths becomes one component, which stands where a does; what it
 * leads to and stood below that is moved above it.
 */
static void join_all(struct rd_order *o, struct side *ahead, struct side *behind, uint32_t a)
{
	uint32_t i, kept = 0;

	while (look(ahead))
		;
	clear(behind);
	/* What was met by both lost its mark. */
	for (i = 0; i < ahead->tail; i++)
		at(o, ahead->list[i])->mark = MET(FORWARD);
	behind->within = MET(FORWARD);
	behind->head = 0;
	begin(behind, a);
	while (look(behind))
		;
	for (i = 0; i < ahead->tail; i++) {
		uint32_t c = ahead->list[i];

		if ((at(o, c)->mark & BOTH) != BOTH)
			ahead->list[kept++] = c;
		else if (c != a)
			join(o, a, c);
	}
	clear(behind);
	ahead->tail = kept;
	move_above(o, ahead->list, kept, a);
}

/* from's component a stands above to's, b. */
static void reorder(struct rd_order *o, const struct rd_graph *g, uint32_t a, uint32_t b)
{
	struct side ahead = {.o = o, .g = g, .d = FORWARD, .limit = at(o, a)->rank},
		    behind = {.o = o, .g = g, .d = BACKWARD, .limit = at(o, b)->rank};

	if (!need_lists(o)) {
		rd_order_free(o);
		return;
	}
	ahead.list = o->list[FORWARD];
	behind.list = o->list[BACKWARD];
	begin(&ahead, b);
	begin(&behind, a);
	while (!ahead.met && !behind.met) {
		if (!look(&behind)) {
			move_below(o, behind.list, behind.tail, b);
			break;
		}
		if (!ahead.met && !behind.met && !look(&ahead)) {
			move_above(o, ahead.list, ahead.tail, a);
			break;
		}
	}
	if (ahead.met || behind.met)
		join_all(o, &ahead, &behind, a);
	clear(&ahead);
	clear(&behind);
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
	if (at(o, a)->rank == RD_ORDER_NEW && at(o, b)->rank == RD_ORDER_NEW)
		put_highest(o, a);
	if (at(o, b)->rank == RD_ORDER_NEW)
		put_highest(o, b);
	if (at(o, a)->rank == RD_ORDER_NEW)
		put_below(o, a, o->lowest - 1, FAR);
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

static const char *check_line(struct rd_order *o)
{
	uint32_t below = RD_ORDER_END, node = o->lowest ? o->lowest - 1 : RD_ORDER_END, n = 0;

	for (; node != RD_ORDER_END; below = node, node = at(o, node)->above) {
		if (leader_of(o, node) != node || at(o, node)->below != below || ++n > o->room)
			return "a line that is broken";
		if (below != RD_ORDER_END && at(o, below)->rank >= at(o, node)->rank)
			return "ranks that do not rise";
	}
	return below == (o->highest ? o->highest - 1 : RD_ORDER_END) ? NULL : "a line without its end";
}

const char *rd_order_check(struct rd_order *o, const struct rd_graph *g)
{
	const char *wrong = o->off ? NULL : check_line(o);
	uint32_t i;

	for (i = 0; i < o->room && !o->off && !wrong; i++)
		wrong = check_node(o, g, i);
	return wrong;
}
