// SPDX-License-Identifier: MIT
/*
 * once.c - what is initialised once: a lock that is held while its routine runs, and waited for by all others.
 *
 * Once that is done nobody waits. But a thread that comes by for the first time could have come earlier, so
 * what it holds is before the once; where it passed before, it is not.
 */
#include "engine.h"
#include "event.h"
#include "held.h"

#define HOW RD_HOW(RDEP_ONCE, RDEP_WRITE, 0)

struct rdep_held *rd_once_begin(const void *once, uint64_t site, uint64_t sp)
{
	return rd_acquire_slow(once, HOW, site, sp);
}

void rd_once_left(const void *once)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, once) : NULL;

	if (e)
		rd_held_remove(t, e);
}

/* Never forgets: where there is no room, all that it does not know counts as known. */
static void remember(struct rd_thread *t, const void *once)
{
	struct rd_passed *set = rd_passed_set(t, once);
	unsigned i;

	for (i = 0; i < RD_PASSED_WAYS; i++) {
		if (set->once[i])
			continue;
		set->once[i] = (uint64_t)once;
		return;
	}
	set->full = true;
}

void rd_once_pass_slow(const void *once, bool waited, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	if (!t)
		return;
	if (!waited && t->top != t->bottom) {
		e = rd_once_begin(once, site, sp);
		if (e)
			rd_abandon(e);
	}
	remember(t, once);
}
