/* SPDX-License-Identifier: MIT */
/*
 * json.c - the report as JSON, in the form of report.schema.json. Fields are only added
 * within a schema_version.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "reports/coverage.h"
#include "reports/json.h"

#define SCHEMA_VERSION 1

/* Numbers that do not fit JSON's integers (addresses, ids) are hex text. */
static json_t *hex(uint64_t v)
{
	return json_sprintf("0x%llx", (unsigned long long)v);
}

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

json_t *rdep_json_frame(const struct rdep_mframe *f)
{
	json_t *o = json_object();

	set(o, "function", text_or_null(f->function));
	set(o, "file", text_or_null(f->file));
	set(o, "line", f->line ? json_integer(f->line) : json_null());
	set(o, "module", text_or_null(f->module ? f->module->clean_path : NULL));
	set(o, "build_id",
	    text_or_null(f->module && *f->module->build_id ? f->module->build_id : NULL));
	set(o, "offset", f->module ? hex(f->address) : json_null());
	set(o, "pc", hex(f->pc));
	set(o, "inlined", json_boolean(f->inlined));
	return o;
}

json_t *rdep_json_stack(const struct rdep_mstack *s)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < s->count; i++)
		json_array_append_new(a, rdep_json_frame(&s->frames[i]));
	return a;
}

static json_t *image_id(const uint64_t id[2])
{
	if (!id[0] && !id[1])
		return json_null();
	return json_sprintf("%016llx%016llx", (unsigned long long)id[0], (unsigned long long)id[1]);
}

/* The process of a merged record that a thread is of. */
static json_t *origin(const struct rdep_morigin *m)
{
	json_t *o = json_object();

	set(o, "program", json_string(m->program));
	set(o, "pid", json_integer(m->pid));
	set(o, "record", json_string(m->record));
	set(o, "exe", *m->exe ? json_string(m->exe) : json_null());
	set(o, "image_id", image_id(m->image_id));
	set(o, "started_ns", json_integer((json_int_t)(m->started_ns & INT64_MAX)));
	return o;
}

static json_t *thread(const struct rdep_mthread *t)
{
	json_t *o = json_object();

	set(o, "id", json_integer(t->own));
	set(o, "tid", t->tid ? json_integer(t->tid) : json_null());
	set(o, "name", json_string(t->name));
	set(o, "routine", *t->routine ? json_string(t->routine) : json_null());
	if (t->origin)
		set(o, "origin", origin(t->origin));
	return o;
}

static const char *held_kind(uint32_t held_stack, uint32_t flags)
{
	if (!held_stack)
		return "site-only";
	if (!(flags & RDEP_EDGE_HELD_LIVE))
		return "first-seen";
	return flags & RDEP_EDGE_HELD_CALLER ? "live-caller" : "live";
}

static const char *mode_text(uint32_t mode)
{
	return mode == RDEP_WRITE ? "write" : mode == RDEP_READ ? "read" : "read-recursive";
}

static json_t *instance(const struct rdep_instance *i)
{
	json_t *o = json_object();

	set(o, "address", hex(i->address));
	set(o, "generation", json_integer(i->generation));
	set(o, "mode", json_string(mode_text(i->mode)));
	return o;
}

static json_t *edge(struct rdep_report *r, const struct rdep_medge *e)
{
	json_t *o = json_object(), *gates = json_array();
	uint32_t flags = e->raw->flags;
	size_t i;

	set(o, "from", json_string(e->from->name));
	set(o, "to", json_string(e->to->name));
	set(o, "from_class", json_integer(e->from->id));
	set(o, "to_class", json_integer(e->to->id));
	set(o, "from_instance", instance(&e->raw->from_inst));
	set(o, "to_instance", instance(&e->raw->to_inst));
	set(o, "held_stack", rdep_json_stack(&e->held));
	set(o, "held_stack_kind", json_string(held_kind(e->raw->held_stack, flags)));
	set(o, "acquire_stack", rdep_json_stack(&e->acquire));
	set(o, "called", text_or_null(e->callee));
	set(o, "thread", thread(&e->thread));
	set(o, "allocation", json_boolean(flags & RDEP_EDGE_ALLOC));
	if (flags & RDEP_EDGE_ALLOC) {
		set(o, "gfp", json_string(rdep_gfp_text(r, e->raw->gfp)));
		set(o, "raw_gfp", json_string(rdep_gfp_text(r, e->raw->raw_gfp)));
	}
	if (e->to->life)
		set(o, "joined", thread(&e->joined));
	if (e->from->life)
		set(o, "awaited", json_boolean(flags & RDEP_EDGE_AWAITED));
	set(o, "lost", json_boolean(e->lost));
	set(o, "inherited", json_boolean(flags & RDEP_EDGE_INHERITED));
	set(o, "told", json_boolean(flags & RDEP_EDGE_TOLD));
	for (i = 0; i < e->raw->gate_count && i < RDEP_GATES; i++)
		json_array_append_new(gates, instance(&e->raw->gates[i]));
	set(o, "gates", gates);
	return o;
}

static json_t *gfp(struct rdep_report *r, uint32_t mask)
{
	return mask ? json_string(rdep_gfp_text(r, mask)) : json_null();
}

static json_t *place(struct rdep_report *r, const struct rdep_mfinding *f)
{
	json_t *o = json_object();

	set(o, "detail", text_or_null(rdep_detail_id(r, f->raw->detail & 0xff)));
	set(o, "scope", f->raw->scope ? json_string(rdep_scope_text(r, f->raw->scope)) : json_null());
	set(o, "gfp", rdep_names_holder(f) ? json_null() : gfp(r, f->raw->gfp));
	set(o, "raw_gfp", gfp(r, f->raw->raw_gfp));
	if (rdep_names_holder(f)) {
		struct rdep_mthread holder = rdep_model_thread(f->process, f->raw->holder);

		set(o, "holder", thread(&holder));
	}
	set(o, "held_stack", rdep_json_stack(&f->held));
	set(o, "held_stack_kind", json_string(held_kind(f->raw->held_stack, f->raw->flags)));
	set(o, "acquire_stack", rdep_json_stack(&f->acquire));
	return o;
}

static json_t *leg(const struct rdep_mleg *l)
{
	const struct rdep_leg *raw = l->raw;
	uint32_t held = (raw->flags & RDEP_LEG_HELD_LIVE ? RDEP_EDGE_HELD_LIVE : 0) |
			(raw->flags & RDEP_LEG_HELD_CALLER ? RDEP_EDGE_HELD_CALLER : 0);
	json_t *o = json_object();

	set(o, "thread", thread(&l->thread));
	set(o, "holds", text_or_null(l->held ? l->held->name : NULL));
	set(o, "holds_class", l->held ? json_integer(l->held->id) : json_null());
	set(o, "holds_instance", l->held ? instance(&raw->held) : json_null());
	set(o, "is_next", json_boolean(raw->flags & RDEP_LEG_AHEAD));
	set(o, "held_stack", rdep_json_stack(&l->taken));
	set(o, "held_stack_kind", json_string(held_kind(raw->held_stack, held)));
	set(o, "wait", json_string(rdep_wait_id(raw->wait)));
	set(o, "waits_for", text_or_null(l->wanted ? l->wanted->name : NULL));
	set(o, "waits_for_class", l->wanted ? json_integer(l->wanted->id) : json_null());
	set(o, "waits_for_instance", l->wanted ? instance(&raw->wait_inst) : json_null());
	set(o, "wait_stack", rdep_json_stack(&l->waits));
	set(o, "wait_stack_kind",
	    json_string(!raw->wait_stack ? "site-only" : raw->flags & RDEP_LEG_WAIT_SEEN ? "first-seen" : "live"));
	return o;
}

static json_t *circle(const struct rdep_mfinding *f)
{
	json_t *legs = json_array();
	size_t i;

	for (i = 0; i < f->leg_count; i++)
		json_array_append_new(legs, leg(&f->legs[i]));
	return legs;
}

static json_t *suppressed(const struct rdep_suppression *s)
{
	json_t *o;

	if (!s)
		return json_null();
	o = json_object();
	set(o, "file", json_string(s->file));
	set(o, "line", json_integer(s->line));
	set(o, "text", json_string(s->text));
	return o;
}

static json_t *finding(struct rdep_report *r, const struct rdep_mfinding *f)
{
	json_t *o = json_object(), *cycle = json_array(), *lock;
	size_t i;

	set(o, "kind", json_string(f->kind_id));
	set(o, "verdict", json_string(f->verdict_id));
	set(o, "severity", json_string(rdep_severity_id(f->severity)));
	set(o, "fingerprint", json_string(f->fingerprint));
	set(o, "suppression", json_string(f->suppression));
	set(o, "suppressed", suppressed(f->suppressed));
	set(o, "known", json_boolean(f->known));
	set(o, "title", json_string(f->title));
	set(o, "fix", json_string(f->fix));
	set(o, "count", json_integer((json_int_t)f->count));
	set(o, "process_count", json_integer((json_int_t)f->processes));
	set(o, "process", json_integer((json_int_t)f->process->index));
	set(o, "across", json_boolean(rdep_is_across(f)));
	set(o, "thread", thread(&f->thread));
	for (i = 0; i < f->edge_count; i++)
		json_array_append_new(cycle, edge(r, &f->edges[i]));
	set(o, "cycle", cycle);
	if (f->edge_count)
		return o;
	if (f->leg_count) {
		set(o, "circle", circle(f));
		return o;
	}
	if (rdep_is_place(f))
		set(o, "place", place(r, f));
	if (!f->raw->cls)
		return o;
	lock = json_object();
	set(lock, "name", json_string(f->cls->name));
	set(lock, "class", json_integer(f->cls->id));
	set(lock, "instance", instance(&f->raw->inst));
	set(lock, "held_stack", rdep_json_stack(&f->held));
	set(lock, "held_stack_kind", json_string(held_kind(f->raw->held_stack, f->raw->flags)));
	set(lock, "acquire_stack", rdep_json_stack(&f->acquire));
	set(o, "lock", lock);
	return o;
}

static json_t *class(const struct rdep_process *p, const struct rdep_mclass *c)
{
	const struct rdep_mframe *at = rdep_model_frame(&c->origin);
	json_t *o = json_object();

	set(o, "process", json_integer((json_int_t)p->index));
	set(o, "id", json_integer(c->id));
	set(o, "name", json_string(c->name));
	set(o, "key", json_string(c->key));
	set(o, "kind", json_string(c->kind));
	set(o, "origin", json_string(rdep_origin_id(c->raw->raw->origin)));
	set(o, "detail", json_string(c->detail));
	set(o, "site", at ? rdep_json_frame(at) : json_null());
	set(o, "inherited", json_boolean(c->raw->raw->inherited));
	return o;
}

static void add_classes(json_t *a, struct rdep_process *p)
{
	struct rdep_rstat *stats;
	size_t i, n = rdep_record_stats(p->record, &stats);

	for (i = 0; i < p->record->class_count; i++) {
		const struct rdep_mclass *c = rdep_model_class(p, p->record->classes[i].raw->id);
		json_t *o = class(p, c), *stat = rdep_json_stat(p, c, stats, n);

		if (stat)
			set(o, "stat", stat);
		json_array_append_new(a, o);
	}
	free(stats);
}

/* ---- processes ---- */

static json_t *held(struct rdep_process *p, const struct rdep_held *h, bool doubt)
{
	struct rdep_mstack site =
		rdep_model_site(p, h->site, rdep_record_module_at(p->record, h->site - 1));
	json_t *o = json_object();

	set(o, "name", json_string(rdep_model_class(p, h->cls)->name));
	set(o, "class", json_integer(h->cls));
	set(o, "address", hex(h->address));
	set(o, "generation", json_integer(h->generation));
	set(o, "mode", json_string(mode_text(h->mode)));
	set(o, "waiting", json_boolean(h->flags & RDEP_HELD_WAITING));
	set(o, "doubt", json_boolean(doubt));
	set(o, "context", json_boolean(h->flags & RDEP_HELD_CONTEXT));
	set(o, "recursion", json_integer(h->recursion));
	set(o, "site", rdep_json_stack(&site));
	return o;
}

static json_t *slots(struct rdep_process *p)
{
	struct rdep_rslot *list;
	size_t i, k, n = rdep_record_slots(p->record, &list);
	json_t *a = json_array();

	for (i = 0; i < n; i++) {
		json_t *o = json_object(), *locks = json_array();
		struct rdep_mthread t = rdep_model_thread(p, list[i].slot.thread);

		t.tid = list[i].slot.tid;
		set(o, "thread", thread(&t));
		for (k = 0; k < list[i].held_count; k++)
			json_array_append_new(locks, held(p, &list[i].held[k], list[i].doubt && k + 1 == list[i].held_count));
		set(o, "held", locks);
		json_array_append_new(a, o);
	}
	rdep_record_slots_free(list, n);
	return a;
}

/* Of a record that was made from a core. */
static json_t *stands(struct rdep_process *p)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < p->record->stand_count; i++) {
		const struct rdep_stand *s = p->record->stands[i];
		struct rdep_mthread t = rdep_model_thread(p, s->thread);
		struct rdep_mstack stack = rdep_model_stack(p, s->stack);
		json_t *o = json_object();

		t.tid = s->tid;
		set(o, "thread", thread(&t));
		set(o, "signal", s->signal ? json_integer(s->signal) : json_null());
		set(o, "fault", s->flags & RDEP_STAND_FAULT ? hex(s->address) : json_null());
		set(o, "held_by_words", json_boolean(s->flags & RDEP_STAND_WORDS));
		set(o, "stack", rdep_json_stack(&stack));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *counters(const struct rdep_record *r)
{
	json_t *o = json_object();
	unsigned c;

	for (c = 0; c < RDEP_COUNTERS; c++)
		if (rdep_counter_id(c) && r->header.counters[c])
			set(o, rdep_counter_id(c),
			    json_integer((json_int_t)(r->header.counters[c] & INT64_MAX)));
	return o;
}

static json_t *process(struct rdep_report *r, struct rdep_process *p)
{
	const struct rdep_header *h = &p->record->header;
	struct rdep_arena *a = &r->arena;
	json_t *o = json_object();

	set(o, "index", json_integer((json_int_t)p->index));
	set(o, "record", json_string(rdep_clean(a, rdep_record_name(p->record), strlen(rdep_record_name(p->record)))));
	set(o, "pid", json_integer(h->pid));
	set(o, "ppid", json_integer(h->ppid));
	set(o, "program", json_string(p->name));
	set(o, "exe", text_or_null(p->exe));
	set(o, "cmdline", json_string(p->cmdline));
	set(o, "state", json_string(rdep_state_text(p)));
	set(o, "image_id", image_id(h->image_id));
	set(o, "parent_id", image_id(h->parent_id));
	set(o, "replaced_id", image_id(h->exec_id));
	set(o, "parent", p->parent ? json_integer((json_int_t)p->parent->index) : json_null());
	set(o, "replaced",
	    p->replaced ? json_integer((json_int_t)p->replaced->index) : json_null());
	set(o, "forked", json_boolean(h->forked));
	set(o, "merged", json_integer(h->merged));
	set(o, "started_ns", json_integer((json_int_t)(h->start_realtime_ns & INT64_MAX)));
	set(o, "options",
	    p->record->options
		    ? json_string(rdep_clean(a, p->record->options, p->record->options_len))
		    : json_null());
	set(o, "classes", json_integer((json_int_t)p->record->class_count));
	set(o, "dependencies", json_integer((json_int_t)p->record->edge_count));
	set(o, "stacks", json_integer((json_int_t)p->record->stack_count));
	set(o, "modules", json_integer((json_int_t)p->record->module_count));
	set(o, "threads", json_integer((json_int_t)(rdep_record_threads(p->record) & INT64_MAX)));
	set(o, "held", slots(p));
	if (p->record->stand_count)
		set(o, "stands", stands(p));
	set(o, "counters", counters(p->record));
	return o;
}

json_t *rdep_json_coverage(struct rdep_report *r)
{
	const struct rdep_coverage *c = rdep_coverage(r);
	json_t *o = json_object(), *lines = json_array(), *hooks = json_array();
	bool complete = true;
	size_t i;

	for (i = 0; i < c->count; i++) {
		const struct rdep_coverage_line *l = &c->lines[i];
		json_t *line = json_object();

		set(line, "kind", json_string(rdep_coverage_kind_id(l->kind)));
		set(line, "id", json_string(l->id));
		set(line, "text", json_string(l->text));
		set(line, "count", json_integer((json_int_t)(l->count & INT64_MAX)));
		set(line, "minor", json_boolean(l->minor));
		set(line, "process",
		    l->process ? json_integer((json_int_t)l->process->index) : json_null());
		json_array_append_new(lines, line);
		if (!l->minor && l->kind <= RDEP_COVERAGE_LOSS)
			complete = false;
	}
	for (i = 0; i < c->hook_count; i++) {
		json_t *hook = json_object();

		set(hook, "family", json_string(c->hooks[i].family));
		set(hook, "used", json_boolean(c->hooks[i].used));
		json_array_append_new(hooks, hook);
	}
	set(o, "complete", json_boolean(complete));
	set(o, "remarks", lines);
	set(o, "hooks", hooks);
	return o;
}

static json_t *summary(const struct rdep_report *r)
{
	json_t *o = json_object();
	size_t i, of[3] = {0}, suppressed = 0, known = 0;

	for (i = 0; i < r->finding_count; i++) {
		const struct rdep_mfinding *f = r->findings[i];

		of[f->severity] += rdep_stands(f);
		suppressed += f->suppressed != NULL;
		known += f->known && !f->suppressed;
	}
	set(o, "findings", json_integer((json_int_t)(of[0] + of[1] + of[2])));
	set(o, "errors", json_integer((json_int_t)of[RDEP_ERROR]));
	set(o, "warnings", json_integer((json_int_t)of[RDEP_WARNING]));
	set(o, "notes", json_integer((json_int_t)of[RDEP_NOTE_SEVERITY]));
	set(o, "processes", json_integer((json_int_t)rdep_report_processes(r)));
	set(o, "suppressed", json_integer((json_int_t)suppressed));
	set(o, "known", json_integer((json_int_t)known));
	set(o, "gone", json_integer((json_int_t)rdep_baseline_gone(&r->baseline)));
	return o;
}

/* ---- what was decided ---- */

static json_t *suppressions(struct rdep_report *r)
{
	json_t *a = json_array();
	size_t i;

	rdep_suppress_count(r);
	for (i = 0; i < r->suppressions.count; i++) {
		json_t *o = suppressed(&r->suppressions.list[i]);

		set(o, "hits", json_integer((json_int_t)r->suppressions.list[i].hits));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *gone(const struct rdep_report *r)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < r->baseline.count; i++) {
		const struct rdep_known *k = &r->baseline.list[i];

		if (!k->met)
			json_array_append_new(a, json_pack("{s:s, s:s, s:s, s:s}", "fingerprint",
							   k->fingerprint, "kind", k->kind,
							   "suppression", k->suppression, "title",
							   k->title));
	}
	return a;
}

int rdep_report_json(struct rdep_report *r, FILE *out)
{
	json_t *root = json_object(), *findings = json_array(), *classes = json_array(),
	       *processes = json_array();
	size_t i;
	int rc;

	rdep_model_join(r);
	for (i = 0; i < r->finding_count; i++)
		json_array_append_new(findings, finding(r, r->findings[i]));
	for (i = 0; i < r->process_count; i++) {
		add_classes(classes, r->processes[i]);
		json_array_append_new(processes, process(r, r->processes[i]));
	}
	set(root, "schema_version", json_integer(SCHEMA_VERSION));
	set(root, "generator", json_string("reclaimdep"));
	set(root, "summary", summary(r));
	set(root, "findings", findings);
	set(root, "suppressions", suppressions(r));
	set(root, "gone", gone(r));
	set(root, "classes", classes);
	set(root, "processes", processes);
	set(root, "coverage", rdep_json_coverage(r));
	rc = json_dumpf(root, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	fputc('\n', out);
	json_decref(root);
	fflush(out);
	return rc < 0 || ferror(out) ? -1 : 0;
}
