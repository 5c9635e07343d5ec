// SPDX-License-Identifier: MIT
/* stack.c - see stack.h. */
#include "stack.h"
#include "map.h"
#include "mem.h"
#include "module.h"
#include "options.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

static struct rd_map_of known; /* two hashes of the frames -> id */
/* Stacks that found no room in the journal, until a finding needs them. */
static struct rd_array untold = RD_ARRAY(sizeof(struct rdep_stack *));
static struct rd_map_of untold_at; /* (id, 0) -> index + 1 */
static uint32_t untold_count;
static uint32_t last_id;
static uint64_t events;

/* The event that is being handled: its walk is made when first asked for. */
static struct rd_walk walk;
static uint64_t here_site, here_sp;
static int walked, small;
static uint32_t here_id;

enum { UNWIND_LIBUNWIND, UNWIND_FAST, UNWIND_NONE };

/* What is known for sure is the call's own return address. */
static void check_first(void)
{
	if (walk.count && walk.frames[0].pc == here_site)
		return;
	walk.count = 1;
	walk.frames[0] = (struct rd_frame){.pc = here_site, .cfa = here_sp};
	walk.flags |= RDEP_STACK_BROKEN;
}

void rd_stack_begin(uint64_t site, uint64_t sp)
{
	events++;
	here_site = site;
	here_sp = sp;
	walked = 0;
	small = 0;
	here_id = 0;
}

bool rd_stack_walked(void)
{
	return walked;
}

uint64_t rd_stack_events(void)
{
	return events;
}

void rd_stack_given(uint64_t site, uint64_t sp, const struct rd_frame *frames, size_t count, unsigned flags)
{
	rd_stack_begin(site, sp);
	if (count > (size_t)rd_options.stack_depth) {
		count = (size_t)rd_options.stack_depth;
		flags |= RDEP_STACK_CUT;
	}
	walked = 1;
	walk.count = count;
	walk.flags = flags | RDEP_STACK_FAST;
	memcpy(walk.frames, frames, count * sizeof(*frames));
	check_first();
}

void rd_stack_small(void)
{
	small = 1;
}

const struct rd_walk *rd_stack_walk(void)
{
	size_t max = (size_t)rd_options.stack_depth;

	if (walked)
		return &walk;
	walked = 1;
	walk.count = 0;
	walk.flags = 0;
	if (rd_options.unwind == UNWIND_LIBUNWIND && !small) {
		if (rd_unwind_up())
			walk.count = rd_unwind_confirmed(walk.frames, max, here_sp, &walk.flags);
		else
			rd_count(RDEP_C_STACKS_SMALL);
	}
	if (walk.count == 0 && rd_options.unwind != UNWIND_NONE) {
		walk.flags = 0;
		walk.count = rd_unwind_fast(walk.frames, max, here_sp, &walk.flags);
		walk.flags |= RDEP_STACK_FAST;
	}
	check_first();
	return &walk;
}

bool rd_stack_in_handler(void)
{
	size_t i;

	for (i = 1; walked && i < walk.count; i++) {
		if (walk.frames[i].exact)
			return true;
	}
	return false;
}

static uint64_t mix(uint64_t h, uint64_t v, uint64_t k)
{
	h = (h ^ v) * k;
	return h ^ h >> 29;
}

static bool keep_untold(const struct rdep_stack *item, const uint64_t *pcs)
{
	struct rdep_stack *kept = rd_mem_alloc(sizeof(*item) + item->count * sizeof(*pcs));
	struct rdep_stack **at = rd_array_need(&untold, untold_count);

	if (!kept || !at || !rd_map_set(&untold_at, item->id, 0, untold_count + 1)) {
		rd_mem_free(kept, sizeof(*item) + item->count * sizeof(*pcs));
		return false;
	}
	*kept = *item;
	memcpy(kept->pcs, pcs, item->count * sizeof(*pcs));
	*at = kept;
	untold_count++;
	return true;
}

void rd_stack_tell(uint32_t id)
{
	uint32_t i = untold_count && id ? rd_map_get(&untold_at, id, 0) : 0;
	struct rdep_stack *s = i ? *(struct rdep_stack **)rd_array_at(&untold, i - 1) : NULL;

	for (i = 0; s && i < s->count; i++)
		rd_module_tell(s->pcs[i]);
	if (s && rd_record_put(RDEP_STACK, s, sizeof(*s) + s->count * sizeof(s->pcs[0]), NULL, 0))
		rd_map_set(&untold_at, id, 0, 0);
}

/* Where modules have lain in turn the same addresses are not the same stack. */
static uint64_t salt_of(const uint64_t *pcs, size_t count)
{
	uint64_t salt = 0;
	size_t i;

	for (i = 0; rd_modules_in_turn && i < count; i++) {
		const struct rd_module *m = rd_module_at(pcs[i]);

		if (m && m->salt)
			salt = mix(salt, m->salt, 0x9e3779b97f4a7c15ull);
	}
	return salt;
}

static uint32_t put(const uint64_t *pcs, const uint64_t exact[4], size_t count, unsigned flags)
{
	uint64_t a = flags ^ salt_of(pcs, count), b = count;
	struct rdep_stack item;
	uint32_t id;
	size_t i;

	for (i = 0; i < count; i++) {
		a = mix(a, pcs[i], 0xff51afd7ed558ccdull);
		b = mix(b, pcs[i], 0xc4ceb9fe1a85ec53ull);
	}
	id = rd_map_get(&known, a, b);
	if (id)
		return id;
	for (i = 0; i < count; i++)
		rd_module_at(pcs[i]);
	item = (struct rdep_stack){.id = last_id + 1, .count = (uint16_t)count, .flags = (uint16_t)flags};
	memcpy(item.exact, exact, sizeof(item.exact));
	if (!(rd_record_put2(RDEP_STACK, &item, sizeof(item), pcs, count * sizeof(*pcs)) || keep_untold(&item, pcs)) ||
	    !rd_map_set(&known, a, b, last_id + 1)) {
		rd_count(RDEP_C_STACKS_DROPPED);
		return 0;
	}
	return ++last_id;
}

/* site, caller: 0 for none. */
static uint32_t put_walk(uint64_t site, uint64_t caller, size_t first)
{
	static uint64_t pcs[RD_FRAMES_MAX + 1];
	uint64_t exact[4] = {0, 0, 0, 0};
	size_t n = 0, i;

	if (site)
		pcs[n++] = site;
	if (caller)
		pcs[n++] = caller;
	for (i = first; i < walk.count && n < RD_FRAMES_MAX; i++, n++) {
		pcs[n] = walk.frames[i].pc;
		if (walk.frames[i].exact)
			exact[n / 64] |= 1ull << n % 64;
	}
	return put(pcs, exact, n, walk.flags);
}

bool rd_stack_in_exit(void)
{
	const struct rd_walk *w = rd_stack_walk();
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (rd_unwind_function(w->frames[i].pc) == (uint64_t)(uintptr_t)exit)
			return true;
	}
	return false;
}

uint32_t rd_stack_here(void)
{
	if (!here_id) {
		rd_stack_walk();
		here_id = put_walk(here_site, 0, 1);
	}
	return here_id;
}

uint32_t rd_stack_of(uint64_t site, size_t first)
{
	rd_stack_walk();
	return put_walk(site, 0, first);
}

uint32_t rd_stack_of_call(uint64_t site, uint64_t caller, size_t first)
{
	rd_stack_walk();
	return put_walk(site, caller, first);
}

uint32_t rd_stack_from(size_t first)
{
	rd_stack_walk();
	return put_walk(0, 0, first);
}

uint32_t rd_stack_put(const uint64_t *pcs, size_t count)
{
	static const uint64_t exact[4];

	return put(pcs, exact, count, RDEP_STACK_CUT);
}

uint64_t rd_stack_sp(void)
{
	return here_sp;
}

void rd_stack_reset(void)
{
	rd_map_reset(&known);
	rd_map_reset(&untold_at);
	memset(untold.segment, 0, sizeof(untold.segment));
	untold_count = 0;
	last_id = 0;
	walked = 0;
}
