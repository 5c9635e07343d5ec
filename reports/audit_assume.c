/* SPDX-License-Identifier: MIT */
/* audit_assume.c - what if every restricted mask were GFP_KERNEL: the inversions, and so the scopes
 * that miss. */
#include <stdlib.h>
#include <string.h>
#include "reports/audit.h"

static const char *fix(struct rdep_audit *a, const struct audit_missing *m,
		       const struct audit_row *row)
{
	return rdep_arena_printf(
		&a->report->arena,
		"open a %s scope where %s is taken, in %s (%s_save() there, %s_restore() after the "
		"unlock); until then keep %s in %s",
		m->scope, m->finding.edges[0].from->name, m->taken.where, m->scope, m->scope,
		rdep_gfp_text(a->report, row->site->raw_gfp), row->place.where);
}

static void fill_finding(struct rdep_audit *a, struct rdep_mfinding *f, const struct audit_row *row,
			 const struct audit_held *h, uint32_t domain)
{
	struct rdep_report *r = a->report;
	struct audit_step *steps;
	size_t i, n = audit_steps(a, &a->reach[AUDIT_ASSUMED][domain - 1], h->node, h->shared,
				  &steps);
	struct rdep_finding raw = {.kind = RDEP_K_RECLAIM_INVERSION,
				   .verdict = RDEP_POSSIBLE,
				   .edge_count = (uint32_t)n + 1};

	*f = (struct rdep_mfinding){
		.kind = raw.kind,
		.verdict = raw.verdict,
		.kind_id = rdep_kind_id(raw.kind),
		.verdict_id = rdep_verdict_id(raw.verdict),
		.severity = RDEP_WARNING,
		.process = r->processes[0],
		.raw = rdep_arena_copy(&r->arena, &raw, sizeof(raw)),
		.thread = {.name = "", .routine = "", .label = ""},
		.edges = rdep_arena_alloc(&r->arena, (n + 1) * sizeof(*f->edges)),
		.edge_count = n + 1,
		.count = 1,
		.processes = 1,
	};
	f->edges[0] = audit_supposed_edge(a, row, h, domain);
	for (i = 0; i < n; i++)
		f->edges[i + 1] = steps[i].edge;
	f->title = rdep_title(r, f);
	rdep_fingerprint(r, f);
}

static void add_site(struct audit_missing *m, struct audit_site *s, uint64_t count)
{
	size_t i;

	m->count += count;
	for (i = 0; i < m->site_count; i++)
		if (m->sites[i] == s)
			return;
	if (m->site_count == AUDIT_SITES_MAX)
		return;
	RDEP_GROW(m->sites, m->site_count);
	m->sites[m->site_count++] = s;
}

/* How many inversions it would close, over all locks held. */
static size_t count_inversions(const struct rdep_audit *a, const struct audit_row *row)
{
	uint32_t domain;
	size_t i, n = 0;

	for (i = 0; i < row->held_count; i++)
		for (domain = RDEP_CLASS_RECLAIM; domain <= RDEP_CLASS_FS_RECLAIM; domain++)
			n += row->avoids & AUDIT_DOMAIN(domain) &&
			     row->held[i].node != domain - 1 &&
			     rdep_reach_has(&a->reach[AUDIT_ASSUMED][domain - 1], row->held[i].node,
					    row->held[i].shared);
	return n;
}

/* One per lock, domain and place where it is taken: that is where the scope goes. */
static void add_missing(struct rdep_audit *a, const struct audit_row *row,
			const struct audit_held *h, uint32_t domain)
{
	struct rdep_buf key = {0};
	struct audit_missing *m;
	uint64_t *known;

	rdep_buf_printf(&key, "missing %u %u %s", h->node, domain, h->taken.key);
	known = rdep_map_put(&a->known, rdep_hash(5, key.text, key.len));
	rdep_buf_free(&key);
	m = (struct audit_missing *)(uintptr_t)*known;
	if (m) {
		add_site(m, row->site, row->count);
		m->more += count_inversions(a, row) - 1;
		return;
	}
	m = rdep_arena_alloc(&a->report->arena, sizeof(*m));
	*known = (uintptr_t)m;
	fill_finding(a, &m->finding, row, h, domain);
	m->finding.number = (unsigned)a->missing_count + 1;
	m->taken = h->taken;
	m->scope = domain == RDEP_CLASS_FS_RECLAIM ? "memalloc_nofs" : "memalloc_noio";
	m->finding.fix = fix(a, m, row);
	m->more = count_inversions(a, row) - 1;
	add_site(m, row->site, row->count);
	RDEP_GROW(a->missing, a->missing_count);
	a->missing[a->missing_count++] = m;
}

/* One scope is enough for an allocation: that of the weightiest need; what was seen comes first. */
static void assume_row(struct rdep_audit *a, const struct audit_row *row)
{
	unsigned entered = audit_domains(row->site->raw_gfp, row->scope);
	struct audit_need need = {0};

	if (audit_needs(a, row, entered, AUDIT_SEEN, &need)) {
		a->standing++;
		return;
	}
	if ((!audit_needs(a, row, row->avoids, AUDIT_SEEN, &need) &&
	     !audit_needs(a, row, row->avoids, AUDIT_ASSUMED, &need)) ||
	    !need.length)
		return;
	if (rdep_cgraph_has(&a->graph, need.held->node, need.domain - 1, AUDIT_SEEN))
		a->standing++;
	else
		add_missing(a, row, need.held, need.domain);
}

void audit_assume(struct rdep_audit *a)
{
	size_t i;

	for (i = 0; i < a->row_count; i++) {
		const struct audit_row *row = a->rows[i];

		if (row->site->restricted && row->reason != AUDIT_IN_SCOPE &&
		    row->reason != AUDIT_NOLOCKDEP && !(row->flags & RDEP_SITE_IN_CONTEXT))
			assume_row(a, row);
	}
}
