// SPDX-License-Identifier: MIT
/*
 * scope.c - memalloc scopes: what a thread's allocations lose, and from where to where.
 */
#include "context.h"
#include "engine.h"
#include "event.h"
#include "held.h"
#include "sites.h"
#include "threads.h"

unsigned long rd_scope_save(uint32_t bit, bool provided, unsigned long cookie, uint64_t site, uint64_t sp)
{
	/* The kernel's PF_MEMALLOC_NOFS, _NOIO and PF_MEMALLOC, for cookies of our own. */
	static const unsigned long flags[] = {0, 0x40000, 0x80000, 0, 0x800};
	struct rd_thread *t = rd_here();
	uint32_t before;

	if (!t)
		return provided ? cookie : 0;
	before = t->scope;
	if (!provided)
		cookie = before & bit ? 0 : flags[bit];
	if (t->scope_depth < RD_SCOPES)
		t->scopes[t->scope_depth] = (struct rd_scope_entry){
			.site = site, .sp = sp, .bit = bit, .before = before, .cookie = cookie,
			.item = rd_scope_count(t, bit, cookie, NULL, site, sp)};
	t->scope_depth++;
	t->scope |= bit;
	rd_thread_set_malloc(t);
	return cookie;
}

/* Is any save of this bit open in the first n entries? */
static bool open_below(const struct rd_thread *t, uint32_t n, uint32_t bit)
{
	while (n-- > 0) {
		if (t->scopes[n].bit == bit)
			return true;
	}
	return false;
}

static void close_scope(struct rd_thread *t, uint32_t i)
{
	for (; i + 1 < t->scope_depth && i + 1 < RD_SCOPES; i++)
		t->scopes[i] = t->scopes[i + 1];
	t->scope_depth--;
}

void rd_scope_restore(uint32_t bit, unsigned long cookie, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	uint32_t depth, i, match;

	(void)site;
	(void)sp;
	if (!t)
		return;
	depth = t->scope_depth;
	if (depth > RD_SCOPES) {
		/* Deeper than is kept: paired by nesting. */
		t->scope_depth--;
		return;
	}
	/* The innermost save of this bit with this cookie; a cookie that nobody was given, or that every save
	 * is given, tells nothing: then the innermost of the bit. */
	match = depth;
	for (i = depth; i-- > 0;) {
		if (t->scopes[i].bit == bit && t->scopes[i].cookie == cookie) {
			match = i;
			break;
		}
	}
	for (i = depth; match == depth && i-- > 0;) {
		if (t->scopes[i].bit == bit)
			match = i;
	}
	if (match == depth)
		return;
	/* Restoring an outer save ends the scope, inner ones or not: their restores change nothing more. */
	if (!open_below(t, match, bit))
		t->scope &= ~bit;
	close_scope(t, match);
	rd_thread_set_malloc(t);
}

/* ---- PR_SET_IO_FLUSHER ---- */

void rd_io_flusher(bool on, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	if (!t || on == !!(t->scope & RDEP_SCOPE_FLUSHER))
		return;
	t->scope ^= RDEP_SCOPE_FLUSHER;
	rd_thread_set_malloc(t);
	/* It serves what other threads' reclaim waits for: it holds io_reclaim, but it is no context,
	 * since its own allocations do reclaim (without IO). Entering waits for nothing. */
	if (on) {
		rd_domain_hold(t, RDEP_CLASS_IO_RECLAIM, 0, true, site, sp);
	} else {
		e = rd_domain_find(t, RDEP_CLASS_IO_RECLAIM, false);
		if (e)
			rd_held_remove(t, e);
	}
}
