/* SPDX-License-Identifier: MIT */
/* audit.c - may a mask be dropped? The verdicts on allocation sites; see audit.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/audit.h"

/* ---- masks ---- */

static uint32_t effective(uint32_t gfp, uint32_t scope)
{
	if (scope & (RDEP_SCOPE_NOIO | RDEP_SCOPE_FLUSHER))
		return gfp & ~(uint32_t)(RDEP_GFP_IO | RDEP_GFP_FS);
	return scope & RDEP_SCOPE_NOFS ? gfp & ~(uint32_t)RDEP_GFP_FS : gfp;
}

unsigned audit_domains(uint32_t raw_gfp, uint32_t scope)
{
	uint32_t gfp = effective(raw_gfp, scope);
	unsigned domains = AUDIT_DOMAIN(RDEP_CLASS_RECLAIM);

	if (!(gfp & RDEP_GFP_DIRECT_RECLAIM) || gfp & RDEP_GFP_NOLOCKDEP ||
	    scope & RDEP_SCOPE_NORECLAIM)
		return 0;
	if (gfp & RDEP_GFP_IO)
		domains |= AUDIT_DOMAIN(RDEP_CLASS_IO_RECLAIM);
	if (gfp & RDEP_GFP_FS)
		domains |= AUDIT_DOMAIN(RDEP_CLASS_FS_RECLAIM);
	return domains;
}

/* Would the mask without its restriction still be as restricted, by the scopes there? */
static bool given_by_scope(const struct audit_row *row)
{
	uint32_t raw = row->site->raw_gfp, full = raw | RDEP_GFP_IO | RDEP_GFP_FS;

	return row->scope & RDEP_SCOPE_NORECLAIM ||
	       effective(full, row->scope) == effective(raw, row->scope);
}

const char *audit_scope_name(uint32_t bit)
{
	switch (bit) {
	case RDEP_SCOPE_NOFS:
		return "memalloc_nofs";
	case RDEP_SCOPE_NOIO:
		return "memalloc_noio";
	case RDEP_SCOPE_NORECLAIM:
		return "memalloc_noreclaim";
	case RDEP_SCOPE_FLUSHER:
		return "PR_SET_IO_FLUSHER";
	case RDEP_SCOPE_PIN:
		return "memalloc_pin";
	}
	return "scope of an unknown kind";
}

const char *audit_domains_text(struct rdep_report *r, unsigned domains)
{
	static const char *const names[] = {"reclaim", "io_reclaim", "fs_reclaim"};
	const char *text = "";
	size_t i;

	for (i = AUDIT_DOMAINS; i-- > 0;)
		if (domains >> i & 1)
			text = *text ? rdep_arena_printf(&r->arena, "%s or %s", text, names[i])
				     : names[i];
	return text;
}

const struct audit_step *audit_last(const struct audit_step *steps, size_t count)
{
	return count ? &steps[count - 1] : NULL;
}

/* ---- sites ---- */

static void judge_row(struct rdep_audit *a, struct audit_row *row)
{
	if (given_by_scope(row)) {
		row->reason = AUDIT_IN_SCOPE;
	} else if (row->site->raw_gfp & RDEP_GFP_NOLOCKDEP) {
		row->reason = AUDIT_NOLOCKDEP;
	} else if (row->flags & RDEP_SITE_IN_CONTEXT) {
		row->reason = AUDIT_IN_CONTEXT;
	} else if (audit_needs(a, row, row->avoids, AUDIT_SEEN, &row->need)) {
		row->reason = AUDIT_SHARED;
	} else if (row->held_count && row->avoids & ~a->entered) {
		row->reason = AUDIT_UNSEEN;
	} else {
		row->reason = AUDIT_UNSHARED;
	}
}

static enum audit_verdict verdict_of(enum audit_reason reason)
{
	return reason >= AUDIT_NOLOCKDEP ? AUDIT_KEEP
	       : reason == AUDIT_UNSEEN	 ? AUDIT_UNKNOWN
					 : AUDIT_DROP;
}

/* Is it for filesystem reclaim alone that the mask leaves out IO, too? */
static bool nofs_would_do(struct rdep_audit *a, const struct audit_site *s)
{
	unsigned io = AUDIT_DOMAIN(RDEP_CLASS_IO_RECLAIM);
	struct audit_need need;
	size_t i;

	if (s->reason != AUDIT_SHARED || !(s->avoids & io) || !(a->entered & io))
		return false;
	for (i = 0; i < s->row_count; i++)
		if (s->rows[i]->reason != AUDIT_SHARED &&
		    verdict_of(s->rows[i]->reason) == AUDIT_KEEP)
			return false;
	for (i = 0; i < s->row_count; i++)
		if (s->rows[i]->avoids & io && audit_needs(a, s->rows[i], io, AUDIT_SEEN, &need))
			return false;
	return true;
}

static bool is_insufficient(struct rdep_audit *a, const struct audit_site *s)
{
	struct audit_need need;
	size_t i;

	for (i = 0; i < s->row_count; i++)
		if (audit_needs(a, s->rows[i], audit_domains(s->raw_gfp, s->rows[i]->scope),
				AUDIT_SEEN, &need))
			return true;
	return false;
}

/* The weightiest row decides; of those the one seen most. */
static void judge_site(struct audit_site *s)
{
	size_t i;

	for (i = 0; i < s->row_count; i++) {
		const struct audit_row *row = s->rows[i];

		if (!s->why || row->reason > s->why->reason ||
		    (row->reason == s->why->reason && row->count > s->why->count))
			s->why = row;
	}
	if (!s->why)
		return;
	s->reason = s->why->reason;
	s->verdict = verdict_of(s->reason);
}

static void suppose_row(struct rdep_audit *a, const struct audit_row *row, enum audit_level level)
{
	uint32_t domain;
	size_t i;

	if (row->flags & RDEP_SITE_IN_CONTEXT)
		return;
	for (i = 0; i < row->held_count; i++)
		for (domain = RDEP_CLASS_RECLAIM; domain <= RDEP_CLASS_FS_RECLAIM; domain++)
			if (row->avoids & AUDIT_DOMAIN(domain))
				audit_suppose(a, row, &row->held[i], domain, level);
}

/* Each site that may be dropped alone may open a way to reclaim for another that may, too. */
static void recheck_dropped(struct rdep_audit *a)
{
	size_t i;

	for (i = 0; i < a->row_count; i++)
		if (a->rows[i]->site->restricted && a->rows[i]->site->verdict == AUDIT_DROP)
			suppose_row(a, a->rows[i], AUDIT_DROPPED);
	audit_reach(a, AUDIT_DROPPED);
	for (i = 0; i < a->row_count; i++) {
		struct audit_row *row = a->rows[i];

		if (row->reason == AUDIT_UNSHARED && row->site->verdict == AUDIT_DROP &&
		    row->site->restricted &&
		    audit_needs(a, row, row->avoids, AUDIT_DROPPED, &row->need))
			row->reason = AUDIT_SHARED;
	}
	for (i = 0; i < a->row_count; i++)
		if (a->rows[i]->site->restricted && a->rows[i]->site->verdict != AUDIT_DROP)
			suppose_row(a, a->rows[i], AUDIT_ASSUMED);
	audit_reach(a, AUDIT_ASSUMED);
}

static int by_verdict(const void *pa, const void *pb)
{
	const struct audit_site *a = *(struct audit_site *const *)pa,
				*b = *(struct audit_site *const *)pb;

	if (a->restricted != b->restricted)
		return a->restricted ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	if (strcmp(a->place.key, b->place.key))
		return strcmp(a->place.key, b->place.key);
	return a->raw_gfp < b->raw_gfp ? -1 : a->raw_gfp > b->raw_gfp;
}

void audit_sites_judge(struct rdep_audit *a)
{
	size_t i;

	for (i = 0; i < a->row_count; i++) {
		struct audit_row *row = a->rows[i];

		row->avoids =
			audit_domains(row->site->raw_gfp | RDEP_GFP_IO | RDEP_GFP_FS, row->scope) &
			~audit_domains(row->site->raw_gfp, row->scope);
		if (row->site->restricted)
			judge_row(a, row);
	}
	for (i = 0; i < a->site_count; i++)
		if (a->sites[i]->restricted)
			judge_site(a->sites[i]);
	recheck_dropped(a);
	for (i = 0; i < a->site_count; i++) {
		struct audit_site *s = a->sites[i];

		if (!s->restricted)
			continue;
		s->why = NULL;
		judge_site(s);
		if (s->reason == AUDIT_SHARED) {
			s->need = s->why->need;
			audit_load_steps(a, &s->need);
		}
		s->weaker = nofs_would_do(a, s);
		s->insufficient = is_insufficient(a, s);
		s->unseen = s->avoids & ~a->entered;
	}
	if (a->site_count)
		qsort(a->sites, a->site_count, sizeof(*a->sites), by_verdict);
	for (i = 0; i < a->site_count; i++)
		a->sites[i]->index = i;
}

/* ---- which acquisition made a lock reclaim-shared ---- */

static int by_depth(const void *pa, const void *pb)
{
	const struct audit_shared *a = pa, *b = pb;

	if (a->domain != b->domain)
		return a->domain > b->domain ? -1 : 1;
	if (a->step_count != b->step_count)
		return a->step_count < b->step_count ? -1 : 1;
	return strcmp(a->cls->key, b->cls->key);
}

static void list_shared(struct rdep_audit *a)
{
	uint32_t domain, node;

	for (domain = RDEP_CLASS_RECLAIM; domain <= RDEP_CLASS_FS_RECLAIM; domain++) {
		const struct rdep_reach *reach = &a->reach[AUDIT_SEEN][domain - 1];

		for (node = AUDIT_DOMAINS; node < a->node_count; node++) {
			struct audit_shared s = {.cls = a->nodes[node].cls, .domain = domain};

			if (!rdep_reach_has(reach, node, false))
				continue;
			if (a->shared_count == AUDIT_SHARED_MAX) {
				a->shared_more++;
				continue;
			}
			s.step_count = audit_steps(a, reach, node, false, &s.steps);
			RDEP_GROW(a->shared, a->shared_count);
			a->shared[a->shared_count++] = s;
		}
	}
	if (a->shared_count)
		qsort(a->shared, a->shared_count, sizeof(*a->shared), by_depth);
}

/* ---- the whole ---- */

struct rdep_audit *rdep_audit(struct rdep_report *r, bool assume)
{
	struct rdep_audit *a = rdep_alloc(sizeof(*a));

	rdep_model_join(r);
	a->report = r;
	a->assumed = assume;
	a->budget = AUDIT_BUDGET;
	if (!r->process_count)
		return a;
	audit_graph_build(a);
	audit_places_build(a);
	audit_reach(a, AUDIT_SEEN);
	audit_sites_judge(a);
	audit_scopes_judge(a);
	list_shared(a);
	if (assume)
		audit_assume(a);
	return a;
}

size_t rdep_audit_missing(const struct rdep_audit *a)
{
	return a->missing_count;
}

void rdep_audit_free(struct rdep_audit *a)
{
	size_t i, level, domain;

	for (i = 0; a->ids && i < a->report->process_count; i++)
		rdep_map_free(&a->ids[i]);
	for (level = 0; level < AUDIT_LEVELS; level++)
		for (domain = 0; domain < AUDIT_DOMAINS && a->reached[level]; domain++)
			rdep_reach_free(&a->reach[level][domain]);
	for (i = 0; i < a->site_count; i++)
		free(a->sites[i]->rows);
	for (i = 0; i < a->scope_count; i++) {
		free(a->scopes[i]->inside);
		free(a->scopes[i]->outside);
	}
	for (i = 0; i < a->missing_count; i++)
		free(a->missing[i]->sites);
	free(a->ids);
	free(a->nodes);
	free(a->sites);
	free(a->rows);
	free(a->scopes);
	free(a->shared);
	free(a->missing);
	rdep_cgraph_free(&a->graph);
	rdep_map_free(&a->by_key);
	rdep_map_free(&a->known);
	free(a);
}
