// SPDX-License-Identifier: MIT
/*
 * scope_pairing.c - restores that do not fit a save: mistake, or not?
 *
 * Cookies are values, not names: most are the same in all threads. So a thread whose own saves and
 * restores come out even is right, wherever its cookies were kept meanwhile: in a transaction that
 * moved them to another one, in a handle, in a worker that saved over them. What is told of is what
 * does not come out even.
 *
 * A restore that nothing was open for is told of at once where that is all there can be to it.
 * Where another thread has a scope open that was given this cookie, it is waited with: if that
 * thread ends with it open, the scope was saved there and restored here; if not, the restore was
 * one too many.
 */
#include "scope.h"
#include "engine.h"
#include "finding.h"
#include "limits.h"
#include "map.h"
#include "options.h"
#include "record.h"
#include "stack.h"
#include "thread_table.h"
#include "threads.h"
#include "unwind.h"

#include <string.h>

#define KEPT 16u
#define COOKIES_MAX 4096u

/* A restore that is waited with. */
struct waiting {
	struct rd_restore restore; /* bits 0: none */
	uint32_t thread, stack;
	bool weak;
	bool reused; /* closed was ended by another restore, with the cookie of one before */
	struct rd_scope_entry closed; /* what the thread had restored before it; bits 0: nothing */
};

/* A scope whose thread ended in it. */
struct ended {
	struct rd_scope_entry entry; /* bits 0: none */
	uint32_t thread;
};

static struct waiting waiting[KEPT];
static struct ended ended[KEPT];
static unsigned next_waiting, next_ended;
static struct rd_map_of stacks;	 /* restoring places -> stack, or NO_STACK */
static struct rd_map_of closing; /* saving places whose scopes were restored */
static struct rd_map_of cookies; /* (cookie, bits) that shims gave */
static uint32_t cookie_count;
#define NO_STACK 0xffffffffu

/* ---- what is remembered of places ---- */

uint32_t rd_pairing_restore_stack(struct rd_thread *t, uint64_t site, uint64_t sp)
{
	uint32_t stack = rd_map_get(&stacks, site, 0);
	struct rd_locked l;

	if (!stack) {
		rd_enter(t, &l);
		rd_stack_begin(site, sp);
		stack = rd_stack_here();
		rd_map_set(&stacks, site, 0, stack ? stack : NO_STACK);
		rd_leave(t, &l);
	}
	return stack == NO_STACK ? 0 : stack;
}

static void remember(struct rd_thread *t, struct rd_map_of *m, uint64_t a, uint64_t b)
{
	struct rd_locked l;

	if (rd_map_get(m, a, b))
		return;
	rd_enter(t, &l);
	rd_map_set(m, a, b, 1);
	rd_leave(t, &l);
}

void rd_pairing_closed(struct rd_thread *t, const struct rd_scope_entry *e)
{
	remember(t, &closing, e->site, 0);
}

void rd_pairing_saw_cookie(struct rd_thread *t, uint32_t bits, uint64_t cookie)
{
	if (rd_map_get(&cookies, cookie, bits))
		return;
	if (cookie_count >= COOKIES_MAX) {
		rd_limit_met(RD_LIMIT_COOKIES);
		return;
	}
	__atomic_fetch_add(&cookie_count, 1, __ATOMIC_RELAXED);
	remember(t, &cookies, cookie, bits);
}

bool rd_pairing_knows_cookie(uint32_t bits, uint64_t cookie)
{
	return rd_map_get(&cookies, cookie, bits);
}

static bool same_function(uint64_t a, uint64_t b)
{
	uint64_t f = rd_unwind_function(a);

	return f && f == rd_unwind_function(b);
}

/* ---- telling ---- */

static void tell(struct rd_thread *t, enum rdep_kind kind, enum rdep_detail detail, uint32_t flags,
		 const struct rd_scope_entry *save, uint32_t bits, uint64_t site, uint32_t stack)
{
	struct rdep_finding f = {.kind = kind,
				 .verdict = RDEP_CERTAIN,
				 .detail = detail,
				 .flags = flags,
				 .scope = bits,
				 .acquire_stack = stack};
	struct rd_locked l;

	if (save && save->bits) {
		f.held_site = save->site;
		f.held_stack = save->stack;
	}
	rd_enter(t, &l);
	rd_stack_begin(site ? site : f.held_site, 0);
	rd_finding_place(t, &f, site);
	rd_leave(t, &l);
}

void rd_pairing_out_of_order(struct rd_thread *t, const struct rd_scope_entry *orphan)
{
	tell(t, RDEP_K_SCOPE_UNBALANCED, RDEP_D_RESTORED_OUT_OF_ORDER, 0, orphan, orphan->bits,
	     orphan->end_site, orphan->end_stack);
}

void rd_pairing_other_kind(struct rd_thread *t, const struct rd_scope_entry *e,
			   const struct rd_restore *r)
{
	tell(t, RDEP_K_SCOPE_UNBALANCED, RDEP_D_COOKIE_OF_OTHER_KIND, 0, e, e ? e->bits : r->bits,
	     r->site, rd_pairing_restore_stack(t, r->site, r->sp));
}

/* One restore too many: of a scope that was ended before, or of none. */
static void tell_unsaved(struct rd_thread *t, const struct waiting *w)
{
	const struct rd_scope_entry *c = &w->closed;

	if (w->reused)
		tell(t, RDEP_K_SCOPE_UNBALANCED, RDEP_D_COOKIE_REUSED, 0, c, c->bits, c->end_site,
		     c->end_stack);
	else
		tell(t, RDEP_K_SCOPE_UNBALANCED, RDEP_D_RESTORED_UNSAVED, 0, c, w->restore.bits,
		     w->restore.site, w->stack);
}

static void tell_foreign(struct rd_thread *t, const struct rd_scope_entry *save,
			 const struct waiting *w)
{
	tell(t, RDEP_K_SCOPE_FOREIGN, 0, 0, save, save->bits, w->restore.site, w->stack);
}

/* ---- restores without a save ---- */

static bool fits(const struct rd_scope_entry *e, const struct rd_restore *r)
{
	return e->bits & r->bits && e->cookie == r->cookie;
}

/* A scope that ended with its thread. */
static struct ended *ended_open(const struct rd_thread *t, const struct rd_restore *r)
{
	unsigned i;

	for (i = 0; i < KEPT; i++) {
		if (ended[i].thread != t->id && fits(&ended[i].entry, r))
			return &ended[i];
	}
	return NULL;
}

/* Another thread's, that is open now. Its owner may be changing it: then it is seen or not. */
static bool open_elsewhere(const struct rd_thread *self, const struct rd_restore *r)
{
	const struct rd_thread *t;
	uint32_t i;

	for (t = rd_threads_live(); t; t = t->next) {
		for (i = 0; t != self && i < t->scope_depth && i < RD_SCOPES; i++) {
			if (fits(&t->scopes[i], r))
				return true;
		}
	}
	return false;
}

/*
 * What the thread's last scopes say about a restore that comes too late. One that was saved in this
 * very call of this function, was not the first there, and was ended by another restore: that one
 * had the cookie of an earlier scope. Otherwise the last scope, to go by.
 */
static void look_back(const struct rd_thread *t, struct waiting *w)
{
	const struct rd_restore *r = &w->restore;
	unsigned i, here = 0;

	for (i = 1; i <= RD_SCOPES_CLOSED && i <= t->next_closed; i++) {
		const struct rd_scope_entry *c =
			&t->closed[(t->next_closed - i) % RD_SCOPES_CLOSED];
		bool same = c->sp == r->sp && same_function(c->site, r->site);

		if (!fits(c, r))
			continue;
		if (!w->closed.bits || (same && !here))
			w->closed = *c;
		here += same;
	}
	w->reused = here >= 2 && w->closed.end_site != r->site;
}

/*
 * weak: under the older rule the cookie of an outermost save is 0, and a restore with it that finds
 * nothing is what code does that saved nothing.
 */
void rd_pairing_unmatched(struct rd_thread *t, const struct rd_restore *r, bool weak)
{
	struct waiting w = {.restore = *r, .thread = t->id, .weak = weak};
	struct rd_scope_entry save = {.bits = 0};
	struct ended *e;
	struct rd_locked l;
	bool elsewhere;

	w.stack = rd_pairing_restore_stack(t, r->site, r->sp);
	look_back(t, &w);
	rd_enter(t, &l);
	e = ended_open(t, r);
	if (e) {
		save = e->entry;
		e->entry.bits = 0;
	}
	elsewhere = !e && open_elsewhere(t, r);
	if (elsewhere)
		waiting[next_waiting++ % KEPT] = w;
	rd_leave(t, &l);
	if (save.bits)
		tell_foreign(t, &save, &w);
	else if (!elsewhere && (!weak || w.reused))
		tell_unsaved(t, &w);
}

void rd_pairing_exit(struct rd_thread *t)
{
	unsigned i;

	for (i = 0; i < KEPT; i++) {
		struct waiting w = waiting[i];

		waiting[i].restore.bits = 0;
		if (w.restore.bits && (!w.weak || w.reused))
			tell_unsaved(t, &w);
	}
}

/* ---- scopes without a restore ---- */

static bool take_waiting(struct rd_thread *t, const struct rd_scope_entry *e, struct waiting *w)
{
	struct rd_locked l;
	bool found = false;
	unsigned i;

	rd_enter(t, &l);
	for (i = 0; i < KEPT && !found; i++) {
		if (waiting[i].thread == t->id || !fits(e, &waiting[i].restore))
			continue;
		*w = waiting[i];
		waiting[i].restore.bits = 0;
		found = true;
	}
	rd_leave(t, &l);
	return found;
}

static void remember_ended(struct rd_thread *t, const struct rd_scope_entry *e)
{
	struct rd_locked l;

	rd_enter(t, &l);
	ended[next_ended++ % KEPT] = (struct ended){.entry = *e, .thread = t->id};
	rd_leave(t, &l);
}

/* In the function that the thread was made for: it has it for its life. */
static bool is_for_life(const struct rd_thread *t, const struct rd_scope_entry *e)
{
	const struct rd_thread_info *info = t->info;

	return info && info->start_routine &&
	       rd_unwind_function(e->site) == rd_unwind_function(info->start_routine + 1);
}

/*
 * Something was done under it after its function had left it open, or other scopes that this place
 * opens are restored. Nothing tells a scope for life that a function of its own opens from one that
 * was forgotten, but that.
 */
static bool is_forgotten(const struct rd_scope_entry *e, bool exiting)
{
	bool restored_else = e->marks & RD_SCOPE_TRIED || rd_map_get(&closing, e->site, 0);

	/* main() may open one for good. */
	return restored_else || (!exiting && e->marks & RD_SCOPE_LEFT);
}

void rd_pairing_left_open(struct rd_thread *t, const struct rd_scope_entry *e, bool exiting)
{
	uint32_t same = RD_SCOPE_TRIED | RD_SCOPE_TRIED_SAME;
	bool for_life = is_for_life(t, e);
	struct waiting w;

	if (take_waiting(t, e, &w)) {
		tell_foreign(t, e, &w);
		return;
	}
	/* exit() may be called in the middle of anything. */
	if (exiting && !(e->marks & RD_SCOPE_LEFT))
		return;
	if ((e->marks & same) == same)
		tell(t, RDEP_K_SCOPE_UNBALANCED, RDEP_D_RESTORED_WITH_ZERO, 0, e, e->bits,
		     e->end_site, e->end_stack);
	else if (e->marks & RD_SCOPE_TRIED_OTHER)
		tell(t, RDEP_K_SCOPE_UNBALANCED, RDEP_D_COOKIE_OF_OTHER_KIND, 0, e, e->bits,
		     e->end_site, e->end_stack);
	else if (for_life)
		return;
	else if (e->marks & RD_SCOPE_INNER)
		tell(t, RDEP_K_SCOPE_UNBALANCED, RDEP_D_INNER_LEFT_OPEN,
		     e->marks & RD_SCOPE_LEFT ? 0 : RDEP_FINDING_WARNING, e, e->bits, 0, 0);
	else if (is_forgotten(e, exiting))
		tell(t, RDEP_K_SCOPE_LEAKED, 0, 0, e, e->bits,
		     e->marks & RD_SCOPE_TRIED ? e->end_site : 0,
		     e->marks & RD_SCOPE_TRIED ? e->end_stack : 0);
	if (!exiting)
		remember_ended(t, e);
}

void rd_pairing_reset(void)
{
	memset(waiting, 0, sizeof(waiting));
	memset(ended, 0, sizeof(ended));
	rd_map_reset(&stacks);
	rd_map_reset(&closing);
	rd_map_reset(&cookies);
	cookie_count = 0;
}
