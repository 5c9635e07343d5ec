// SPDX-License-Identifier: MIT
/* loader.c - see loader.h. */
#include "loader.h"
#include "acquire.h"
#include "class.h"
#include "engine.h"
#include "event.h"
#include "held.h"
#include "stack.h"
#include "sys.h"

#define HOW RD_HOW(RDEP_LOADER, RDEP_WRITE, RD_RECURSIVE_OK)
#define LOADER ((const void *)(RD_LOADER_ADDRESS))

/* A walk that does not reach it says that it is over: what is not known to be held makes no order. */
bool rd_loader_is_over(const struct rdep_held *e)
{
	const struct rd_walk *w;
	uint64_t back;
	size_t i;

	if (rd_peek(&back, (const void *)(e->sp - sizeof(back)), sizeof(back)) || back != e->site)
		return true;
	/* What a frame left behind may lie there still. */
	w = rd_stack_walk();
	for (i = 1; i < w->count; i++) {
		if (w->frames[i].pc == e->site && w->frames[i - 1].cfa == e->sp)
			return false;
	}
	return true;
}

/* False: this thread has it. */
static bool take(struct rd_thread *t, uint64_t site, uint64_t sp)
{
	struct rdep_held *e = rd_held_find(t, LOADER);
	struct rd_locked l;
	uint32_t cls;

	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	if (e && rd_loader_is_over(e)) {
		rd_held_remove(t, e);
		e = NULL;
	}
	cls = rd_class_named(RDEP_LOADER, "loader");
	rd_leave(t, &l);
	if (e || !cls)
		return false;
	e = rd_acquire_as(t, LOADER, HOW, cls, 1, site, sp);
	if (e)
		rd_acquired(e);
	return e != NULL;
}

void rd_dlopen(uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (t)
		take(t, site, sp);
}

bool rd_dlclose_begin(uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	return t && take(t, site, sp);
}

void rd_dlclose_end(void)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, LOADER) : NULL;

	if (e)
		rd_held_remove(t, e);
}
