/* SPDX-License-Identifier: MIT */
/*
 * audit_json.c - the audit as JSON, in the form of audit.schema.json. Fields are only added
 * within a schema_version.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/audit.h"
#include "reports/json.h"

#define SCHEMA_VERSION 1

static const char *const verdicts[] = {
	[AUDIT_DROP] = "drop", [AUDIT_UNKNOWN] = "unknown", [AUDIT_KEEP] = "keep"};
static const char *const reasons[] = {
	[AUDIT_IN_SCOPE] = "in-scope",	     [AUDIT_UNSHARED] = "no-shared-lock",
	[AUDIT_UNSEEN] = "reclaim-not-seen", [AUDIT_NOLOCKDEP] = "nolockdep",
	[AUDIT_IN_CONTEXT] = "in-reclaim",   [AUDIT_SHARED] = "shared-lock"};
static const char *const scope_verdicts[] = {[SCOPE_NOT_NEEDED] = "not-needed",
					     [SCOPE_UNKNOWN] = "unknown",
					     [SCOPE_NEEDED] = "needed",
					     [SCOPE_APART] = "apart"};

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static json_t *text_or_null(const char *s)
{
	return s && *s ? json_string(s) : json_null();
}

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)(n & INT64_MAX));
}

static json_t *place(const struct audit_place *p)
{
	json_t *o = json_object();

	set(o, "where", json_string(p->where));
	set(o, "function", text_or_null(p->function));
	set(o, "file", text_or_null(p->file));
	set(o, "line", p->line ? json_integer(p->line) : json_null());
	set(o, "stack", rdep_json_stack(&p->stack));
	return o;
}

static json_t *domains(const struct rdep_audit *a, unsigned set_of)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < AUDIT_DOMAINS; i++)
		if (set_of >> i & 1)
			json_array_append_new(list, json_string(a->nodes[i].cls->name));
	return list;
}

static json_t *scope_bits(uint32_t bits)
{
	json_t *list = json_array();
	uint32_t bit;

	for (bit = 1; bit <= RDEP_SCOPE_PIN; bit <<= 1)
		if (bits & bit)
			json_array_append_new(list, json_string(audit_scope_name(bit)));
	return list;
}

static json_t *step(struct rdep_report *r, const struct rdep_medge *e, bool hypothetical)
{
	json_t *o = json_object();

	set(o, "from", json_string(e->from->name));
	set(o, "to", json_string(e->to->name));
	set(o, "hypothetical", json_boolean(hypothetical));
	set(o, "told", json_boolean(e->raw->flags & RDEP_EDGE_TOLD));
	set(o, "held_stack", rdep_json_stack(&e->held));
	set(o, "acquire_stack", rdep_json_stack(&e->acquire));
	set(o, "called", text_or_null(e->callee));
	set(o, "thread", e->thread.id ? json_string(e->thread.label) : json_null());
	if (e->raw->flags & RDEP_EDGE_ALLOC) {
		set(o, "gfp", json_string(rdep_gfp_text(r, e->raw->gfp)));
		set(o, "raw_gfp", json_string(rdep_gfp_text(r, e->raw->raw_gfp)));
	}
	return o;
}

static json_t *steps(struct rdep_report *r, const struct audit_step *list, size_t n)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(a, step(r, &list[i].edge, list[i].hypothetical));
	return a;
}

static json_t *held(const struct audit_held *list, size_t n)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < n; i++) {
		json_t *o = json_object();

		set(o, "lock", json_string(list[i].cls->name));
		set(o, "key", json_string(list[i].cls->key));
		set(o, "reader", json_boolean(list[i].shared));
		set(o, "taken", json_string(list[i].taken.where));
		json_array_append_new(a, o);
	}
	return a;
}

/* Why it is needed; null when it is not. */
static json_t *need(const struct rdep_audit *a, const struct audit_need *n)
{
	json_t *o;

	if (!n->held)
		return json_null();
	o = json_object();
	set(o, "lock", json_string(n->held->cls->name));
	set(o, "key", json_string(n->held->cls->key));
	set(o, "taken", place(&n->held->taken));
	set(o, "domain", json_string(a->nodes[n->domain - 1].cls->name));
	set(o, "path", steps(a->report, n->steps, n->step_count));
	return o;
}

static json_t *row(const struct rdep_audit *a, const struct audit_row *r, bool judged)
{
	json_t *o = json_object(), *scopes = json_array();
	size_t i;

	set(o, "count", number(r->count));
	set(o, "in_force", scope_bits(r->scope));
	for (i = 0; i < r->scope_count; i++)
		json_array_append_new(scopes, number(r->scopes[i]->index));
	set(o, "scopes", scopes);
	set(o, "gfp", json_string(rdep_gfp_text(a->report, r->gfp)));
	set(o, "raw_gfp", json_string(rdep_gfp_text(a->report, r->site->raw_gfp)));
	set(o, "in_reclaim", json_boolean(r->flags & RDEP_SITE_IN_CONTEXT));
	set(o, "plain", json_boolean(r->flags & RDEP_SITE_PLAIN));
	set(o, "where", json_string(r->place.where));
	set(o, "held", held(r->held, r->held_count));
	if (judged)
		set(o, "reason", json_string(reasons[r->reason]));
	return o;
}

static json_t *site(const struct rdep_audit *a, const struct audit_site *s)
{
	json_t *o = json_object(), *rows = json_array();
	size_t i;

	set(o, "verdict", json_string(verdicts[s->verdict]));
	set(o, "reason", json_string(reasons[s->reason]));
	set(o, "mask", json_string(rdep_gfp_text(a->report, s->raw_gfp)));
	set(o, "avoids", domains(a, s->avoids));
	set(o, "place", place(&s->place));
	set(o, "called", text_or_null(s->callee));
	set(o, "count", number(s->count));
	set(o, "nofs_would_do", json_boolean(s->weaker));
	set(o, "insufficient", json_boolean(s->insufficient));
	set(o, "need", s->reason == AUDIT_SHARED ? need(a, &s->need) : json_null());
	for (i = 0; i < s->row_count; i++)
		json_array_append_new(rows, row(a, s->rows[i], true));
	set(o, "seen", rows);
	return o;
}

static json_t *outside(const struct rdep_audit *a, const struct audit_scope *s)
{
	static const char *const when[] = {"before", "unknown", "after"};
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->outside_count; i++) {
		const struct audit_outside *out = &s->outside[i];
		json_t *o = json_object();

		set(o, "lock", json_string(out->held->cls->name));
		set(o, "taken", json_string(out->held->taken.where));
		set(o, "domain", json_string(a->nodes[out->domain - 1].cls->name));
		set(o, "when", json_string(when[out->when + 1]));
		set(o, "place", place(&out->place));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *scope(const struct rdep_audit *a, const struct audit_scope *s)
{
	json_t *o = json_object(), *rows = json_array();
	size_t i;

	set(o, "verdict", json_string(scope_verdicts[s->verdict]));
	set(o, "kind", json_string(audit_scope_name(s->bit)));
	set(o, "avoids", domains(a, s->avoids));
	set(o, "place", place(&s->place));
	set(o, "told_reason", text_or_null(s->reason));
	set(o, "count", number(s->count));
	set(o, "held", held(s->held, s->held_count));
	for (i = 0; i < s->inside_count; i++)
		json_array_append_new(rows, row(a, s->inside[i], false));
	set(o, "inside", rows);
	set(o, "needing", number(s->needing));
	set(o, "not_needing", number(s->idle));
	set(o, "need", need(a, &s->need));
	set(o, "within", s->within ? number(s->within->index) : json_null());
	set(o, "nofs_would_do", json_boolean(s->weaker));
	set(o, "could_be_narrower", json_boolean(s->narrower));
	set(o, "outside", outside(a, s));
	return o;
}

static json_t *shared(const struct rdep_audit *a, const struct audit_shared *s)
{
	const struct audit_step *last = audit_last(s->steps, s->step_count);
	json_t *o = json_object();

	set(o, "domain", json_string(a->nodes[s->domain - 1].cls->name));
	set(o, "lock", json_string(s->cls->name));
	set(o, "key", json_string(s->cls->key));
	set(o, "by",
	    last ? json_string(rdep_model_where(a->report, rdep_model_frame(&last->edge.acquire)))
		 : json_null());
	set(o, "path", steps(a->report, s->steps, s->step_count));
	return o;
}

static json_t *missing(const struct rdep_audit *a, const struct audit_missing *m)
{
	const struct rdep_mfinding *f = &m->finding;
	json_t *o = json_object(), *cycle = json_array(), *sites = json_array();
	size_t i;

	set(o, "kind", json_string(f->kind_id));
	set(o, "hypothetical", json_true());
	set(o, "title", json_string(f->title));
	set(o, "suppression", json_string(f->suppression));
	set(o, "fingerprint", json_string(f->fingerprint));
	set(o, "scope", json_string(m->scope));
	set(o, "taken", place(&m->taken));
	set(o, "fix", json_string(f->fix));
	set(o, "count", number(m->count));
	set(o, "more_inversions", number(m->more));
	for (i = 0; i < m->site_count; i++)
		json_array_append_new(sites, number(m->sites[i]->index));
	set(o, "sites", sites);
	for (i = 0; i < f->edge_count; i++)
		json_array_append_new(cycle, step(a->report, &f->edges[i], !f->edges[i].thread.id));
	set(o, "cycle", cycle);
	return o;
}

static json_t *basis(const struct rdep_audit *a)
{
	json_t *o = json_object();
	uint64_t allocations = 0, opened = 0;
	size_t i, edges = 0;

	for (i = 0; i < a->site_count; i++)
		allocations += a->sites[i]->plain ? 0 : a->sites[i]->count;
	for (i = 0; i < a->scope_count; i++)
		opened += a->scopes[i]->count;
	for (i = 0; i < a->report->process_count; i++)
		edges += a->report->processes[i]->record->edge_count;
	set(o, "processes", number(rdep_report_processes(a->report)));
	set(o, "allocations", number(allocations));
	set(o, "scopes_opened", number(opened));
	set(o, "dependencies", number(edges));
	set(o, "entered", a->node_count ? domains(a, a->entered) : json_array());
	set(o, "coverage", rdep_json_coverage(a->report));
	return o;
}

static json_t *summary(const struct rdep_audit *a)
{
	size_t masks[3] = {0}, scopes[4] = {0}, i;
	json_t *o = json_object();

	for (i = 0; i < a->site_count && a->sites[i]->restricted; i++)
		masks[a->sites[i]->verdict]++;
	for (i = 0; i < a->scope_count; i++)
		scopes[a->scopes[i]->verdict]++;
	set(o, "drop", number(masks[AUDIT_DROP]));
	set(o, "keep", number(masks[AUDIT_KEEP]));
	set(o, "unknown", number(masks[AUDIT_UNKNOWN]));
	set(o, "scopes_needed", number(scopes[SCOPE_NEEDED]));
	set(o, "scopes_not_needed", number(scopes[SCOPE_NOT_NEEDED]));
	set(o, "scopes_unknown", number(scopes[SCOPE_UNKNOWN]));
	set(o, "scopes_missing", a->assumed ? number(a->missing_count) : json_null());
	return o;
}

int rdep_audit_json(struct rdep_audit *a, FILE *out)
{
	json_t *root = json_object(), *list;
	size_t i;
	int rc;

	set(root, "schema_version", json_integer(SCHEMA_VERSION));
	set(root, "generator", json_string("reclaimdep audit"));
	set(root, "assumed_gfp", a->assumed ? json_string("KERNEL") : json_null());
	set(root, "summary", summary(a));
	list = json_array();
	for (i = 0; i < a->site_count && a->sites[i]->restricted; i++)
		json_array_append_new(list, site(a, a->sites[i]));
	set(root, "masks", list);
	list = json_array();
	for (i = 0; i < a->scope_count; i++)
		json_array_append_new(list, scope(a, a->scopes[i]));
	set(root, "scopes", list);
	list = json_array();
	for (i = 0; i < a->shared_count; i++)
		json_array_append_new(list, shared(a, &a->shared[i]));
	set(root, "reclaim_shared", list);
	list = json_array();
	for (i = 0; i < a->missing_count; i++)
		json_array_append_new(list, missing(a, a->missing[i]));
	set(root, "missing_scopes", a->assumed ? list : json_null());
	if (!a->assumed)
		json_decref(list);
	set(root, "basis", basis(a));
	rc = json_dumpf(root, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	fputc('\n', out);
	json_decref(root);
	fflush(out);
	return rc < 0 || ferror(out) ? -1 : 0;
}
