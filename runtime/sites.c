// SPDX-License-Identifier: MIT
/* sites.c - see sites.h. */
#include "sites.h"
#include "atomic.h"
#include "depend.h"
#include "engine.h"
#include "limits.h"
#include "map.h"
#include "mem.h"
#include "record.h"
#include "scope.h"
#include "stack.h"

#include <stddef.h>
#include <string.h>

static struct rd_map_of known; /* (pc, what) -> id */
static struct rd_array counters = RD_ARRAY(sizeof(uint64_t *));
static uint32_t last_id;

#define IS_SCOPE (1ull << 63)
#define STACK_OF (1ull << 62) /* with a scope's id in place of the pc */
#define HELD_MAX 64u
#define REASON_MAX 256u

/* An item being put together: the struct, what is held, a reason. */
static union {
	struct rdep_site site;
	struct rdep_scope scope;
	char room[sizeof(struct rdep_scope) + HELD_MAX * sizeof(struct rdep_site_held) + REASON_MAX];
} item;

static void bump(uint32_t id)
{
	uint64_t *counter = *(uint64_t **)rd_array_at(&counters, id);

	if (counter)
		__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static uint32_t list_held(struct rd_thread *t, struct rdep_site_held *out)
{
	const struct rdep_held *e;
	uint32_t n = 0;

	for (e = t->bottom + 1; e <= t->top; e++) {
		uint8_t unused = 0;

		if (!e->address)
			continue;
		if (n == HELD_MAX) {
			rd_limit_met_locked(RD_LIMIT_SITE_HELD);
			break;
		}
		out[n++] = (struct rdep_site_held){.cls = e->cls,
						   .stack = rd_held_stack(t, e, &unused),
						   .site = e->site,
						   .mode = e->mode,
						   .flags = e->flags & (RDEP_HELD_TRY | RDEP_HELD_CONTEXT)};
	}
	return n;
}

/* Puts the item, `fixed` bytes of it, with a counter of 1 behind. */
static void put(enum rdep_item_type type, size_t fixed, uint64_t pc, uint64_t what)
{
	static const uint64_t one = 1;
	uint64_t **slot = rd_array_need(&counters, last_id);
	char *p;

	fixed = (fixed + 7) & ~(size_t)7;
	p = rd_record_put(type, &item, fixed, &one, sizeof(one));
	if (!slot)
		return;
	*slot = p ? (uint64_t *)(p + fixed) : NULL;
	rd_map_set(&known, pc, what, last_id);
}

/* The id of the innermost open scope's item: of scopes alike in bits one may be needed, the other not. */
static uint32_t innermost_scope(const struct rd_thread *t)
{
	return t->scope_depth && t->scope_depth <= RD_SCOPES ? t->scopes[t->scope_depth - 1].item : 0;
}

/* Mostly it is the one before; a handler that comes in between leaves none. 0: not known. */
static uint32_t site_id(struct rd_thread *t, uint64_t where, uint64_t what)
{
	uint32_t id;

	if (t->site_where == where && t->site_what == what) {
		id = t->site_id;
		rd_signal_fence();
		if (t->site_where == where && t->site_what == what)
			return id;
	}
	id = rd_map_get(&known, where, what);
	t->site_where = 0;
	rd_signal_fence();
	t->site_what = what;
	t->site_id = id;
	rd_signal_fence();
	t->site_where = id ? where : 0;
	return id;
}

bool rd_site_count(struct rd_thread *t, uint32_t raw_gfp, uint32_t gfp, uint32_t flags, uint64_t site, uint64_t sp)
{
	/* What the program says to ignore is as if the mask said so. */
	uint32_t ignored = t->ignoring ? RDEP_GFP_NOLOCKDEP : 0;
	/* The effective mask follows from the mask and the scopes. */
	uint64_t what = (uint64_t)(raw_gfp | ignored) << 32 | (uint64_t)(t->top->node & 0xffffff) << 8 |
			(t->contexts ? 128u : 0u) | (flags & RDEP_SITE_PLAIN ? 64u : 0u) | t->scope;
	/* User addresses end below bit 47. */
	uint64_t where = site ^ (uint64_t)innermost_scope(t) << 48;
	uint32_t id = site_id(t, where, what), i;
	struct rd_locked l;

	if (id) {
		bump(id);
		return false;
	}
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	item.site = (struct rdep_site){.id = ++last_id,
				       .raw_gfp = raw_gfp | ignored,
				       .gfp = gfp | ignored,
				       .scope = t->scope,
				       .flags = flags | (t->contexts ? RDEP_SITE_IN_CONTEXT : 0),
				       .pc = site};
	item.site.stack = rd_stack_here();
	if (raw_gfp & RDEP_GFP_DIRECT_RECLAIM && !(flags & RDEP_SITE_PLAIN))
		rd_atomic_handler(t, RDEP_D_HANDLER_ALLOC, raw_gfp, site);
	item.site.held_count = list_held(t, item.site.held);
	rd_scope_look(t);
	for (i = 0; i < t->scope_depth && i < RDEP_SITE_SCOPES && i < RD_SCOPES; i++)
		item.site.scopes[item.site.scope_count++] = t->scopes[i].item;
	put(RDEP_SITE, sizeof(item.site) + item.site.held_count * sizeof(struct rdep_site_held), where, what);
	rd_leave(t, &l);
	return true;
}

uint32_t rd_scope_count(struct rd_thread *t, uint32_t bit, uint64_t cookie, const char *reason, uint64_t site,
			uint64_t sp)
{
	uint64_t what = IS_SCOPE | (uint64_t)(t->top->node & 0xffffff) << 8 | bit;
	uint32_t id = rd_map_get(&known, site, what);
	struct rd_locked l;
	size_t held;

	if (id) {
		bump(id);
		return id;
	}
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	item.scope = (struct rdep_scope){.id = ++last_id, .bits = bit, .pc = site, .cookie = cookie};
	item.scope.stack = rd_stack_here();
	item.scope.held_count = list_held(t, item.scope.held);
	rd_scope_look(t);
	held = sizeof(item.scope) + item.scope.held_count * sizeof(struct rdep_site_held);
	if (reason) {
		while (item.scope.reason_len < REASON_MAX && reason[item.scope.reason_len])
			item.scope.reason_len++;
		memcpy(item.room + held, reason, item.scope.reason_len);
	}
	put(RDEP_SCOPE, held + item.scope.reason_len, site, what);
	id = last_id;
	if (item.scope.stack)
		rd_map_set(&known, id, STACK_OF, item.scope.stack);
	rd_leave(t, &l);
	return id;
}

uint32_t rd_scope_stack(uint32_t id)
{
	return rd_map_get(&known, id, STACK_OF);
}

void rd_sites_reset(void)
{
	rd_map_reset(&known);
	memset(counters.segment, 0, sizeof(counters.segment));
	last_id = 0;
}
