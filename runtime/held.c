// SPDX-License-Identifier: MIT
/* held.c - see held.h. */
#include "held.h"
#include "chain.h"
#include "engine.h"
#include "event.h"
#include "stat.h"

static uint32_t cls_mode_of(const struct rdep_held *e)
{
	return rd_cls_mode(e->cls, e->mode, e->flags & RDEP_HELD_TRY);
}

/* The chain over `from` with the entry on it. Nothing is checked: its locks were taken already. */
static uint32_t chain_over(struct rd_thread *t, uint32_t from, const struct rdep_held *e)
{
	uint32_t node = rd_chain_next(from, cls_mode_of(e));
	struct rd_locked l;

	if (node || rd_chain_full(from))
		return node ? node : RD_NODE_UNKNOWN;
	/* Busy: the runtime lock is held further up. */
	if (t->busy)
		return rd_chain_make(from, cls_mode_of(e));
	rd_enter(t, &l);
	node = rd_chain_make(from, cls_mode_of(e));
	rd_leave(t, &l);
	return node;
}

struct rdep_held *rd_held_find(struct rd_thread *t, const void *lock)
{
	struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (e->address == (uint64_t)lock)
			return e;
	}
	return NULL;
}

/* Is the chain of the entry above e what it should be? A class may have become another one meanwhile. */
static bool is_chain_of_both(const struct rdep_held *e)
{
	const struct rd_node *n = rd_chain_at(e[1].node), *of = rd_chain_at(e->node);

	return n->parent == e->node && n->cls_mode == cls_mode_of(&e[1]) && of->parent == e[-1].node;
}

void rd_held_remove(struct rd_thread *t, struct rdep_held *e)
{
	struct rdep_held *top = t->top;
	bool below = e == top - 1 && is_chain_of_both(e);
	uint32_t chain = top->node;

	for (; e < top; e++) {
		uint32_t node = chain_over(t, e[-1].node, e + 1);
		uint64_t address = e[1].address;

		e->site = e[1].site;
		e->sp = e[1].sp;
		e->cls = e[1].cls;
		e->generation = e[1].generation;
		e->node = node;
		e->kind = e[1].kind;
		e->mode = e[1].mode;
		/* What was checked for allocations was checked with more locks held. */
		e->flags = e[1].flags;
		e->recursion = e[1].recursion;
		e->since = e[1].since;
		e->step = 0;
		rd_signal_fence();
		e->address = address;
	}
	if (below)
		rd_step_remember_below(t, chain, top[-1].node);
	top->step = 0;
	top->address = 0;
	rd_signal_fence();
	t->top = top - 1;
}

void rd_held_give_back(struct rd_thread *t, struct rdep_held *e)
{
	if (rd_stat_on)
		rd_stat_released(t, e);
	rd_held_remove(t, e);
}

uint32_t rd_held_rechain(struct rd_thread *t)
{
	uint32_t node = t->bottom->node;
	struct rdep_held *e;

	for (e = t->bottom + 1; e <= t->top; e++) {
		if (!e->address)
			continue;
		node = rd_chain_make(node, cls_mode_of(e));
		if (e->node != node)
			e->step = 0;
		e->node = node;
	}
	return node;
}
