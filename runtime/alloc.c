// SPDX-License-Identifier: MIT
/*
 * alloc.c - allocations: what ties memory to locks.
 *
 * An allocation acquires and releases every domain that its effective mask reaches. Inside a reclaim
 * context allocations add nothing: reclaim does not recurse.
 */
#include "atomic.h"
#include "chain.h"
#include "class.h"
#include "engine.h"
#include "event.h"
#include "finding.h"
#include "gfp.h"
#include "handler.h"
#include "held.h"
#include "map.h"
#include "options.h"
#include "pairs.h"
#include "provoke.h"
#include "record.h"
#include "split.h"
#include "sites.h"
#include "stack.h"
#include "threads.h"

static bool bracketed(const struct rd_thread *t, uint64_t sp)
{
	return t->bracket_sp && sp < t->bracket_sp;
}

/* ---- an allocation reaches domains ---- */

struct allocation {
	unsigned domains;
	uint32_t gfp, raw_gfp;
	uint64_t site, sp;
	bool plain; /* malloc */
};

static void depend_on_domains(struct rd_thread *t, const struct allocation *a)
{
	uint32_t cls;

	for (cls = RDEP_CLASS_RECLAIM; cls <= RDEP_CLASS_FS_RECLAIM; cls++) {
		struct rd_target target = {.cls = cls,
					   .address = RD_DOMAIN_ADDRESS(cls),
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

static bool may_rise(const struct rd_thread *t, unsigned domains)
{
	uint32_t cls;

	for (cls = RDEP_CLASS_RECLAIM; cls <= RDEP_CLASS_FS_RECLAIM; cls++) {
		if (domains & 1u << (cls - 1) && rd_may_rise(t, cls))
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

/* Were the dependencies of what is held on these domains looked at? */
static bool is_known(struct rd_thread *t, unsigned domains)
{
	const struct rd_node *n = rd_chain_at(t->top->node);
	uint32_t cls;

	if (t->top->node != RD_NODE_UNKNOWN)
		return (n->checked >> RDEP_HELD_CHECKED & domains) == domains &&
		       rd_sampled_by(t, n->alloc_sampler, n->samplings, may_rise(t, domains));
	for (cls = RDEP_CLASS_RECLAIM; cls <= RDEP_CLASS_FS_RECLAIM; cls++) {
		if (domains & 1u << (cls - 1) && !rd_pairs_known(t, rd_cls_mode(cls, RDEP_WRITE, false)))
			return false;
	}
	return true;
}

static void pairs_looked_at(struct rd_thread *t, unsigned domains)
{
	uint32_t cls;

	for (cls = RDEP_CLASS_RECLAIM; cls <= RDEP_CLASS_FS_RECLAIM; cls++) {
		if (domains & 1u << (cls - 1))
			rd_pairs_looked_at(t, rd_cls_mode(cls, RDEP_WRITE, false));
	}
}

static void allocate(struct rd_thread *t, const struct allocation *a)
{
	uint8_t bits = (uint8_t)(a->domains << RDEP_HELD_CHECKED);
	struct rd_node *n;
	struct rd_locked l;
	bool watch;

	if (!a->domains || t->top == t->bottom || t->contexts || t->ignoring)
		return;
	/* As with a plain allocation, which is not even told then. */
	if (t->top->address && (t->top->flags & bits) == bits)
		return;
	watch = watched(t, a->domains);
	if (!watch && t->top->address && is_known(t, a->domains)) {
		mark_checked(t, a->domains);
		return;
	}
	rd_enter(t, &l);
	rd_stack_begin(a->site, a->sp);
	rd_split_renew(t);
	rd_drop_stale(t, NULL);
	if (t->top != t->bottom) {
		n = rd_chain_at(rd_held_rechain(t));
		depend_on_domains(t, a);
		if (rd_split_go(t))
			n = rd_chain_at(rd_held_rechain(t));
		n->checked |= bits;
		if (n->samplings < RD_NODE_SAMPLES_OPEN)
			n->samplings++;
		n->alloc_sampler = rd_moment(t);
		if (t->top->node == RD_NODE_UNKNOWN)
			pairs_looked_at(t, a->domains);
		if (a->plain)
			rd_atomic_check(t, RDEP_D_SLEEP_MALLOC, a->raw_gfp, a->site);
		if (!watched(t, a->domains))
			mark_checked(t, a->domains);
	}
	rd_leave(t, &l);
}

static void provoke(struct rd_thread *t, const struct allocation *a)
{
	if (rd_unlikely(rd_provoking & RD_PROVOKE_SHRINK) && a->domains)
		rd_provoke_shrinkers(t, a->gfp, a->site, a->sp);
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

/* ---- the page tables of vmalloc ---- */

enum { VMALLOC_517, VMALLOC_OLD };
enum tables { NO_TABLES, VMALLOC_TABLES };

/* The scope that vmalloc opens for them, by the mask as it was passed. */
static uint32_t tables_scope(uint32_t gfp)
{
	if (rd_options.vmalloc == VMALLOC_OLD)
		return 0;
	if ((gfp & (RDEP_GFP_FS | RDEP_GFP_IO)) == RDEP_GFP_IO)
		return RDEP_SCOPE_NOFS;
	return gfp & (RDEP_GFP_FS | RDEP_GFP_IO) ? 0 : RDEP_SCOPE_NOIO;
}

static void restricted(struct rd_thread *t, const struct allocation *a, const struct allocation *tables)
{
	struct rdep_finding f = {.kind = RDEP_K_VMALLOC_RESTRICTED,
				 .verdict = RDEP_CERTAIN,
				 .scope = t->scope,
				 .gfp = tables->gfp,
				 .raw_gfp = a->raw_gfp};
	struct rd_locked l;

	rd_enter(t, &l);
	rd_stack_begin(a->site, a->sp);
	f.acquire_stack = rd_stack_here();
	rd_finding_place(t, &f, a->site);
	rd_leave(t, &l);
}

/* They count as GFP_KERNEL, whatever the mask: what they reach beyond the allocation itself. */
static void allocate_tables(struct rd_thread *t, const struct allocation *a, bool new)
{
	uint32_t scope = t->scope | tables_scope(a->raw_gfp);
	struct allocation tables = *a;

	tables.gfp = rd_gfp_effective(RDEP_GFP_KERNEL, scope);
	tables.domains = rd_gfp_domains(tables.gfp, scope);
	if (!(tables.domains & ~a->domains))
		return;
	if (new && rd_options.vmalloc == VMALLOC_OLD && a->domains && !t->contexts)
		restricted(t, a, &tables);
	allocate(t, &tables);
}

void rd_malloc_slow(uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct allocation a;

	if (!t || bracketed(t, sp))
		return;
	if (rd_unlikely(t->handling))
		rd_handler_event(t, site, sp);
	a = allocation_of(t, malloc_gfp(), site, sp);
	a.plain = true;
	/* Whether a scope is needed is not for allocations with a mask alone to say. */
	if (t->scope && t->top != t->bottom)
		rd_site_count(t, a.raw_gfp, a.gfp, RDEP_SITE_PLAIN, site, sp);
	allocate(t, &a);
	provoke(t, &a);
}

/* One with a mask of its own. */
static void account(struct rd_thread *t, uint32_t gfp, enum tables tables, uint64_t site, uint64_t sp)
{
	struct allocation a = allocation_of(t, gfp, site, sp);
	bool new;

	if (rd_unlikely(t->handling))
		rd_handler_event(t, site, sp);
	new = rd_site_count(t, a.raw_gfp, a.gfp, 0, site, sp);
	/* Scopes and NOLOCKDEP take nothing from whether it may sleep. */
	if ((new || t->atomic) && gfp & RDEP_GFP_DIRECT_RECLAIM)
		rd_atomic_check_here(t, RDEP_D_SLEEP_ALLOC, gfp, site, sp);
	allocate(t, &a);
	if (tables != NO_TABLES)
		allocate_tables(t, &a, new);
	provoke(t, &a);
}

static uint64_t enter(uint32_t gfp, enum tables tables, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	uint64_t outer;

	if (!t)
		return 0;
	outer = t->bracket_sp;
	if (bracketed(t, sp))
		return outer;
	account(t, gfp, tables, site, sp);
	t->bracket_sp = sp;
	t->bracket_gfp = gfp;
	/* What was left by longjmp is not gone back to. */
	return outer && sp < outer ? outer : 0;
}

uint64_t rd_alloc_enter(uint32_t gfp, uint64_t site, uint64_t sp)
{
	return enter(gfp, NO_TABLES, site, sp);
}

uint64_t rd_vmalloc_enter(uint32_t gfp, uint64_t site, uint64_t sp)
{
	return enter(gfp, VMALLOC_TABLES, site, sp);
}

uint64_t rd_kvmalloc_enter(uint32_t gfp, size_t n, uint64_t site, uint64_t sp)
{
	/* It falls back to vmalloc for what is larger than a page, where it may sleep: before 5.17 (in 5.10) only
	 * for a mask that has all of GFP_KERNEL. */
	bool falls_back = n > 4096 && gfp & RDEP_GFP_DIRECT_RECLAIM &&
			  (rd_options.vmalloc != VMALLOC_OLD || (gfp & RDEP_GFP_KERNEL) == RDEP_GFP_KERNEL);

	return enter(gfp, falls_back ? VMALLOC_TABLES : NO_TABLES, site, sp);
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

	/* Inside an allocator it is the same allocation. */
	if (t && !bracketed(t, sp))
		account(t, gfp, NO_TABLES, site, sp);
}

/* ---- what may sleep, or fault ---- */

void rd_might_sleep(uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (t)
		rd_atomic_check_here(t, RDEP_D_SLEEP_SAID, 0, site, sp);
}

/* A fault takes mmap_lock, and allocates under that. */
void rd_might_fault(uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct allocation a;

	if (!t || t->faults_off)
		return;
	rd_atomic_check_here(t, RDEP_D_SLEEP_SAID, 0, site, sp);
	a = allocation_of(t, RDEP_GFP_KERNEL, site, sp);
	allocate(t, &a);
}

void rd_pagefault(bool disable)
{
	struct rd_thread *t = rd_here();

	if (t && (disable || t->faults_off))
		t->faults_off += disable ? 1 : -1u;
}
