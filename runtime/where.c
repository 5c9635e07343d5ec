// SPDX-License-Identifier: MIT
/* where.c - see where.h. */
#include "where.h"
#include "map.h"
#include "mem.h"
#include "table.h"

#include <string.h>

struct place {
	struct rd_where where;
	uint32_t next; /* in the table */
	uint32_t pad;
};

static struct rd_array places = RD_ARRAY(sizeof(struct place)); /* from 1 on */
static struct rd_table table;

static struct place *at(uint32_t number)
{
	return rd_array_item(&places, number, sizeof(struct place));
}

static uint32_t hash(const struct rd_where *w)
{
	return rd_map_hash(w->held_site ^ (uint64_t)w->held_stack << 32 ^ (uint64_t)w->gfp << 16 ^ w->raw_gfp,
			   w->acquire_site ^ (uint64_t)w->acquire_stack << 32);
}

static uint32_t *next_of(uint32_t number)
{
	return &at(number)->next;
}

static uint32_t hash_of(uint32_t number)
{
	return hash(&at(number)->where);
}

uint32_t rd_where_number(const struct rd_where *w)
{
	static const struct rd_table_of of = {next_of, hash_of};
	uint32_t number = rd_table_first(&table, hash(w));
	struct place *p;

	for (; number; number = at(number)->next) {
		if (memcmp(&at(number)->where, w, sizeof(*w)) == 0)
			return number;
	}
	number = table.count + 1;
	p = rd_array_need(&places, number);
	if (!p)
		return 0;
	*p = (struct place){.where = *w};
	return rd_table_add(&table, &of, number) ? number : 0;
}

struct rd_where rd_where_at(uint32_t number)
{
	return number ? at(number)->where : (struct rd_where){0};
}

void rd_where_reset(void)
{
	memset(places.segment, 0, sizeof(places.segment));
	memset(&table, 0, sizeof(table));
}
