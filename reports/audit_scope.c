/* SPDX-License-Identifier: MIT */
/*
 * audit_scope.c - what a scope was good for: which allocations inside need it, and which
 * under its locks it missed.
 *
 * Allocations inside are taken as GFP_KERNEL, whatever mask they name: those masks are what
 * scopes are to replace.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/audit.h"

static uint32_t unrestricted(const struct audit_row *row)
{
	return row->site->raw_gfp | RDEP_GFP_IO | RDEP_GFP_FS;
}

/* The scopes in force there but for this one. */
static uint32_t without(const struct audit_row *row, const struct audit_scope *s)
{
	size_t i;

	for (i = 0; i < row->scope_count; i++)
		if (row->scopes[i] != s && row->scopes[i]->bit == s->bit)
			return row->scope;
	return row->scope & ~s->bit;
}

/* The domains that the scope, and nothing else, keeps the allocation out of. */
static unsigned gained(const struct audit_row *row, const struct audit_scope *s)
{
	if (row->flags & RDEP_SITE_IN_CONTEXT)
		return 0;
	return audit_domains(unrestricted(row), without(row, s)) &
	       ~audit_domains(unrestricted(row), row->scope);
}

/* The first scope that was open before this one and gives as much. */
static const struct audit_scope *outer(const struct audit_row *row, const struct audit_scope *s)
{
	size_t i;

	for (i = 0; i < row->scope_count && row->scopes[i] != s; i++)
		if ((row->scopes[i]->avoids & s->avoids) == s->avoids)
			return row->scopes[i];
	return NULL;
}

static bool held_at_save(const struct audit_scope *s, const struct audit_held *h)
{
	size_t i;

	for (i = 0; i < s->held_count; i++)
		if (s->held[i].node == h->node)
			return true;
	return false;
}

/* Judges the rows inside; the domains of which nothing is known and that matter go to *unseen. */
static void judge_inside(struct rdep_audit *a, struct audit_scope *s, unsigned *unseen, bool *other)
{
	unsigned io = AUDIT_DOMAIN(RDEP_CLASS_IO_RECLAIM);
	bool needs_io = false, taken_inside = true;
	struct audit_need need;
	size_t i;

	for (i = 0; i < s->inside_count; i++) {
		const struct audit_row *row = s->inside[i];
		unsigned gain = gained(row, s);

		if (!gain) {
			*other |= !outer(row, s);
			continue;
		}
		*other = true;
		if (!audit_needs(a, row, gain, AUDIT_DROPPED, &need)) {
			s->idle++;
			if (row->held_count)
				*unseen |= gain & ~a->entered;
			continue;
		}
		s->needing++;
		taken_inside &= !held_at_save(s, need.held);
		needs_io |= gain & io && audit_needs(a, row, io, AUDIT_DROPPED, &need);
		if (!s->needed_by || row->count > s->needed_by->count)
			s->needed_by = row;
	}
	if (!s->needing)
		return;
	audit_needs(a, s->needed_by, gained(s->needed_by, s), AUDIT_DROPPED, &s->need);
	audit_load_steps(a, &s->need);
	s->weaker = s->bit == RDEP_SCOPE_NOIO && a->entered & io && !needs_io;
	s->narrower = taken_inside && s->idle;
}

static const struct audit_scope *always_within(const struct audit_scope *s)
{
	const struct audit_scope *common = NULL;
	size_t i;

	for (i = 0; i < s->inside_count; i++) {
		const struct audit_scope *o = outer(s->inside[i], s);

		if (!o || (common && o != common))
			return NULL;
		common = o;
	}
	return common;
}

/* Reclaim itself opens it, so that it does not recurse. */
static bool is_reclaims_own(const struct audit_scope *s)
{
	size_t i;

	for (i = 0; i < s->held_count; i++)
		if (s->held[i].node < AUDIT_DOMAINS)
			return s->bit == RDEP_SCOPE_NORECLAIM;
	return false;
}

static void judge(struct rdep_audit *a, struct audit_scope *s)
{
	unsigned unseen = 0;
	bool other = false;

	if (!s->avoids || is_reclaims_own(s)) {
		s->verdict = SCOPE_APART;
		return;
	}
	judge_inside(a, s, &unseen, &other);
	s->unseen = unseen;
	if (!other)
		s->within = always_within(s);
	if (s->needing)
		s->verdict = SCOPE_NEEDED;
	else if (!s->within && (!s->idle || unseen))
		s->verdict = SCOPE_UNKNOWN;
	else
		s->verdict = SCOPE_NOT_NEEDED;
}

/* ---- allocations under its locks, outside of it ---- */

static bool same_function(const struct rdep_mframe *a, const struct rdep_mframe *b)
{
	return a->function && b->function && a->file && b->file &&
	       !strcmp(a->function, b->function) && !strcmp(a->file, b->file);
}

/* The frame of the function that the place is in, NULL: not on that stack. */
static const struct rdep_mframe *frame_in(const struct rdep_mstack *stack,
					  const struct audit_place *place)
{
	const struct rdep_mframe *wanted = rdep_model_frame(&place->stack);
	size_t i;

	for (i = 0; wanted && i < stack->count; i++)
		if (same_function(&stack->frames[i], wanted))
			return &stack->frames[i];
	return NULL;
}

/*
 * Where two calls under one acquisition part, in the function that acquired or deeper: the line
 * that comes first is told to run first.
 */
static int before_or_after(const struct audit_held *h, const struct rdep_mstack *one,
			   const struct rdep_mstack *other)
{
	const struct rdep_mframe *a = frame_in(one, &h->taken), *b = frame_in(other, &h->taken);

	while (a && b && same_function(a, b)) {
		if (a->line != b->line)
			return a->line < b->line ? -1 : 1;
		if (a == one->frames || b == other->frames)
			break;
		a--;
		b--;
	}
	return 0;
}

static void add_outside(struct audit_scope *s, const struct audit_held *h, uint32_t domain,
			const struct audit_place *place)
{
	size_t i;

	for (i = 0; i < s->outside_count; i++)
		if (!strcmp(s->outside[i].place.key, place->key) && s->outside[i].held == h)
			return;
	if (s->outside_count == AUDIT_OUTSIDE_MAX)
		return;
	RDEP_GROW(s->outside, s->outside_count);
	s->outside[s->outside_count++] = (struct audit_outside){
		.held = h,
		.domain = domain,
		.place = *place,
		.when = before_or_after(h, &place->stack, &s->place.stack),
	};
}

/* A lock that was held at the save and is shared with a domain that the scope avoids: which domain,
 * or 0. */
static uint32_t guarded_domain(const struct rdep_audit *a, const struct audit_scope *s,
			       const struct audit_held *h)
{
	uint32_t domain;

	for (domain = RDEP_CLASS_FS_RECLAIM; domain >= RDEP_CLASS_RECLAIM; domain--)
		if (s->avoids & AUDIT_DOMAIN(domain) && h->node != domain - 1 &&
		    rdep_reach_has(&a->reach[AUDIT_SEEN][domain - 1], h->node, h->shared))
			return domain;
	return 0;
}

static bool same_acquisition(const struct audit_held *a, uint32_t node, const char *key)
{
	return a->node == node && !strcmp(a->taken.key, key);
}

static void look_at_rows(struct rdep_audit *a, struct audit_scope *s, const struct audit_held *h,
			 uint32_t domain)
{
	size_t i, k;

	for (i = 0; i < a->row_count && a->budget; i++) {
		const struct audit_row *row = a->rows[i];

		a->budget--;
		if (row->flags & RDEP_SITE_IN_CONTEXT ||
		    !(audit_domains(unrestricted(row), row->scope) & AUDIT_DOMAIN(domain)))
			continue;
		for (k = 0; k < row->held_count; k++)
			if (same_acquisition(h, row->held[k].node, row->held[k].taken.key))
				add_outside(s, h, domain, &row->place);
	}
}

/* Plain mallocs are no sites outside of scopes: they are dependencies alone. */
static void look_at_edges(struct rdep_audit *a, struct rdep_process *p, struct audit_scope *s,
			  const struct audit_held *h, uint32_t domain)
{
	const struct rdep_record *r = p->record;
	size_t i;

	for (i = 0; i < r->edge_count && a->budget; i++) {
		const struct rdep_edge *e = r->edges[i].first.raw;
		struct audit_place taken, place;

		a->budget--;
		if (e->to != domain || !(e->flags & RDEP_EDGE_ALLOC) ||
		    audit_node(a, p, e->from) != h->node)
			continue;
		taken = audit_place(p, e->held_stack, e->held_site);
		if (!same_acquisition(h, h->node, taken.key))
			continue;
		place = audit_place(p, e->acquire_stack, 0);
		add_outside(s, h, domain, &place);
	}
}

static void look_outside(struct rdep_audit *a, struct audit_scope *s)
{
	size_t i, k;

	for (i = 0; i < s->held_count; i++) {
		uint32_t domain = guarded_domain(a, s, &s->held[i]);

		if (!domain)
			continue;
		look_at_rows(a, s, &s->held[i], domain);
		for (k = 0; k < a->report->process_count; k++)
			look_at_edges(a, a->report->processes[k], s, &s->held[i], domain);
	}
}

static int by_place(const void *pa, const void *pb)
{
	const struct audit_scope *a = *(struct audit_scope *const *)pa,
				 *b = *(struct audit_scope *const *)pb;
	int order = strcmp(a->place.key, b->place.key);

	return order ? order : a->bit < b->bit ? -1 : a->bit > b->bit;
}

void audit_scopes_judge(struct rdep_audit *a)
{
	size_t i;

	for (i = 0; i < a->scope_count; i++) {
		judge(a, a->scopes[i]);
		if (a->scopes[i]->verdict != SCOPE_APART && !a->scopes[i]->within)
			look_outside(a, a->scopes[i]);
	}
	if (a->scope_count)
		qsort(a->scopes, a->scope_count, sizeof(*a->scopes), by_place);
	for (i = 0; i < a->scope_count; i++)
		a->scopes[i]->index = i;
}
