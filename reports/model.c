/* SPDX-License-Identifier: MIT */
/* model.c - joining records to findings; see model.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/core_add.h"
#include "reports/model.h"
#include "reports/progress.h"

#define EDGES_MAX 4096u /* of one finding that are kept */

static uint64_t image_key(const uint64_t id[2])
{
	return rdep_hash(1, id, 2 * sizeof(*id));
}

static struct rdep_process *process_of(const struct rdep_report *r, const uint64_t id[2])
{
	uint64_t *p = id[0] || id[1] ? rdep_map_get(&r->by_image, image_key(id)) : NULL;

	return p ? (struct rdep_process *)(uintptr_t)*p : NULL;
}

static const char *join_cmdline(struct rdep_arena *a, const struct rdep_record *record)
{
	size_t i, n = record->cmdline_len;
	char *text = rdep_arena_text(a, record->cmdline, n);

	while (n && !text[n - 1])
		n--;
	for (i = 0; i < n; i++)
		if (!text[i])
			text[i] = ' ';
	return rdep_clean(a, text, n);
}

/* The program's name and command line; known only once the record has them. */
static void name_process(struct rdep_process *p)
{
	struct rdep_arena *a = &p->report->arena;
	const char *base;

	if (p->record->header.merged)
		rdep_name_merged(p);
	if (p->exe || !p->record->exe)
		return;
	base = rdep_basename(p->record->exe);
	p->exe = rdep_clean(a, p->record->exe, p->record->exe_len);
	p->name = rdep_clean(a, base, strlen(base));
	if (!p->record->header.merged)
		p->cmdline = join_cmdline(a, p->record);
}

/* Processes that are in a merged record are not counted twice. */
static void cover(struct rdep_report *r, const struct rdep_record *merged)
{
	struct rdep_process *p;
	size_t i;

	for (i = 0; i < merged->image_count; i++) {
		p = process_of(r, merged->images[i].id);
		if (p)
			p->covered = true;
		*rdep_map_put(&r->merged_images, image_key(merged->images[i].id)) = 1;
	}
}

static bool is_there(uint32_t pid)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%u", pid);
	return pid && pid <= INT32_MAX && access(name, F_OK) == 0;
}

struct rdep_process *rdep_model_add(struct rdep_report *r, struct rdep_record *record)
{
	struct rdep_process *p;
	uint64_t *known = rdep_map_put(&r->by_image, image_key(record->header.image_id));
	uint32_t pid = record->live_pid ? record->live_pid : record->header.pid;

	if (*known || rdep_map_get(&r->merged_images, image_key(record->header.image_id))) {
		rdep_record_close(record);
		return NULL;
	}
	if (record->header.merged)
		cover(r, record);
	p = rdep_arena_alloc(&r->arena, sizeof(*p));
	*known = (uintptr_t)p;
	p->record = record;
	p->report = r;
	p->index = r->process_count;
	p->name = p->cmdline = "?";
	RDEP_GROW(r->processes, r->process_count);
	r->processes[r->process_count++] = p;
	if (record->header.state == RDEP_RUNNING && is_there(pid))
		rdep_module_search_pid(r->symbols->search, (pid_t)pid);
	return p;
}

/* ---- findings ---- */

static const struct rdep_roccurrence *occurrence(const struct rdep_redge *e, uint32_t sample)
{
	return sample && sample <= e->sample_count ? &e->samples[sample - 1] : &e->first;
}

const char *rdep_model_callee(struct rdep_process *p, uint32_t stack)
{
	const struct rdep_rstack *s = rdep_record_stack(p->record, stack);
	struct rdep_mstack m = rdep_model_stack(p, stack);

	if (!s || !s->raw->count || s->raw->exact[0] & 1 || !m.count || !m.frames[0].module)
		return NULL;
	return rdep_symbols_callee(m.frames[0].module, m.frames[0].address);
}

/* Instead of a stack that is not there. */
static struct rdep_mstack site_of(struct rdep_process *p, uint64_t site, uint32_t module, unsigned flags)
{
	struct rdep_mstack s = rdep_model_site(p, site, module);

	s.flags |= flags & RDEP_STACK_LOST;
	return s;
}

uint32_t rdep_model_acquired(struct rdep_process *p, uint32_t id, uint32_t sample)
{
	const struct rdep_redge *e = rdep_record_edge(p->record, id);

	return e ? occurrence(e, sample)->raw->acquire_stack : 0;
}

bool rdep_model_edge_places(struct rdep_process *p, uint32_t id, uint32_t sample, struct rdep_medge *m)
{
	const struct rdep_redge *e = rdep_record_edge(p->record, id);
	const struct rdep_roccurrence *o;

	if (!e)
		return false;
	o = occurrence(e, sample);
	memset(m, 0, sizeof(*m));
	m->raw = o->raw;
	m->from = rdep_model_class(p, o->raw->from);
	m->to = rdep_model_class(p, o->raw->to);
	m->held = rdep_model_stack(p, o->raw->held_stack);
	if (!m->held.count)
		m->held = site_of(p, o->raw->held_site, o->site_module, m->held.flags);
	m->acquire = rdep_model_stack(p, o->raw->acquire_stack);
	return true;
}

bool rdep_model_edge(struct rdep_process *p, uint32_t id, uint32_t sample, struct rdep_medge *m)
{
	if (!rdep_model_edge_places(p, id, sample, m))
		return false;
	m->thread = rdep_model_thread(p, m->raw->thread);
	m->joined = m->to->life ? rdep_model_thread(p, (uint32_t)m->raw->to_inst.address)
				: (struct rdep_mthread){0};
	m->callee = rdep_model_callee(p, m->raw->acquire_stack);
	return true;
}

/* An edge of a cycle that is not in the record lies between its neighbours. */
static void fill_lost(struct rdep_process *p, struct rdep_mfinding *f, size_t i)
{
	static const struct rdep_edge nothing;
	const struct rdep_medge *before = &f->edges[(i + f->edge_count - 1) % f->edge_count];
	const struct rdep_medge *after = &f->edges[(i + 1) % f->edge_count];

	f->edges[i].raw = &nothing;
	f->edges[i].from = before->lost ? rdep_model_class(p, 0) : before->to;
	f->edges[i].to = after->lost ? rdep_model_class(p, 0) : after->from;
	f->edges[i].held.flags = f->edges[i].acquire.flags = RDEP_STACK_LOST;
	f->edges[i].thread = f->edges[i].joined = rdep_model_thread(p, 0);
}

static void fill_edges(struct rdep_process *p, struct rdep_mfinding *f)
{
	size_t i, n = f->raw->edge_count;

	if (n > EDGES_MAX)
		n = EDGES_MAX;
	f->edges = rdep_arena_alloc(&p->report->arena, n * sizeof(*f->edges));
	for (i = 0; i < n; i++) {
		f->edges[i].lost =
			!rdep_model_edge(p, f->raw->edges[i].edge, f->raw->edges[i].sample, &f->edges[i]);
		f->edges_lost += f->edges[i].lost;
	}
	f->edge_count = f->edges_lost < n ? n : 0;
	for (i = 0; i < f->edge_count; i++)
		if (f->edges[i].lost)
			fill_lost(p, f, i);
}

/* Everything of a finding that comes from one occurrence. */
static void fill(struct rdep_process *p, const struct rdep_rfinding *rf, struct rdep_mfinding *f)
{
	struct rdep_report *r = p->report;
	const struct rdep_finding *raw = rf->raw;

	f->raw = raw;
	f->process = p;
	f->kind = raw->kind;
	f->verdict = raw->verdict;
	f->kind_id = rdep_kind_id(raw->kind);
	f->verdict_id = rdep_verdict_id(raw->verdict);
	f->severity = rdep_severity(raw->kind, raw->verdict, raw->flags);
	f->thread = rdep_model_thread(p, raw->thread);
	fill_edges(p, f);
	f->cls = rdep_model_class(p, raw->cls);
	f->held = rdep_model_stack(p, raw->held_stack);
	if (!f->held.count)
		f->held = site_of(p, raw->held_site, rf->site_module, f->held.flags);
	f->acquire = rdep_model_stack(p, raw->acquire_stack);
	rdep_circle_fill(p, f);
	f->title = rdep_title(r, f);
	f->fix = rdep_fix(r, f);
	rdep_fingerprint(r, f);
	f->suppressed = rdep_suppress_match(&r->suppressions, f);
	f->known = rdep_baseline_meet(&r->baseline, f->fingerprint);
}

/* Takes the weightier occurrence's view; what belongs to the whole stays. */
static void take_view(struct rdep_mfinding *f, const struct rdep_mfinding *view)
{
	struct rdep_mfinding old = *f;

	*f = *view;
	f->number = old.number;
	f->count = old.count;
	f->processes = old.processes;
	f->last_process = old.last_process;
	f->told = old.told && old.severity == f->severity;
}

static struct rdep_mfinding *merge(struct rdep_report *r, const struct rdep_mfinding *view)
{
	uint64_t *known = rdep_map_put(&r->by_fingerprint, rdep_hash_text(view->suppression_id));
	struct rdep_mfinding *f = (struct rdep_mfinding *)(uintptr_t)*known;

	if (f) {
		if (view->verdict > f->verdict)
			take_view(f, view);
		return f;
	}
	f = rdep_arena_copy(&r->arena, view, sizeof(*view));
	*known = (uintptr_t)f;
	f->number = (unsigned)r->finding_count + 1;
	RDEP_GROW(r->findings, r->finding_count);
	r->findings[r->finding_count++] = f;
	return f;
}

/* A finding of one record: counted once, however many revisions it has. */
static void join_finding(struct rdep_process *p, struct rdep_rfinding *rf)
{
	const struct rdep_merged_count *told = rdep_record_count(p->record, RDEP_MERGED_FINDINGS, rf->raw->id);
	uint64_t *counted = rdep_map_put(&p->findings, rf->raw->id);
	struct rdep_mfinding view = {0}, *f;

	rf->told = true;
	fill(p, rf, &view);
	f = merge(p->report, &view);
	if (*counted)
		return;
	*counted = (uintptr_t)f;
	f->count += told ? told->count : 1;
	if (f->last_process != p) {
		f->last_process = p;
		f->processes += told ? told->processes : 1;
	}
}

void rdep_model_join(struct rdep_report *r)
{
	size_t i, k;

	for (i = 0; i < r->process_count; i++) {
		struct rdep_process *p = r->processes[i];

		rdep_progress("joining records", i, r->process_count);
		name_process(p);
		p->parent = process_of(r, p->record->header.parent_id);
		p->replaced = process_of(r, p->record->header.exec_id);
		for (k = 0; k < p->record->finding_count; k++) {
			if (p->covered || p->record->findings[k].told)
				continue;
			rdep_progress("joining records", i, r->process_count);
			join_finding(p, &p->record->findings[k]);
		}
	}
}

/* ---- the report ---- */

void rdep_report_join(struct rdep_report *r)
{
	rdep_model_join(r);
}

struct rdep_report *rdep_report_new(void)
{
	struct rdep_report *r = rdep_alloc(sizeof(*r));

	r->symbols = rdep_symbols_new(NULL);
	return r;
}

struct rdep_report *rdep_report_new_like(struct rdep_report *other)
{
	struct rdep_report *r = rdep_alloc(sizeof(*r));

	r->symbols = rdep_symbols_new(rdep_module_search_share(other->symbols->search));
	return r;
}

int rdep_report_sysroot(struct rdep_report *r, const char *dir, struct rdep_error *err)
{
	return rdep_module_search_sysroot(r->symbols->search, dir, err);
}

int rdep_report_debug_dir(struct rdep_report *r, const char *dir, struct rdep_error *err)
{
	return rdep_module_search_debug_dir(r->symbols->search, dir, err);
}

void rdep_report_free(struct rdep_report *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < r->process_count; i++) {
		rdep_record_close(r->processes[i]->record);
		rdep_map_free(&r->processes[i]->classes);
		rdep_map_free(&r->processes[i]->stacks);
		rdep_map_free(&r->processes[i]->findings);
		rdep_map_free(&r->processes[i]->origins);
	}
	for (i = 0; i < r->trouble_count; i++)
		free(r->troubles[i].text);
	free(r->troubles);
	rdep_core_drop(r);
	free(r->processes);
	free(r->findings);
	rdep_map_free(&r->by_fingerprint);
	rdep_map_free(&r->by_image);
	rdep_map_free(&r->merged_images);
	rdep_suppress_free(&r->suppressions);
	rdep_baseline_free(&r->baseline);
	rdep_symbols_free(r->symbols);
	rdep_arena_free(&r->arena);
	free(r);
}

size_t rdep_report_records(const struct rdep_report *r)
{
	return r->process_count;
}

bool rdep_fails(enum rdep_severity severity, unsigned verdict, enum rdep_fail_on line)
{
	switch (line) {
	case RDEP_FAIL_CERTAIN:
		return severity >= RDEP_ERROR && verdict >= RDEP_CERTAIN;
	case RDEP_FAIL_POSSIBLE:
		return severity >= RDEP_ERROR;
	case RDEP_FAIL_WARNING:
		return severity >= RDEP_WARNING;
	case RDEP_FAIL_NEVER:
		break;
	}
	return false;
}

bool rdep_report_fails(struct rdep_report *r, enum rdep_fail_on line)
{
	size_t i;

	rdep_model_join(r);
	/* Some that did not fit into their record do. */
	for (i = 0; i < r->process_count && line != RDEP_FAIL_NEVER; i++) {
		if (r->processes[i]->record->header.counters[RDEP_C_FAILING_UNWRITTEN])
			return true;
	}
	for (i = 0; i < r->finding_count; i++) {
		const struct rdep_mfinding *f = r->findings[i];

		if (rdep_stands(f) && rdep_fails(f->severity, f->verdict, line))
			return true;
	}
	return false;
}
