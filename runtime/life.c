// SPDX-License-Identifier: MIT
/* life.c - see life.h. */
#include "life.h"
#include "chain.h"
#include "class.h"
#include "depend.h"
#include "finding.h"
#include "held.h"
#include "map.h"
#include "mem.h"
#include "module.h"
#include "nesting.h"
#include "options.h"
#include "record.h"
#include "stack.h"
#include "threads.h"
#include "wrapper.h"

#include <link.h>
#include <string.h>

enum { WAITS_JOIN, WAITS_ALL, WAITS_NONE }; /* options.waits */

/* ---- which class ---- */

/* (call, start routine) -> class, or WRAPPED; where that is: (both, address of the call past
 * wrappers) -> class. */
static struct rd_map_of places;
#define WRAPPED 0xffffffffu
#define FRAMES 8

static uint64_t both(uint64_t site, uint64_t start)
{
	return (site ^ start << 20) * 0x9e3779b97f4a7c15ull;
}

static uint32_t class_cached(uint64_t start, uint64_t site, uint64_t sp)
{
	uint32_t cls = rd_map_get(&places, site, start);
	struct rd_frame frames[FRAMES];
	unsigned flags;
	size_t n, i;

	if (cls != WRAPPED)
		return cls;
	n = rd_unwind_fast(frames, FRAMES, sp, &flags);
	for (i = 1; i < n; i++) {
		cls = rd_map_get(&places, both(site, start), frames[i].pc);
		if (cls)
			return cls;
	}
	return 0;
}

/* A library whose threads begin in a function of its own: what tells them apart is who asked it for
 * one. */
static const struct rd_module *layer_of(uint64_t start)
{
	const struct rd_module *m = rd_module_at(start);
	const struct link_map *map = m ? m->link_map : NULL;

	return map && map->l_prev ? m : NULL;
}

/* The walk's frame that asks for the thread. */
static size_t creator(const struct rd_walk *w, uint64_t start)
{
	const struct rd_module *layer = layer_of(start);
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (!rd_wrapper_at(w->frames[i].pc) &&
		    (!layer || rd_module_at(w->frames[i].pc - 1) != layer))
			return i;
	}
	return 0;
}

uint32_t rd_life_class_known(uint64_t start_routine, uint64_t site, uint64_t sp)
{
	return rd_options.waits == WAITS_NONE ? 0 : class_cached(start_routine, site, sp);
}

bool rd_life_class_plain(uint64_t start_routine, uint64_t site, uint32_t cls)
{
	return rd_options.waits == WAITS_NONE || rd_map_get(&places, site, start_routine) == cls;
}

uint32_t rd_life_class(uint64_t start_routine, uint64_t site, uint64_t sp)
{
	uint32_t cls = rd_life_class_known(start_routine, site, sp);
	const struct rd_walk *w;
	size_t first;

	if (cls || rd_options.waits == WAITS_NONE)
		return cls;
	rd_stack_begin(site, sp);
	w = rd_stack_walk();
	first = creator(w, start_routine);
	cls = rd_class_thread(start_routine, first);
	if (!cls)
		return 0;
	if (first)
		rd_map_set(&places, both(site, start_routine), w->frames[first].pc, cls);
	rd_map_set(&places, site, start_routine, first ? WRAPPED : cls);
	return cls;
}

/* ---- held by the thread ---- */

void rd_life_begin(struct rd_thread *t, const struct rd_thread_info *info)
{
	struct rdep_held *b = t->bottom;

	/* A sentinel's address is not 0: the fast path knows by that that no push is under way. */
	*b = (struct rdep_held){.address = 1, .node = RD_NODE_ROOT};
	if (!info || !info->life)
		return;
	b->address = t->id;
	b->site = info->create_site;
	b->cls = info->life;
	b->kind = RDEP_LIFE;
	b->mode = RDEP_WRITE;
	t->awaited = info->awaited;
	b->node = rd_chain_make(RD_NODE_ROOT, rd_cls_mode(info->life, RDEP_WRITE, false));
}

/* ---- what a thread took ---- */

static struct rd_thread *thread_of(uint64_t id)
{
	const struct rd_thread_info *info = rd_thread_info_at((uint32_t)id);

	return info ? info->state : NULL;
}

static void note(struct rd_class_set *s, uint32_t cls)
{
	if (!rd_class_set_add(s, cls))
		rd_count(RDEP_C_LIVES_DROPPED);
}

static void note_all(struct rd_class_set *s, const struct rd_class_set *more)
{
	if (!rd_class_set_join(s, more))
		rd_count(RDEP_C_LIVES_DROPPED);
}

void rd_life_note(struct rd_thread *t, uint32_t cls)
{
	note(&t->took_far, cls);
}

bool rd_life_took(uint64_t id, uint32_t cls)
{
	const struct rd_thread_info *info = rd_thread_info_at((uint32_t)id);
	const struct rd_thread *t = info ? info->state : NULL;

	if (t && cls < RD_LIFE_CLASSES)
		return t->took[cls / 64] >> cls % 64 & 1;
	return info && rd_class_set_has(t ? &t->took_far : &info->took, cls);
}

/* It has been joined under a lock: what it took is known for as long as an occurrence names it. */
static void keep(struct rd_thread_info *info, struct rd_thread *of)
{
	unsigned i;

	info->took = of->took_far;
	of->took_far = (struct rd_class_set){.words = NULL};
	for (i = 0; i < RD_LIFE_CLASSES / 64; i++) {
		if (!rd_class_set_add_word(&info->took, i, of->took[i]))
			rd_count(RDEP_C_LIVES_DROPPED);
	}
}

void rd_life_end(struct rd_thread *t)
{
	rd_class_set_free(&t->took_far);
}

/* ---- joining ---- */

void rd_life_depend(struct rd_thread *t, const struct rd_target *target)
{
	/* Lives in a circle are so by instance or not at all, whatever their classes. */
	if (rd_class_at(target->cls)->kind == RDEP_LIFE)
		rd_nest(t, t->bottom, target);
	if (target->cls != t->bottom->cls)
		rd_depend(t, t->bottom, target);
}

/* Who waits for a thread waits for all that it waits for. */
static void inherit(struct rd_thread *t, const struct rd_thread *of)
{
	unsigned i;

	for (i = 0; rd_life_held(t) && i < RD_LIFE_CLASSES / 64; i++)
		t->took[i] |= of->took[i];
	if (rd_life_held(t))
		note_all(&t->took_far, &of->took_far);
}

/* From now on every step of the thread that is waited for is looked at: what it takes now, it takes
 * too late. */
static void await(struct rd_thread *of, struct rd_thread_info *info)
{
	const struct rdep_held *top;

	/* It may not have come so far yet that it has a state. */
	info->awaited = 1;
	if (!of)
		return;
	top = of->top;
	__atomic_store_n(&of->awaited, 1, __ATOMIC_RELAXED);
	rd_steps_flush(of);
	if (top > of->bottom && top->flags & RDEP_HELD_WAITING)
		rd_depend_awaited(of->bottom->cls, of->id, top);
}

static void join_self(struct rd_thread *t, uint32_t life, uint64_t site)
{
	struct rdep_finding f = {.kind = RDEP_K_WAIT_INVERSION,
				 .verdict = RDEP_CERTAIN,
				 .detail = RDEP_D_JOINS_ITSELF,
				 .cls = life,
				 .inst = {.address = t->id},
				 .acquire_stack = rd_stack_here()};

	rd_finding_place(t, &f, site);
}

void rd_life_join(struct rd_thread *t, uint32_t id, uint64_t site, uint64_t sp)
{
	struct rd_thread_info *info = rd_thread_info_at(id);
	struct rd_target target = {.address = id, .mode = RDEP_WRITE};
	struct rd_thread *of;

	if (!info || !info->life)
		return;
	rd_stack_begin(site, sp);
	if (id == t->id) {
		join_self(t, info->life, site);
		return;
	}
	if (t->top != t->bottom)
		rd_drop_stale(t, NULL);
	of = thread_of(id);
	if (t->top != t->bottom)
		await(of, info);
	target.cls = info->life;
	rd_depend_on_all(t, &target);
	if (of)
		inherit(t, of);
}

void rd_life_join_failed(uint32_t id)
{
	struct rd_thread_info *info = rd_thread_info_at(id);
	struct rd_thread *of = thread_of(id);

	if (info)
		info->awaited = 0;
	if (of)
		__atomic_store_n(&of->awaited, 0, __ATOMIC_RELAXED);
}

void rd_life_joined(struct rd_thread *t, uint32_t id)
{
	struct rd_thread_info *info = rd_thread_info_at(id);
	struct rd_thread *of = info ? info->state : NULL;

	if (of)
		inherit(t, of);
	if (of && t->top != t->bottom)
		keep(info, of);
}

void rd_life_reset(void)
{
	rd_map_reset(&places);
}
