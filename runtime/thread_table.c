// SPDX-License-Identifier: MIT
/* thread_table.c - see thread_table.h. */
#include "thread_table.h"
#include "core_root.h"
#include "map.h"
#include "mem.h"

#include <stddef.h>

#define DEEPEST 64

static uint32_t last_id;

/* Chains of infos, by id. */
static struct rd_thread_info **by_id;
static struct rd_map_of by_pthread; /* (pthread_t, 0) -> id */
static uint32_t room, count; /* room: a power of two, or 0 */

#define COLLECT_AT 1024u
static uint32_t collect_at = COLLECT_AT;

void rd_thread_table_core(uint64_t *address)
{
	address[RD_CORE_INFOS] = (uint64_t)&by_id;
	address[RD_CORE_INFO_ROOM] = (uint64_t)&room;
}

/* ---- the table ---- */

static struct rd_thread_info **id_place(uint32_t id)
{
	return &by_id[id & (room - 1)];
}

static void add(struct rd_thread_info *i)
{
	struct rd_thread_info **place = id_place(i->id);

	i->next = *place;
	*place = i;
}

static void remove_named(struct rd_thread_info *i)
{
	if (i->pthread && rd_map_get(&by_pthread, i->pthread, 0) == i->id)
		rd_map_set(&by_pthread, i->pthread, 0, 0);
	i->pthread = 0;
}

static bool grow(void)
{
	uint32_t had = room, wide = room ? room * 2 : 64, b;
	struct rd_thread_info **ids = rd_mem_alloc(wide * sizeof(*ids)), **old = by_id, *i, *next;

	if (!ids)
		return had != 0;
	by_id = ids;
	room = wide;
	for (b = 0; b < had; b++) {
		for (i = old[b]; i; i = next) {
			next = i->next;
			add(i);
		}
	}
	rd_mem_free(old, had * sizeof(*old));
	return true;
}

uint32_t rd_thread_new(void)
{
	struct rd_thread_info *i;

	if (count >= room && !grow())
		return 0;
	i = rd_mem_alloc(sizeof(*i));
	if (!i)
		return 0;
	i->id = ++last_id;
	i->coming = 1;
	add(i);
	count++;
	return i->id;
}

struct rd_thread_info *rd_thread_info_at(uint32_t id)
{
	struct rd_thread_info *i;

	for (i = id && room ? *id_place(id) : NULL; i && i->id != id; i = i->next)
		;
	return i;
}

uint32_t rd_thread_infos(void)
{
	return count;
}

/* ---- order ---- */

/* Is b's event at cb below (a, ca) in the line of creations that leads to it? */
static bool in_line(uint32_t a, uint32_t ca, uint32_t b, uint32_t cb)
{
	int depth;

	for (depth = 0; b && depth < DEEPEST; depth++) {
		const struct rd_thread_info *i;

		if (a == b)
			return ca < cb;
		i = rd_thread_info_at(b);
		if (!i)
			return false;
		/* Everything of b comes after its creation, which is the parent's step to parent_clock. */
		b = i->parent;
		cb = i->parent_clock;
	}
	return false;
}

bool rd_thread_before(uint32_t a, uint32_t ca, uint32_t b, uint32_t cb)
{
	int depth;

	if (a == b)
		return false;
	for (depth = 0; a && depth < DEEPEST; depth++) {
		const struct rd_thread_info *i = rd_thread_info_at(a);

		if (in_line(a, ca, b, cb))
			return true;
		if (!i)
			return false;
		/* Everything of a comes before its join, the joiner's step to joiner_clock. */
		a = i->joiner;
		if (!a)
			return false;
		ca = i->joiner_clock - 1;
		if (a == b)
			return ca < cb;
	}
	return false;
}

/* ---- by pthread_t ---- */

void rd_thread_name_pthread(uint64_t pthread, uint32_t id)
{
	struct rd_thread_info *was = rd_thread_info_at(rd_thread_by_pthread(pthread)), *i = rd_thread_info_at(id);

	if (was == i)
		return;
	/* Whoever had it before is gone. */
	if (was)
		remove_named(was);
	if (!i || !pthread)
		return;
	remove_named(i);
	if (rd_map_set(&by_pthread, pthread, 0, id))
		i->pthread = pthread;
}

uint32_t rd_thread_by_pthread(uint64_t pthread)
{
	return rd_map_get(&by_pthread, pthread, 0);
}

/* ---- forgetting ---- */

enum { NEEDED = 1, NAMED_BY_OCCURRENCE = 2 };

static void needs_line(uint32_t id)
{
	struct rd_thread_info *i;
	int depth;

	for (depth = 0; depth < DEEPEST && (i = rd_thread_info_at(id)); depth++) {
		i->needed |= NEEDED;
		id = i->parent;
	}
}

static void refers(uint32_t id)
{
	struct rd_thread_info *i = rd_thread_info_at(id);
	int depth;

	if (!i || i->needed & NAMED_BY_OCCURRENCE)
		return;
	i->needed |= NAMED_BY_OCCURRENCE;
	needs_line(id);
	for (depth = 0; depth < DEEPEST && (i = rd_thread_info_at(id)); depth++) {
		i->needed |= NEEDED;
		id = i->joiner;
	}
}

static void forget(struct rd_thread_info **link)
{
	struct rd_thread_info *i = *link;

	*link = i->next;
	remove_named(i);
	rd_class_set_free(&i->took);
	rd_mem_free(i, sizeof(*i));
	count--;
}

bool rd_thread_collectable(uint32_t more)
{
	return count >= collect_at && count - collect_at >= more / 8;
}

void rd_thread_collect(void (*each)(void (*refers)(uint32_t id)))
{
	struct rd_thread_info *i, **link;
	uint32_t b;

	for (b = 0; b < room; b++) {
		for (i = by_id[b]; i; i = i->next) {
			if (i->coming || i->state || i->pthread)
				needs_line(i->id);
		}
	}
	each(refers);
	for (b = 0; b < room; b++) {
		for (link = &by_id[b]; (i = *link);) {
			if (i->needed) {
				i->needed = 0;
				link = &i->next;
			} else {
				forget(link);
			}
		}
	}
	collect_at = count * 2 + COLLECT_AT;
}

/* ---- another process ---- */

void rd_thread_table_fork_child(void)
{
	struct rd_thread_info *i;
	uint32_t b;

	for (b = 0; b < room; b++) {
		for (i = by_id[b]; i; i = i->next) {
			i->state = NULL;
			i->coming = 0;
			remove_named(i);
		}
	}
}

void rd_thread_table_reset(void)
{
	by_id = NULL;
	rd_map_reset(&by_pthread);
	room = count = last_id = 0;
	collect_at = COLLECT_AT;
}
