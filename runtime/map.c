// SPDX-License-Identifier: MIT
/* map.c - see map.h. */
#include "map.h"
#include "mem.h"

#include <string.h>

/* The map that is being added to: what the table asks of a number. Under the runtime lock. */
static struct rd_map_of *adding;

static struct rd_map_entry *entry(uint32_t i)
{
	return rd_array_item(&adding->entries, i, sizeof(struct rd_map_entry));
}

static uint32_t *next_of(uint32_t i)
{
	return &entry(i)->next;
}

static uint32_t hash_of(uint32_t i)
{
	return rd_map_hash(entry(i)->a, entry(i)->b);
}

bool rd_map_set(struct rd_map_of *m, uint64_t a, uint64_t b, uint32_t value)
{
	static const struct rd_table_of of = {next_of, hash_of};
	struct rd_map_entry *e = rd_map_find(m, a, b);
	uint32_t i;

	if (e) {
		__atomic_store_n(&e->value, value, __ATOMIC_RELAXED);
		return true;
	}
	if (!value)
		return true;
	i = m->table.count + 1;
	m->entries.elem = sizeof(*e);
	e = rd_array_need(&m->entries, i);
	if (!e)
		return false;
	*e = (struct rd_map_entry){a, b, value, 0};
	adding = m;
	return rd_table_add(&m->table, &of, i);
}

void rd_map_reset(struct rd_map_of *m)
{
	memset(m, 0, sizeof(*m));
}

void rd_map_clear(struct rd_map_of *m)
{
	rd_table_clear(&m->table);
}
