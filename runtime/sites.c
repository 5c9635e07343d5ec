// SPDX-License-Identifier: MIT
/* sites.c - see sites.h. */
#include "sites.h"
#include "engine.h"
#include "map.h"
#include "mem.h"
#include "record.h"
#include "stack.h"

#include <stddef.h>
#include <string.h>

static struct rd_map_of known; /* (pc, what) -> index in counters */
static struct rd_array counters = RD_ARRAY(sizeof(uint64_t *));
static uint32_t count = 1;

#define IS_SCOPE (1ull << 63)

static void bump(uint32_t index)
{
	__atomic_fetch_add(*(uint64_t **)rd_array_at(&counters, index), 1, __ATOMIC_RELAXED);
}

/* The counter of a new place; the item that has it is put by the caller, under the lock. */
static void remember(uint64_t pc, uint64_t what, uint64_t *counter)
{
	uint64_t **slot = counter ? rd_array_need(&counters, count) : NULL;

	if (!slot)
		return;
	*slot = counter;
	*counter = 1;
	if (rd_map_set(&known, pc, what, count))
		count++;
}

void rd_site_count(struct rd_thread *t, uint32_t raw_gfp, uint32_t gfp, uint64_t site, uint64_t sp)
{
	uint64_t what = (uint64_t)raw_gfp << 32 | (uint64_t)t->scope << 24 | gfp;
	struct rdep_site item = {.raw_gfp = raw_gfp, .gfp = gfp, .scope = t->scope, .pc = site};
	uint32_t index = rd_map_get(&known, site, what);
	struct rd_locked l;
	char *p;

	if (index) {
		bump(index);
		return;
	}
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	item.id = count;
	item.stack = rd_stack_here();
	p = rd_record_put(RDEP_SITE, &item, offsetof(struct rdep_site, count), NULL, sizeof(item.count));
	remember(site, what, p ? (uint64_t *)(p + offsetof(struct rdep_site, count)) : NULL);
	rd_leave(t, &l);
}

void rd_scope_count(struct rd_thread *t, uint32_t bit, uint64_t cookie, uint64_t site, uint64_t sp)
{
	struct rdep_scope item = {.bits = bit, .pc = site, .cookie = cookie};
	uint32_t index = rd_map_get(&known, site, IS_SCOPE | bit);
	struct rd_locked l;
	char *p;

	if (index) {
		bump(index);
		return;
	}
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	item.id = count;
	item.stack = rd_stack_here();
	p = rd_record_put(RDEP_SCOPE, &item, offsetof(struct rdep_scope, count), NULL, sizeof(item.count));
	remember(site, IS_SCOPE | bit, p ? (uint64_t *)(p + offsetof(struct rdep_scope, count)) : NULL);
	rd_leave(t, &l);
}

void rd_sites_reset(void)
{
	rd_map_reset(&known);
	memset(counters.segment, 0, sizeof(counters.segment));
	count = 1;
}
