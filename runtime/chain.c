// SPDX-License-Identifier: MIT
/* chain.c - see chain.h. */
#include "chain.h"
#include "class.h"
#include "event.h"
#include "limits.h"
#include "map.h"
#include "mem.h"
#include "options.h"
#include "record.h"
#include "table.h"

#include <string.h>

static struct rd_array nodes = RD_ARRAY(sizeof(struct rd_node));
static uint32_t node_count;
static struct rd_table table;
static uint32_t idle; /* nodes made since the last new edge */
static bool full;

static struct rd_node *node_at(uint32_t node)
{
	return rd_array_item(&nodes, node, sizeof(struct rd_node));
}

void rd_chain_start(void)
{
	/* ROOT and UNKNOWN are in the first segment, which must be there. */
	if (rd_array_need(&nodes, RD_NODE_UNKNOWN))
		node_count = RD_NODE_UNKNOWN + 1;
	full = rd_options.chains_max == 0;
}

struct rd_node *rd_chain_at(uint32_t node)
{
	return node_at(node);
}

static uint32_t hash(uint32_t from, uint32_t cls_mode)
{
	return rd_map_hash((uint64_t)from << 32 | cls_mode, 0);
}

void rd_chain_ahead(uint32_t from, uint32_t cls_mode)
{
	rd_table_ahead(&table, hash(from, cls_mode));
}

static bool is_exclusive(uint32_t cls_mode)
{
	return cls_mode == rd_cls_mode(cls_mode >> 4, RDEP_WRITE, false);
}

/* Threads that were made begin elsewhere than the first one, and mostly do the work. */
void rd_chain_begins(uint32_t from, uint32_t cls_mode, uint32_t to)
{
	uint64_t *begun = &rd_class_at(cls_mode >> 4)->begun, is = (uint64_t)from << 32 | to;
	uint64_t was = __atomic_load_n(begun, __ATOMIC_RELAXED);

	if (is_exclusive(cls_mode) && to != RD_NODE_UNKNOWN && (!was || (was >> 32 == RD_NODE_ROOT && was != is)))
		__atomic_store_n(begun, is, __ATOMIC_RELAXED);
}

uint32_t rd_chain_next(uint32_t from, uint32_t cls_mode)
{
	uint64_t begun = is_exclusive(cls_mode) ? __atomic_load_n(&rd_class_at(cls_mode >> 4)->begun, __ATOMIC_RELAXED) : 0;
	uint32_t h, moves, i;
	unsigned tries = 0;

	if (begun >> 32 == from)
		return (uint32_t)begun;
	h = hash(from, cls_mode);
	do {
		moves = rd_table_moves(&table);
		for (i = rd_table_first(&table, h); i; i = __atomic_load_n(&node_at(i)->next, __ATOMIC_ACQUIRE)) {
			if (node_at(i)->parent == from && node_at(i)->cls_mode == cls_mode)
				return i;
		}
	} while (rd_table_moved(&table, moves, &tries));
	return 0;
}

/* What a thread begins with: nothing, or its life. */
static bool is_base(uint32_t node)
{
	return node == RD_NODE_ROOT ||
	       (node_at(node)->parent == RD_NODE_ROOT && rd_class_at(node_at(node)->cls_mode >> 4)->kind == RDEP_LIFE);
}

/* Is it of a lock or none, so that what follows has two at most? */
static bool is_short(uint32_t node)
{
	return is_base(node) || is_base(node_at(node)->parent);
}

bool rd_chain_full(uint32_t from)
{
	return from == RD_NODE_UNKNOWN || (__atomic_load_n(&full, __ATOMIC_RELAXED) && !is_short(from));
}

void rd_chain_brought(void)
{
	idle = 0;
}

static uint32_t *next_of(uint32_t node)
{
	return &node_at(node)->next;
}

static uint32_t hash_of(uint32_t node)
{
	return hash(node_at(node)->parent, node_at(node)->cls_mode);
}

uint32_t rd_chain_make(uint32_t from, uint32_t cls_mode)
{
	static const struct rd_table_of of = {next_of, hash_of};
	uint32_t id;
	struct rd_node *n;

	if (from == RD_NODE_UNKNOWN)
		return RD_NODE_UNKNOWN;
	id = rd_chain_next(from, cls_mode);
	if (id)
		return id;
	if (rd_chain_full(from)) {
		rd_count(RDEP_C_CHAINS_LEFT);
		rd_limit_met_locked(RD_LIMIT_CHAINS);
		return RD_NODE_UNKNOWN;
	}
	n = node_count ? rd_array_need(&nodes, node_count) : NULL;
	if (n) {
		*n = (struct rd_node){.parent = from, .cls_mode = cls_mode};
		if (rd_table_add(&table, &of, node_count)) {
			if (node_count >= (uint32_t)rd_options.chains_max || ++idle >= RD_CHAINS_IDLE)
				__atomic_store_n(&full, true, __ATOMIC_RELAXED);
			return node_count++;
		}
	}
	rd_count(RDEP_C_CHAINS_DROPPED);
	return RD_NODE_UNKNOWN;
}

static struct rd_step *step_of(struct rd_thread *t, uint32_t from, uint32_t cls_mode, uint64_t site)
{
	return &t->steps[rd_step_hash(from, cls_mode, site)];
}

static void remember(struct rd_thread *t, struct rd_step *s, const struct rd_step *as)
{
	t->learnt = 1;
	if (as->from == RD_NODE_UNKNOWN)
		return;
	/* A handler may come in between and write the same step: it then finds it being written, and
	 * leaves it alone. */
	if (s->writing)
		return;
	s->writing = 1;
	rd_signal_fence();
	__atomic_store_n(&s->from, 0, __ATOMIC_RELAXED);
	rd_signal_fence();
	s->cls_mode = as->cls_mode;
	s->site = as->site;
	s->to = as->to;
	s->flags = as->flags;
	rd_signal_fence();
	__atomic_store_n(&s->from, as->from, __ATOMIC_RELAXED);
	rd_signal_fence();
	s->writing = 0;
}

void rd_step_remember(struct rd_thread *t, uint32_t from, uint32_t cls_mode, uint64_t site, uint32_t to, uint8_t flags)
{
	remember(t, step_of(t, from, cls_mode, site),
		 &(struct rd_step){.from = from, .cls_mode = cls_mode, .site = site, .to = to, .flags = flags});
}

void rd_step_remember_below(struct rd_thread *t, uint32_t from, uint32_t to)
{
	remember(t, rd_step_below(t, from), &(struct rd_step){.from = from, .cls_mode = RD_STEP_BELOW, .to = to});
}

void rd_step_checked(struct rd_thread *t, uint32_t from, uint32_t cls_mode, uint64_t site, uint8_t flags)
{
	struct rd_step *s = rd_step_find(t, from, cls_mode, site);

	if (!s)
		s = rd_step_find(t, from, cls_mode | RD_STEP_NESTED, site);
	if (s)
		s->flags |= flags;
}

/* Slots of the held stack are made anew from steps: they are forgotten together. */
void rd_steps_flush(struct rd_thread *t)
{
	struct rdep_held *e;
	unsigned i;

	for (i = 0; i < RD_STEPS; i++)
		__atomic_store_n(&t->steps[i].from, 0, __ATOMIC_RELAXED);
	for (e = t->bottom + 1; e <= t->real_limit; e++)
		__atomic_store_n(&e->step, 0, __ATOMIC_RELAXED);
}

void rd_steps_evict(struct rd_thread *t, uint32_t cls, uint8_t domains)
{
	struct rdep_held *e;
	unsigned i;

	for (e = t->bottom + 1; e <= t->real_limit; e++) {
		if ((cls && e->cls == cls) || (e->flags & domains))
			__atomic_store_n(&e->step, 0, __ATOMIC_RELAXED);
	}
	for (i = 0; i < RD_STEPS; i++) {
		struct rd_step *s = &t->steps[i];

		if ((cls && s->cls_mode >> 4 == cls) || (s->flags & domains))
			__atomic_store_n(&s->from, 0, __ATOMIC_RELAXED);
	}
}

void rd_chain_reset(void)
{
	memset(nodes.segment, 0, sizeof(nodes.segment));
	node_count = 0;
	memset(&table, 0, sizeof(table));
	idle = 0;
}
