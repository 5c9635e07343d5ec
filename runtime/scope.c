// SPDX-License-Identifier: MIT
/*
 * scope.c - memalloc scopes: what a thread's allocations lose, and from where to where.
 *
 * Where the program brings its own memalloc functions, their cookies are theirs: a restore ends the
 * innermost save that was given that cookie, which is nesting where all cookies are alike. Where it
 * does not, the state is the kernel's, bit by bit, mistakes and all: by options.scope_rule the
 * cookie is what was newly set and a restore clears it, or the previous state that is put back.
 *
 * Cookies are unsigned int: what stands above that in a register is nothing.
 *
 * Only its own thread touches a thread's scopes, with signals open: an entry counts when its bits
 * are there, and a handler that comes in between leaves what it finds as it found it.
 */
#include "scope.h"
#include "context.h"
#include "engine.h"
#include "event.h"
#include "held.h"
#include "limits.h"
#include "options.h"
#include "sites.h"
#include "stack.h"
#include "threads.h"
#include "unwind.h"

enum { RULE_NEW, RULE_OLD };

/* The kernel's task flags, for cookies of our own and for memalloc_flags_save(). */
static const struct {
	uint32_t bit;
	unsigned long flag;
} task_flags[] = {
	{RDEP_SCOPE_NOFS, 0x40000},
	{RDEP_SCOPE_NOIO, 0x80000},
	{RDEP_SCOPE_NORECLAIM, 0x800},
	{RDEP_SCOPE_PIN, 0x10000000},
};
#define TASK_FLAGS (sizeof(task_flags) / sizeof(task_flags[0]))

static unsigned long flags_of(uint32_t bits)
{
	unsigned long flags = 0;
	unsigned i;

	for (i = 0; i < TASK_FLAGS; i++)
		flags |= bits & task_flags[i].bit ? task_flags[i].flag : 0;
	return flags;
}

uint32_t rd_scope_bits(unsigned long flags)
{
	uint32_t bits = 0;
	unsigned i;

	for (i = 0; i < TASK_FLAGS; i++)
		bits |= flags & task_flags[i].flag ? task_flags[i].bit : 0;
	return bits;
}

static void set_scope(struct rd_thread *t, uint32_t scope)
{
	t->scope = scope;
	rd_thread_set_malloc(t);
}

/* ---- saves ---- */

static struct rd_scope_entry *push(struct rd_thread *t)
{
	struct rd_scope_entry *e = &t->scopes[t->scope_depth];

	if (t->scope_depth == RD_SCOPES) {
		t->scopes_lost++;
		rd_limit_met(RD_LIMIT_SCOPES);
		return NULL;
	}
	e->bits = 0;
	rd_signal_fence();
	t->scope_depth++;
	rd_signal_fence();
	return e;
}

/* A new outermost scope: what was orphaned in calls that are past will not be restored any more. */
static void forget_orphans(struct rd_thread *t, uint32_t bits, uint64_t sp)
{
	unsigned i;

	for (i = 0; i < RD_SCOPES_ORPHANED; i++) {
		if (t->orphaned[i].bits & bits && t->orphaned[i].sp < sp)
			t->orphaned[i].bits = 0;
	}
}

/*
 * One save: bits, the cookie that it gives, and marks. memalloc_flags_save() came with the newer
 * rule, and has no other.
 */
static unsigned long save(struct rd_thread *t, uint32_t bits, bool provided, unsigned long cookie,
			  uint32_t marks, uint64_t site, uint64_t sp)
{
	uint32_t item;
	struct rd_scope_entry *e;

	if (!provided && rd_options.scope_rule == RULE_OLD && !(marks & RD_SCOPE_BY_FLAGS))
		cookie = flags_of(t->scope & bits);
	else if (!provided)
		cookie = flags_of(~t->scope & bits);
	else
		rd_pairing_saw_cookie(t, bits, (uint32_t)cookie);
	if (~t->scope & bits)
		forget_orphans(t, bits & ~t->scope, sp);
	item = rd_scope_count(t, bits, cookie, t->reason, site, sp);
	e = push(t);
	if (e) {
		*e = (struct rd_scope_entry){.site = site,
					     .sp = sp,
					     .cookie = (uint32_t)cookie,
					     .item = item,
					     .stack = rd_scope_stack(item),
					     .marks = marks};
		rd_signal_fence();
		e->bits = bits;
	}
	set_scope(t, t->scope | bits);
	return cookie;
}

unsigned long rd_scope_save(uint32_t bit, bool provided, unsigned long cookie, uint64_t site,
			    uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return provided ? cookie : 0;
	return save(t, bit, provided, cookie, 0, site, sp);
}

unsigned long rd_scope_flags_save(unsigned long flags, bool provided, unsigned long cookie,
				  uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	uint32_t bits = rd_scope_bits(flags);

	if (!t || !bits)
		return provided ? cookie : 0;
	return save(t, bits, provided, cookie, RD_SCOPE_BY_FLAGS, site, sp);
}

/* ---- restores ---- */

static bool same_function(uint64_t a, uint64_t b)
{
	uint64_t f = rd_unwind_function(a);

	return f && f == rd_unwind_function(b);
}

static void take_out(struct rd_thread *t, uint32_t i)
{
	for (; i + 1 < t->scope_depth; i++)
		t->scopes[i] = t->scopes[i + 1];
	t->scopes[i].bits = 0;
	rd_signal_fence();
	t->scope_depth--;
}

/* The innermost save of these bits; with a cookie: that was given it. scope_depth: none. */
static uint32_t find(const struct rd_thread *t, uint32_t bits, const uint64_t *cookie)
{
	uint32_t i;

	for (i = t->scope_depth; i-- > 0;) {
		if (t->scopes[i].bits & bits && (!cookie || t->scopes[i].cookie == *cookie))
			return i;
	}
	return t->scope_depth;
}

static void orphan(struct rd_thread *t, const struct rd_scope_entry *inner,
		   const struct rd_scope_entry *outer, const struct rd_restore *r)
{
	unsigned i;

	for (i = 0; i < RD_SCOPES_ORPHANED && t->orphaned[i].bits; i++)
		;
	if (i == RD_SCOPES_ORPHANED)
		return;
	t->orphaned[i] = *inner;
	t->orphaned[i].site = outer->site;
	t->orphaned[i].stack = outer->stack;
	t->orphaned[i].end_site = r->site;
	t->orphaned[i].end_stack = rd_pairing_restore_stack(t, r->site, r->sp);
}

/* Save i is restored. Those above it of bits that are no longer in force were to be restored first.
 */
static void close_entry(struct rd_thread *t, uint32_t i, const struct rd_restore *r)
{
	struct rd_scope_entry e = t->scopes[i];
	uint32_t k;

	take_out(t, i);
	for (k = t->scope_depth; k-- > i;) {
		if (!(t->scopes[k].bits & e.bits & ~t->scope))
			continue;
		orphan(t, &t->scopes[k], &e, r);
		take_out(t, k);
	}
	for (k = 0; k < i; k++) {
		struct rd_scope_entry *outer = &t->scopes[k];

		if (outer->bits & e.bits && outer->sp == e.sp && same_function(outer->site, e.site))
			outer->marks |= RD_SCOPE_INNER;
	}
	e.end_site = r->site;
	e.end_stack = rd_pairing_restore_stack(t, r->site, r->sp);
	t->closed[t->next_closed++ % RD_SCOPES_CLOSED] = e;
	rd_pairing_closed(t, &e);
}

static bool restore_orphan(struct rd_thread *t, const struct rd_restore *r)
{
	unsigned i;

	for (i = 0; i < RD_SCOPES_ORPHANED; i++) {
		if (!(t->orphaned[i].bits & r->bits) || t->orphaned[i].cookie != r->cookie)
			continue;
		rd_pairing_out_of_order(t, &t->orphaned[i]);
		t->orphaned[i].bits = 0;
		return true;
	}
	return false;
}

/* Ends nothing, but was meant to end something that is open. */
static void mark_tried(struct rd_thread *t, uint32_t i, uint32_t marks, const struct rd_restore *r)
{
	struct rd_scope_entry *e = &t->scopes[i];

	e->marks |= marks | (same_function(e->site, r->site) ? RD_SCOPE_TRIED_SAME : 0);
	e->end_site = r->site;
	e->end_stack = rd_pairing_restore_stack(t, r->site, r->sp);
}

static void other_kind(struct rd_thread *t, uint32_t i, const struct rd_restore *r)
{
	struct rd_scope_entry e;

	if (i == t->scope_depth) {
		rd_pairing_other_kind(t, NULL, r);
		return;
	}
	e = t->scopes[i];
	take_out(t, i);
	rd_pairing_other_kind(t, &e, r);
}

/* No open save of these bits was given this cookie. before: the bits that were in force. */
static void restore_unmatched(struct rd_thread *t, const struct rd_restore *r, bool provided,
			      uint32_t before)
{
	uint32_t same = find(t, r->bits, NULL), other = find(t, ~r->bits, &r->cookie),
		 none = t->scope_depth;
	bool names_other = rd_scope_bits(r->cookie) & ~r->bits & before;

	if (restore_orphan(t, r))
		return;
	if (t->scopes_unknown)
		return;
	if (r->cookie && other != none && (names_other || (provided && same == none)))
		other_kind(t, other, r);
	else if (names_other && !provided)
		other_kind(t, none, r);
	else if (same != none)
		mark_tried(t, same, r->cookie ? 0 : RD_SCOPE_TRIED, r);
	else if (!r->cookie && !provided && rd_options.scope_rule == RULE_OLD && other != none)
		mark_tried(t, other, RD_SCOPE_TRIED_OTHER, r);
	else if (!provided || rd_pairing_knows_cookie(r->bits, r->cookie))
		rd_pairing_unmatched(t, r, !r->cookie);
}

/* As the program's own functions do it, as far as can be told. */
static void restore_provided(struct rd_thread *t, const struct rd_restore *r)
{
	uint32_t i = find(t, r->bits, &r->cookie), ended, k;

	/* Deeper than is kept: paired by nesting. */
	if (t->scopes_lost) {
		t->scopes_lost--;
		return;
	}
	/* A cookie that was handed on from another save; 0 would stand for none. */
	if (i == t->scope_depth && r->cookie)
		i = find(t, r->bits, NULL);
	if (i == t->scope_depth) {
		restore_unmatched(t, r, true, t->scope);
		return;
	}
	ended = t->scopes[i].bits;
	for (k = 0; k < i; k++)
		ended &= ~t->scopes[k].bits;
	set_scope(t, t->scope & ~ended);
	close_entry(t, i, r);
}

static void restore_own(struct rd_thread *t, const struct rd_restore *r, bool old)
{
	uint32_t before = t->scope, bits = rd_scope_bits(r->cookie),
		 i = find(t, r->bits, &r->cookie);

	set_scope(t, old ? (before & ~r->bits) | bits : before & ~bits);
	if (t->scopes_lost)
		t->scopes_lost--;
	else if (i < t->scope_depth)
		close_entry(t, i, r);
	else
		restore_unmatched(t, r, false, before);
}

static void restore(struct rd_thread *t, const struct rd_restore *r, bool provided, bool old)
{
	if (provided)
		restore_provided(t, r);
	else
		restore_own(t, r, old);
}

void rd_scope_restore(uint32_t bit, bool provided, unsigned long cookie, uint64_t site, uint64_t sp)
{
	const struct rd_restore r = {
		.bits = bit, .cookie = (uint32_t)cookie, .site = site, .sp = sp};
	struct rd_thread *t = rd_here();

	if (t)
		restore(t, &r, provided, rd_options.scope_rule == RULE_OLD);
}

void rd_scope_flags_restore(bool provided, unsigned long cookie, uint64_t site, uint64_t sp)
{
	struct rd_restore r = {
		.bits = rd_scope_bits(cookie), .cookie = (uint32_t)cookie, .site = site, .sp = sp};
	struct rd_thread *t = rd_here();
	uint32_t i;

	if (!t)
		return;
	/* A cookie that names nothing, as an inner save's does: the innermost that was given it. */
	for (i = t->scope_depth; !r.bits && i-- > 0;) {
		if (t->scopes[i].cookie == r.cookie && t->scopes[i].marks & RD_SCOPE_BY_FLAGS)
			r.bits = t->scopes[i].bits;
	}
	if (r.bits)
		restore(t, &r, provided, false);
}

/* ---- ends ---- */

static void left_open(struct rd_thread *t, bool exiting)
{
	uint32_t i;

	for (i = 0; i < t->scope_depth; i++) {
		if (t->scopes[i].bits & t->scope)
			rd_pairing_left_open(t, &t->scopes[i], exiting);
	}
}

void rd_scope_thread_end(struct rd_thread *t)
{
	left_open(t, false);
}

/* Does the call that saved it still run? */
static bool is_live(struct rd_thread *t, const struct rd_scope_entry *e)
{
	const struct rdep_held like = {.site = e->site, .sp = e->sp};
	uint8_t flags = 0;

	rd_held_stack(t, &like, &flags);
	return flags & RDEP_EDGE_HELD_LIVE;
}

void rd_scope_look(struct rd_thread *t)
{
	uint32_t i;

	if (!t->scope_depth || rd_stack_walk()->flags & (RDEP_STACK_BROKEN | RDEP_STACK_CUT))
		return;
	for (i = 0; i < t->scope_depth; i++)
		t->scopes[i].marks |= is_live(t, &t->scopes[i]) ? 0 : RD_SCOPE_LEFT;
}

static void look_at_exit(struct rd_thread *t)
{
	struct rd_locked l;

	rd_enter(t, &l);
	rd_stack_begin(RD_SITE, RD_HERE);
	rd_scope_look(t);
	rd_leave(t, &l);
}

void rd_scope_exit(struct rd_thread *t)
{
	if (t->scope_depth)
		look_at_exit(t);
	left_open(t, true);
	rd_pairing_exit(t);
}

bool rd_scope_pairs(struct rd_scope_pairs *into)
{
	return rd_ready() && rd_scope_pairs_parse(into, rd_options.scope_pair);
}

/* ---- PR_SET_IO_FLUSHER ---- */

void rd_io_flusher(bool on, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	if (!t || on == !!(t->scope & RDEP_SCOPE_FLUSHER))
		return;
	set_scope(t, t->scope ^ RDEP_SCOPE_FLUSHER);
	/* It serves what other threads' reclaim waits for: it holds io_reclaim, but it is no
	 * context, since its own allocations do reclaim (without IO). Entering waits for nothing.
	 */
	if (on) {
		rd_domain_hold(t, RDEP_CLASS_IO_RECLAIM, 0, true, site, sp);
	} else {
		e = rd_domain_find(t, RDEP_CLASS_IO_RECLAIM, false);
		if (e)
			rd_held_remove(t, e);
	}
}
