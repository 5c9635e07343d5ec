// SPDX-License-Identifier: MIT
/* kin.c - see kin.h. */
#include "kin.h"
#include "class.h"
#include "depend.h"
#include "map.h"
#include "mem.h"
#include "unwind.h"
#include "wrapper.h"

#include <string.h>

#define FRAMES 8

static struct rd_map_of calls;	  /* (return address, 0) -> is it in a wrapper */
enum { PLAIN = 1, WRAPPED = 2 };
static struct rd_map_of seen;	  /* (place, class) */
static struct rd_map_of taken_at; /* (place, kind) -> a class that was taken there */
static struct rd_array parents = RD_ARRAY(sizeof(uint32_t)); /* union-find; 0: a root */

uint64_t rd_kin_place(uint64_t site, uint64_t sp)
{
	uint32_t kind = rd_map_get(&calls, site, 0);
	struct rd_frame frames[FRAMES];
	unsigned flags;
	size_t n, i;

	if (kind != WRAPPED)
		return kind == PLAIN ? site : 0;
	n = rd_unwind_fast(frames, FRAMES, sp, &flags);
	for (i = 1; i < n; i++) {
		kind = rd_map_get(&calls, frames[i].pc, 0);
		if (kind != WRAPPED)
			return kind == PLAIN ? frames[i].pc : 0;
	}
	return site;
}

bool rd_kin_known(uint64_t place, uint32_t cls)
{
	return rd_map_get(&seen, place, cls) != 0;
}

static bool is_wrapped(uint64_t pc)
{
	uint32_t kind = rd_map_get(&calls, pc, 0);

	if (!kind) {
		kind = rd_wrapper_at(pc) ? WRAPPED : PLAIN;
		rd_map_set(&calls, pc, 0, kind);
	}
	return kind == WRAPPED;
}

static uint32_t root_of(uint32_t cls)
{
	uint32_t *p;

	while ((p = rd_array_need(&parents, cls)) && *p)
		cls = *p;
	return cls;
}

static void join(uint32_t a, uint32_t b)
{
	uint32_t *p;

	a = root_of(a);
	b = root_of(b);
	p = rd_array_need(&parents, a);
	if (a != b && p)
		*p = b;
}

void rd_kin_wrapped(uint64_t pc)
{
	rd_map_set(&calls, pc, 0, WRAPPED);
}

uint64_t rd_kin_see(uint64_t site, uint64_t sp, uint32_t cls)
{
	uint32_t kind = rd_class_at(cls)->kind, other;
	struct rd_frame frames[FRAMES];
	uint64_t place = site;
	unsigned flags;
	size_t n, i;

	if (is_wrapped(site)) {
		n = rd_unwind_fast(frames, FRAMES, sp, &flags);
		for (i = 1; i < n && is_wrapped(frames[i].pc); i++)
			;
		place = i < n ? frames[i].pc : site;
	}
	rd_map_set(&seen, place, cls, 1);
	other = rd_map_get(&taken_at, place, kind);
	if (other)
		join(cls, other);
	else
		rd_map_set(&taken_at, place, kind, cls);
	return place;
}

bool rd_kin_cycle(const uint32_t *edges, uint32_t count)
{
	uint32_t root = 0, i;

	for (i = 0; i < count; i++) {
		uint32_t cls = rd_edge_at(edges[i])->to;

		if (rd_class_at(cls)->origin != RDEP_BY_FIRST || (root && root_of(cls) != root))
			return false;
		root = root_of(cls);
	}
	return count > 1;
}

void rd_kin_reset(void)
{
	rd_map_reset(&calls);
	rd_map_reset(&seen);
	rd_map_reset(&taken_at);
	memset(parents.segment, 0, sizeof(parents.segment));
}
