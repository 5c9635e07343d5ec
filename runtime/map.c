// SPDX-License-Identifier: MIT
/* map.c - see map.h. */
#include "map.h"
#include "mem.h"

#include <string.h>

#define FIRST_SLOTS 256u

static size_t table_size(uint32_t slots)
{
	return sizeof(struct rd_map_table) + slots * sizeof(struct rd_map_slot);
}

static struct rd_map_slot *place(struct rd_map_table *t, uint64_t a, uint64_t b)
{
	uint32_t i = rd_map_hash(a, b) & t->mask;

	while (t->slot[i].used && (t->slot[i].a != a || t->slot[i].b != b))
		i = (i + 1) & t->mask;
	return &t->slot[i];
}

static void fill(struct rd_map_table *t, struct rd_map_slot *s, uint64_t a, uint64_t b, uint32_t value)
{
	s->a = a;
	s->b = b;
	s->value = value;
	__atomic_store_n(&s->used, 1, __ATOMIC_RELEASE);
	t->count++;
}

static struct rd_map_table *grow(struct rd_map_of *m)
{
	struct rd_map_table *old = m->table, *t;
	uint32_t slots = old ? (old->mask + 1) * 2 : FIRST_SLOTS, i;

	t = rd_mem_alloc(table_size(slots));
	if (!t)
		return NULL;
	t->mask = slots - 1;
	for (i = 0; old && i <= old->mask; i++) {
		struct rd_map_slot *s = &old->slot[i];

		if (s->used && s->value)
			fill(t, place(t, s->a, s->b), s->a, s->b, s->value);
	}
	__atomic_store_n(&m->table, t, __ATOMIC_RELEASE);
	return t;
}

bool rd_map_set(struct rd_map_of *m, uint64_t a, uint64_t b, uint32_t value)
{
	struct rd_map_table *t = m->table;
	struct rd_map_slot *s;

	if (!t || t->count >= t->mask / 4 * 3) {
		struct rd_map_table *wider = grow(m);

		if (wider)
			t = wider;
		else if (!t || t->count >= t->mask - 1)
			return false;
	}
	s = place(t, a, b);
	if (s->used)
		__atomic_store_n(&s->value, value, __ATOMIC_RELAXED);
	else if (value)
		fill(t, s, a, b, value);
	return true;
}

void rd_map_reset(struct rd_map_of *m)
{
	m->table = NULL;
}

void rd_map_clear(struct rd_map_of *m)
{
	if (!m->table)
		return;
	memset(m->table->slot, 0, (m->table->mask + 1) * sizeof(struct rd_map_slot));
	m->table->count = 0;
}
