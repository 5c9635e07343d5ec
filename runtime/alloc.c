// SPDX-License-Identifier: MIT
/*
 * alloc.c - allocations, scopes and reclaim: what ties memory to locks.
 *
 * An allocation acquires and releases every domain that its effective mask reaches; a reclaim
 * context holds one. Inside a context allocations add nothing: reclaim does not recurse.
 */
#include "chain.h"
#include "class.h"
#include "engine.h"
#include "event.h"
#include "gfp.h"
#include "held.h"
#include "map.h"
#include "options.h"
#include "record.h"
#include "sites.h"
#include "stack.h"
#include "threads.h"

/* A domain as an instance: one, at an address that no lock has. */
#define DOMAIN_ADDRESS(cls) ((uint64_t)(0x100 + (cls)))

static bool bracketed(const struct rd_thread *t, uint64_t sp)
{
	return t->bracket_sp && sp < t->bracket_sp;
}

/* ---- an allocation reaches domains ---- */

struct allocation {
	unsigned domains;
	uint32_t gfp, raw_gfp;
	uint64_t site, sp;
};

static void depend_on_domains(struct rd_thread *t, const struct allocation *a)
{
	uint32_t cls;

	for (cls = RDEP_CLASS_RECLAIM; cls <= RDEP_CLASS_FS_RECLAIM; cls++) {
		struct rd_target target = {.cls = cls,
					   .address = DOMAIN_ADDRESS(cls),
					   .mode = RDEP_WRITE,
					   .edge_flags = RDEP_EDGE_ALLOC,
					   .gfp = a->gfp,
					   .raw_gfp = a->raw_gfp};

		if (a->domains & 1u << (cls - 1))
			rd_depend_on_all(t, &target);
	}
}

static bool watched(const struct rd_thread *t, unsigned domains)
{
	uint32_t cls;

	for (cls = RDEP_CLASS_RECLAIM; cls <= RDEP_CLASS_FS_RECLAIM; cls++) {
		if (domains & 1u << (cls - 1) && rd_wants_sampling(t, cls))
			return true;
	}
	return false;
}

/* The chain on top was checked for these domains: the entry and its step remember. */
static void mark_checked(struct rd_thread *t, unsigned domains)
{
	struct rdep_held *top = t->top;
	uint8_t bits = (uint8_t)(domains << RDEP_HELD_CHECKED);

	if (!top->address || top == t->bottom)
		return;
	top->flags |= bits;
	if (top[-1].address)
		rd_step_checked(t, top[-1].node, rd_cls_mode(top->cls, top->mode, top->flags & RDEP_HELD_TRY),
				top->site, bits);
}

static void allocate(struct rd_thread *t, const struct allocation *a)
{
	uint64_t me = (uint64_t)t->id << 32 | t->clock;
	uint8_t bits = (uint8_t)(a->domains << RDEP_HELD_CHECKED);
	struct rd_node *n;
	struct rd_locked l;
	bool watch;

	if (!a->domains || t->top == t->bottom || t->contexts)
		return;
	watch = watched(t, a->domains);
	n = rd_chain_at(t->top->node);
	if (!watch && t->top->address && t->top->node != RD_NODE_UNKNOWN && (n->checked & bits) == bits &&
	    rd_sampled_by(t, n->alloc_sampler, n->samplings)) {
		mark_checked(t, a->domains);
		return;
	}
	rd_enter(t, &l);
	rd_stack_begin(a->site, a->sp);
	rd_drop_stale(t);
	if (t->top != t->bottom) {
		n = rd_chain_at(rd_held_rechain(t));
		depend_on_domains(t, a);
		n->checked |= bits;
		n->samplings++;
		n->alloc_sampler = me;
		if (!watched(t, a->domains))
			mark_checked(t, a->domains);
	}
	rd_leave(t, &l);
}

static uint32_t malloc_gfp(void)
{
	static const uint32_t masks[] = {RDEP_GFP_KERNEL, RDEP_GFP_NOFS, RDEP_GFP_NOIO, 0};

	return masks[rd_options.malloc_gfp];
}

static struct allocation allocation_of(const struct rd_thread *t, uint32_t gfp, uint64_t site, uint64_t sp)
{
	struct allocation a = {.raw_gfp = gfp, .site = site, .sp = sp};

	a.gfp = rd_gfp_effective(gfp, t->scope);
	a.domains = rd_gfp_domains(a.gfp, t->scope);
	return a;
}

void rd_malloc_slow(uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct allocation a;

	if (!t || bracketed(t, sp))
		return;
	a = allocation_of(t, malloc_gfp(), site, sp);
	allocate(t, &a);
}

uint64_t rd_alloc_enter(uint32_t gfp, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct allocation a;
	uint64_t outer;

	if (!t)
		return 0;
	outer = t->bracket_sp;
	if (bracketed(t, sp))
		return outer;
	a = allocation_of(t, gfp, site, sp);
	rd_site_count(t, a.raw_gfp, a.gfp, site, sp);
	allocate(t, &a);
	t->bracket_sp = sp;
	/* What was left by longjmp is not gone back to. */
	return outer && sp < outer ? outer : 0;
}

void rd_alloc_leave(uint64_t token)
{
	struct rd_thread *t = rd_self;

	if (t && !t->busy)
		t->bracket_sp = token;
}

void rd_might_alloc(uint32_t gfp, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct allocation a;

	/* Inside an allocator it is the same allocation. */
	if (!t || bracketed(t, sp))
		return;
	a = allocation_of(t, gfp, site, sp);
	allocate(t, &a);
}

/* ---- domains held ---- */

static struct rdep_held *find_domain(struct rd_thread *t, uint32_t cls, bool context)
{
	struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (e->address == DOMAIN_ADDRESS(cls) && !(e->flags & RDEP_HELD_CONTEXT) == !context)
			return e;
	}
	return NULL;
}

/* Takes a domain as a lock that never waits; incoming edges unless `quiet`. */
static void hold_domain(struct rd_thread *t, uint32_t cls, uint8_t flags, bool quiet, uint64_t site, uint64_t sp)
{
	struct rd_target target = {.cls = cls, .address = DOMAIN_ADDRESS(cls), .mode = RDEP_WRITE};
	struct rdep_held *e;
	struct rd_locked l;

	if (t->top >= t->real_limit && !rd_thread_deepen(t)) {
		rd_count(RDEP_C_HELD_DROPPED);
		return;
	}
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	rd_drop_stale(t);
	rd_held_rechain(t);
	if (!quiet)
		rd_depend_on_all(t, &target);
	/* No site: it came with the thread (PR_SET_IO_FLUSHER over fork, clone and exec). */
	if (site && !rd_lock_site_known(site, cls))
		rd_lock_site_add(site, cls);
	e = t->top + 1;
	*e = (struct rdep_held){.site = site, .sp = sp, .cls = cls, .kind = RDEP_DOMAIN, .flags = flags};
	e->node = rd_chain_make(e[-1].node, rd_cls_mode(cls, RDEP_WRITE, false));
	t->top = e;
	rd_signal_fence();
	e->address = DOMAIN_ADDRESS(cls);
	rd_leave(t, &l);
}

static bool reaches_fs(const struct rd_thread *t, uint32_t gfp)
{
	return rd_gfp_domains(rd_gfp_effective(gfp, t->scope), t->scope) & RD_DOMAIN_FS;
}

void rd_fs_reclaim_acquire(uint32_t gfp, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (t && reaches_fs(t, gfp))
		hold_domain(t, RDEP_CLASS_FS_RECLAIM, 0, false, site, sp);
}

void rd_fs_reclaim_release(uint32_t gfp, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	(void)site;
	(void)sp;
	if (!t || !reaches_fs(t, gfp))
		return;
	e = find_domain(t, RDEP_CLASS_FS_RECLAIM, false);
	if (e)
		rd_held_remove(t, e);
}

void rd_context_enter(uint32_t domain, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	if (!t || domain < RDEP_CLASS_RECLAIM || domain > RDEP_CLASS_FS_RECLAIM)
		return;
	e = find_domain(t, domain, true);
	if (e) {
		if (e->recursion < 255)
			e->recursion++;
		return;
	}
	hold_domain(t, domain, RDEP_HELD_CONTEXT, t->contexts != 0, site, sp);
	t->contexts++;
	rd_thread_set_malloc(t);
}

void rd_context_leave(uint32_t domain, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? find_domain(t, domain, true) : NULL;

	(void)site;
	(void)sp;
	if (!e)
		return;
	if (e->recursion) {
		e->recursion--;
		return;
	}
	rd_held_remove(t, e);
	t->contexts--;
	rd_thread_set_malloc(t);
}

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
		hold_domain(t, RDEP_CLASS_IO_RECLAIM, 0, true, site, sp);
	} else {
		e = find_domain(t, RDEP_CLASS_IO_RECLAIM, false);
		if (e)
			rd_held_remove(t, e);
	}
}

/* ---- scopes ---- */

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
