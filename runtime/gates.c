// SPDX-License-Identifier: MIT
/* gates.c - see gates.h. */
#include "gates.h"
#include "depend.h"
#include "interrupt.h"
#include "map.h"
#include "mem.h"
#include "stack.h"
#include "table.h"

#include <string.h>

#define PATH 1024u

static struct rd_array gates; /* from 1 on */
static struct rd_table table;
static uint32_t highest, spare; /* the last number there is; numbers that are free, by their next */

#define COLLECT_AT 8192u
static uint32_t collect_at = COLLECT_AT;

/* The list that was asked for last: the next one begins alike. */
static uint32_t path[PATH];
static uint32_t path_count;
static struct {
	const struct rd_thread *t;
	const struct rdep_held *first, *top;
	uint64_t event;
	uint32_t list;
} last;

static struct rd_gate *at(uint32_t list)
{
	return rd_array_item(&gates, list, sizeof(struct rd_gate));
}

const struct rd_gate *rd_gate_at(uint32_t list)
{
	return at(list);
}

uint32_t rd_gates_count(uint32_t list)
{
	return list ? at(list)->count : 0;
}

static uint32_t hash(uint32_t below, uint64_t address, uint32_t generation)
{
	return rd_map_hash(address, (uint64_t)below << 32 | generation);
}

static uint32_t *next_of(uint32_t list)
{
	return &at(list)->next;
}

static uint32_t hash_of(uint32_t list)
{
	return hash(at(list)->below, at(list)->address, at(list)->generation);
}

void rd_gates_ahead(const struct rdep_held *e, bool deep)
{
	uint32_t h = hash(0, e->address, e->generation), list;

	if (!deep) {
		rd_table_ahead(&table, h);
		return;
	}
	list = rd_table_first(&table, h);
	if (list)
		__builtin_prefetch(at(list));
}

static bool is(const struct rd_gate *g, uint32_t below, const struct rdep_held *e)
{
	return g->address == e->address && g->generation == e->generation && g->below == below && g->cls == e->cls &&
	       g->mode == e->mode;
}

static const struct rd_table_of of = {next_of, hash_of};

/* ---- lists that no occurrence names any more ---- */

#define NAMED 0x80000000u /* in a mode */

static void name(uint32_t list)
{
	for (; list && !(at(list)->mode & NAMED); list = at(list)->below)
		at(list)->mode |= NAMED;
}

/* Between events: whatever is being looked at has its list in an edge by then. Amortised O(1) for each list made. */
static void collect(void)
{
	uint32_t list;

	rd_depend_gates(name);
	rd_interrupt_gates(name);
	rd_table_clear(&table);
	spare = 0;
	for (list = highest; list; list--) {
		struct rd_gate *g = at(list);

		if (g->mode & NAMED) {
			g->mode &= ~NAMED;
			rd_table_add(&table, &of, list);
		} else {
			g->next = spare;
			spare = list;
		}
	}
	path_count = 0;
	last.t = NULL;
	collect_at = table.count * 2 + rd_edge_count() / 4 + COLLECT_AT;
}

/* A number that is free; 0: no memory. */
static uint32_t new_list(void)
{
	uint32_t list = spare;

	if (list) {
		spare = at(list)->next;
		return list;
	}
	gates.elem = sizeof(struct rd_gate);
	return rd_array_need(&gates, highest + 1) ? ++highest : 0;
}

/* The list with one more. */
static uint32_t with(uint32_t below, const struct rdep_held *e)
{
	uint32_t list = rd_table_first(&table, hash(below, e->address, e->generation));
	struct rd_gate *g;

	for (; list; list = at(list)->next) {
		if (is(at(list), below, e))
			return list;
	}
	list = new_list();
	if (!list)
		return below;
	g = at(list);
	*g = (struct rd_gate){e->address, e->generation, e->cls, below, 0, rd_gates_count(below) + 1, e->mode};
	return rd_table_add(&table, &of, list) ? list : below;
}

static bool counts(const struct rdep_held *e)
{
	/* Not held: waited for, or given up in a condition wait. */
	return e->address && e->kind != RDEP_DOMAIN && e->kind != RDEP_SIGNAL &&
	       !(e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND));
}

uint32_t rd_gates_held(struct rd_thread *t, const struct rdep_held *first)
{
	const struct rdep_held *e;
	uint32_t list = 0, n = 0;

	if (last.t == t && last.first == first && last.top == t->top && last.event == rd_stack_events())
		return last.list;
	if (table.count >= collect_at && last.event != rd_stack_events())
		collect();
	for (e = first; e <= t->top; e++) {
		if (!counts(e))
			continue;
		if (n < path_count && is(at(path[n]), list, e)) {
			list = path[n++];
			continue;
		}
		list = with(list, e);
		if (n < PATH) {
			path[n] = list;
			path_count = n + 1;
		}
		n++;
	}
	last.t = t;
	last.first = first;
	last.top = t->top;
	last.event = rd_stack_events();
	last.list = list;
	return list;
}

void rd_gates_changed(void)
{
	last.t = NULL;
}

const struct rd_gate *rd_gate_next(struct rd_gate_walk *w)
{
	while (w->at) {
		const struct rd_gate *g = at(w->at);

		w->at = g->below;
		if (g->address != w->address || g->generation != w->generation)
			return g;
		w->passed = true;
	}
	return NULL;
}

void rd_gates_reset(void)
{
	memset(&gates, 0, sizeof(gates));
	memset(&table, 0, sizeof(table));
	memset(&last, 0, sizeof(last));
	path_count = highest = spare = 0;
	collect_at = COLLECT_AT;
}
