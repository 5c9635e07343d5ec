/* SPDX-License-Identifier: MIT */
/*
 * sarif.c - the report as SARIF 2.1.0, for services that show findings in the code.
 *
 * The file is kept within what such services take: what would be too much is left out, the
 * lightest findings first, and a notification says so.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "reports/coverage.h"
#include "reports/formats.h"
#include "reports/location.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
#define ROOT_ID "SRCROOT"

/* Published by code-scanning services: results of a run, bytes of a file (compressed; here of what
 * is compressed, so that it holds for any content). */
#define RESULTS_MAX 25000u
#define BYTES_MAX (10u << 20)
/* From here on results go without the stacks of their steps. */
#define BYTES_FULL (BYTES_MAX / 4 * 3)
/* What is not a result has a share of its own. */
#define BYTES_OTHER (1u << 20)
#define INVOCATIONS_MAX 500u
#define REMARKS_MAX 200u
#define COMMAND_MAX 1000
#define TEXT_MAX 2000

struct sarif {
	struct rdep_report *report;
	struct rdep_root root;
	json_t *rules;
	int rule_of[256]; /* index into rules, -1: none yet */
	bool brief;	  /* no stacks any more */
	size_t stackless, left_out, steps_left_out;
};

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

/* As JSON; n bytes at most, cut between two characters. */
static json_t *text(const char *s, size_t most)
{
	size_t n = strlen(s);

	if (n <= most)
		return json_string(s);
	for (n = most; n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
		;
	return json_sprintf("%.*s...", (int)n, s);
}

/*
 * A message is plain text, but "[text](target)" in it is a link and "{0}" a place to be filled in:
 * names may hold either.
 */
static json_t *message(const char *s)
{
	json_t *o = json_object(), *value;
	struct rdep_buf b = {0};

	for (; *s; s++) {
		if (*s == '{' && s[1] >= '0' && s[1] <= '9')
			rdep_buf_add(&b, "{ ");
		else if (*s == ']' && s[1] == '(')
			rdep_buf_add(&b, "] ");
		else
			rdep_buf_addn(&b, s, 1);
	}
	value = text(b.text ? b.text : "", TEXT_MAX);
	rdep_buf_free(&b);
	set(o, "text", value);
	return o;
}

/* ---- places ---- */

static void add_encoded(struct rdep_buf *b, const char *path)
{
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("/-._~+,=@", c))
			rdep_buf_addn(b, path, 1);
		else
			rdep_buf_printf(b, "%%%02X", c);
	}
}

static json_t *uri(const char *scheme, const char *path)
{
	struct rdep_buf b = {0};
	json_t *value;

	rdep_buf_add(&b, scheme);
	add_encoded(&b, path);
	value = json_string(b.text);
	rdep_buf_free(&b);
	return value;
}

static json_t *artifact(const struct rdep_location *l)
{
	json_t *o = json_object();

	set(o, "uri", uri(l->relative ? "" : *l->path == '/' ? "file://" : "", l->path));
	if (l->relative)
		set(o, "uriBaseId", json_string(ROOT_ID));
	return o;
}

static json_t *function_of(const struct rdep_mframe *f)
{
	json_t *list = json_array(), *o = json_object();

	set(o, "name", text(f->function, COMMAND_MAX));
	set(o, "kind", json_string("function"));
	json_array_append_new(list, o);
	return list;
}

static json_t *location(const struct rdep_location *l, json_t *said)
{
	json_t *o = json_object(), *physical, *region;

	if (l->path) {
		physical = json_object();
		set(physical, "artifactLocation", artifact(l));
		if (l->line) {
			region = json_object();
			set(region, "startLine", json_integer(l->line));
			set(physical, "region", region);
		} else if (l->frame && l->frame->module) {
			set(physical, "address",
			    json_pack("{s:I, s:s}", "relativeAddress",
				      (json_int_t)(l->frame->address & INT64_MAX), "kind", "instruction"));
		}
		set(o, "physicalLocation", physical);
	}
	if (l->frame && l->frame->function)
		set(o, "logicalLocations", function_of(l->frame));
	if (said)
		set(o, "message", said);
	return o;
}

static json_t *frame(struct sarif *s, const struct rdep_mframe *f, uint32_t thread)
{
	struct rdep_location l = rdep_locate_frame(s->report, &s->root, f);
	json_t *o = json_object();

	set(o, "location", location(&l, NULL));
	if (f->module)
		set(o, "module", text(f->module->name, COMMAND_MAX));
	if (thread)
		set(o, "threadId", json_integer(thread));
	return o;
}

static json_t *stack(struct sarif *s, const struct rdep_mstack *m, uint32_t thread)
{
	json_t *o = json_object(), *frames = json_array();
	size_t i;

	for (i = 0; i < m->count; i++)
		json_array_append_new(frames, frame(s, &m->frames[i], thread));
	set(o, "frames", frames);
	return o;
}

/* ---- flows ---- */

static json_t *step_kinds(enum rdep_step_kind kind)
{
	static const char *const words[][2] = {
		[RDEP_STEP_TAKES] = {"acquire", "lock"},
		[RDEP_STEP_WAITS] = {"acquire", "lock"},
		[RDEP_STEP_ENTERS] = {"enter", "scope"},
		[RDEP_STEP_CALLS] = {"call", "function"},
	};

	return json_pack("[s,s]", words[kind][0], words[kind][1]);
}

static json_t *step(struct sarif *s, const struct rdep_flow *flow, const struct rdep_step *step)
{
	struct rdep_location l = rdep_locate_stack(s->report, &s->root, step->stack);
	json_t *o = json_object();

	set(o, "location",
	    location(&l, message(rdep_arena_printf(&s->report->arena, "%s %s", flow->title, step->text))));
	if (step->stack->count && !s->brief)
		set(o, "stack", stack(s, step->stack, flow->thread));
	set(o, "kinds", step_kinds(step->kind));
	if (step->order)
		set(o, "executionOrder", json_integer(step->order));
	set(o, "importance", json_string("essential"));
	return o;
}

/* One threadFlow per thread of the finding. NULL when nothing is known. */
static json_t *code_flows(struct sarif *s, const struct rdep_mfinding *f)
{
	struct rdep_flows flows = rdep_flows(s->report, f);
	json_t *threads = json_array(), *flow = json_object(), *list = json_array();
	size_t i, k;

	for (i = 0; i < flows.count; i++) {
		const struct rdep_flow *one = &flows.list[i];
		json_t *o = json_object(), *steps = json_array();

		set(o, "id", json_string(one->title));
		set(o, "message", message(one->title));
		for (k = 0; k < one->count; k++)
			json_array_append_new(steps, step(s, one, &one->steps[k]));
		set(o, "locations", steps);
		json_array_append_new(threads, o);
	}
	if (flows.left_out) {
		s->steps_left_out += flows.left_out;
		set(flow, "message",
		    message(rdep_arena_printf(&s->report->arena, "%zu more steps are left out here",
					      flows.left_out)));
	}
	set(flow, "threadFlows", threads);
	json_array_append_new(list, flow);
	if (flows.count)
		return list;
	json_decref(list);
	return NULL;
}

/* ---- rules: one per kind ---- */

static const char *level(enum rdep_severity s)
{
	return s == RDEP_ERROR ? "error" : s == RDEP_WARNING ? "warning" : "note";
}

/* What a finding of any kind says by its verdict. */
static const char *verdicts_help(struct rdep_report *r, const char *item)
{
	struct rdep_buf b = {0};
	const char *copy;
	unsigned v;

	for (v = RDEP_CERTAIN; v >= RDEP_GUARDED; v--)
		rdep_buf_printf(&b, item, rdep_verdict_id(v), rdep_verdict_help(v));
	copy = rdep_arena_text(&r->arena, b.text, b.len);
	rdep_buf_free(&b);
	return copy;
}

#define RULE_HELP                                                                                  \
	"%s.\n\nEach thread's steps are in the result, and its message ends with the fix. The command " \
	"'reclaimdep help %s' explains it with an example. The verdict says how sure it is:\n"

static json_t *rule_help(struct rdep_report *r, unsigned kind)
{
	const char *what = rdep_kind_help(kind), *id = rdep_kind_id(kind);
	json_t *o = json_object();

	set(o, "text", json_sprintf(RULE_HELP "%s", what, id, verdicts_help(r, "%s: %s.\n")));
	set(o, "markdown",
	    json_sprintf(RULE_HELP "\n| verdict | meaning |\n| --- | --- |\n%s", what, id,
			 verdicts_help(r, "| %s | %s |\n")));
	return o;
}

static void add_rule(struct sarif *s, unsigned kind)
{
	const char *what = rdep_kind_help(kind);
	json_t *o = json_object();

	s->rule_of[kind] = (int)json_array_size(s->rules);
	set(o, "id", json_string(rdep_kind_id(kind)));
	set(o, "shortDescription", json_pack("{s:s}", "text", what));
	set(o, "fullDescription", json_pack("{s:o}", "text", json_sprintf("%s.", what)));
	set(o, "help", rule_help(s->report, kind));
	set(o, "defaultConfiguration",
	    json_pack("{s:s}", "level", level(rdep_severity(kind, RDEP_CERTAIN, 0))));
	set(o, "properties",
	    json_pack("{s:[s,s], s:s}", "tags", "concurrency", "deadlock", "precision", "high"));
	json_array_append_new(s->rules, o);
}

/* All that there are, so that an id stands for the same in every file. */
static void add_rules(struct sarif *s)
{
	unsigned kind;

	s->rules = json_array();
	for (kind = 0; kind < 256; kind++) {
		s->rule_of[kind] = -1;
		if (strcmp(rdep_kind_id(kind), "unknown") != 0)
			add_rule(s, kind);
	}
}

/* ---- results ---- */

/* A kind of a later version: one rule for all of these. */
static int rule_index(struct sarif *s, unsigned kind)
{
	if (s->rule_of[kind] >= 0)
		return s->rule_of[kind];
	if (s->rule_of[0] < 0)
		add_rule(s, 0);
	return s->rule_of[0];
}

static json_t *fingerprints(const struct rdep_mfinding *f)
{
	json_t *o = json_object();

	set(o, "reclaimdep/v1", json_string(f->fingerprint));
	/* By this name a service takes it for the alert's identity in place of its own. */
	set(o, "primaryLocationLineHash", json_sprintf("%s:1", f->fingerprint));
	return o;
}

static json_t *result(struct sarif *s, const struct rdep_mfinding *f)
{
	struct rdep_location at = rdep_locate(s->report, &s->root, f);
	const struct rdep_morigin *origin = f->thread.origin;
	json_t *o = json_object(), *locations = json_array(), *flows = code_flows(s, f);

	set(o, "ruleId", json_string(f->kind_id));
	set(o, "ruleIndex", json_integer(rule_index(s, f->kind)));
	set(o, "level", json_string(level(f->severity)));
	set(o, "message",
	    message(rdep_arena_printf(&s->report->arena, "%s (%s). Fix: %s.", f->title, f->verdict_id, f->fix)));
	json_array_append_new(locations, location(&at, NULL));
	set(o, "locations", locations);
	set(o, "partialFingerprints", fingerprints(f));
	if (flows)
		set(o, "codeFlows", flows);
	if (f->suppressed)
		set(o, "suppressions",
		    json_pack("[{s:s, s:s}]", "kind", "external", "justification", f->suppressed->text));
	if (s->report->baseline.given)
		set(o, "baselineState", json_string(f->known ? "unchanged" : "new"));
	set(o, "occurrenceCount", json_integer((json_int_t)(f->count ? f->count : 1)));
	set(o, "properties",
	    json_pack("{s:s, s:o, s:s, s:i, s:i}", "verdict", f->verdict_id, "suppression",
		      text(f->suppression, TEXT_MAX), "program", origin ? origin->program : f->process->name, "pid",
		      (int)((origin ? origin->pid : f->process->record->header.pid) & 0x7fffffff), "processCount",
		      (int)f->processes));
	return o;
}

static size_t size_of(const json_t *o)
{
	return json_dumpb(o, NULL, 0, JSON_COMPACT) + 1;
}

static json_t *results(struct sarif *s)
{
	const struct rdep_mfinding **list = rdep_by_weight(s->report);
	size_t i, bytes = 0, n = s->report->finding_count;
	json_t *all = json_array();

	for (i = 0; i < n; i++) {
		json_t *one = result(s, list[i]);
		size_t more = size_of(one);

		if (!s->brief && bytes + more > BYTES_FULL - BYTES_OTHER) {
			s->brief = true;
			json_decref(one);
			one = result(s, list[i]);
			more = size_of(one);
		}
		if (i >= RESULTS_MAX || bytes + more > BYTES_MAX - BYTES_OTHER) {
			json_decref(one);
			break;
		}
		bytes += more;
		s->stackless += s->brief;
		json_array_append_new(all, one);
	}
	s->left_out = n - i;
	free(list);
	return all;
}

/* ---- invocations ---- */

static json_t *notification(const char *said, const char *how)
{
	json_t *o = json_object();

	set(o, "level", json_string(how));
	set(o, "message", message(said));
	return o;
}

static void note(json_t *list, struct sarif *s, const char *format, size_t count)
{
	if (count)
		json_array_append_new(list,
				      notification(rdep_arena_printf(&s->report->arena, format, count), "warning"));
}

/* What this file leaves out, and what the run did not see or keep. */
static json_t *notifications(struct sarif *s)
{
	const struct rdep_coverage *c = rdep_coverage(s->report);
	size_t i, n = s->report->process_count, shown = 0, more = 0;
	json_t *list = json_array();

	note(list, s, "%zu findings are left out, the lightest ones, to keep within what services take: "
		      "--format=json has all", s->left_out);
	note(list, s, "%zu findings are without the stacks of their steps, to keep within what services take: "
		      "--format=json has all", s->stackless);
	note(list, s, "%zu steps of findings are left out, to keep within what services show: "
		      "--format=json has all", s->steps_left_out);
	note(list, s, "%zu more processes are not listed as invocations",
	     n > INVOCATIONS_MAX ? n - INVOCATIONS_MAX : 0);
	for (i = 0; i < c->count; i++) {
		if (c->lines[i].minor)
			continue;
		if (shown++ < REMARKS_MAX)
			json_array_append_new(list, notification(c->lines[i].text, "note"));
		else
			more++;
	}
	note(list, s, "%zu more remarks about what was not seen are left out: --format=json has all", more);
	return list;
}

static json_t *utc(uint64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000u);
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || tm.tm_year + 1900 > 9999)
		return NULL;
	return json_sprintf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			    tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ns / 1000000 % 1000));
}

static json_t *invocation(struct sarif *s, const struct rdep_process *p)
{
	const struct rdep_header *h = &p->record->header;
	const char *state = rdep_state_text(p);
	json_t *o = json_object(), *start = utc(h->start_realtime_ns);
	struct rdep_location exe;

	set(o, "executionSuccessful", json_boolean(strcmp(state, "killed") != 0));
	set(o, "exitCodeDescription", json_string(state));
	if (!h->merged)
		set(o, "processId", json_integer(h->pid));
	if (start)
		set(o, "startTimeUtc", start);
	if (*p->cmdline && !h->merged)
		set(o, "commandLine", text(p->cmdline, COMMAND_MAX));
	if (p->exe && *p->exe) {
		exe = rdep_locate_path(s->report, &s->root, p->exe);
		set(o, "executableLocation", artifact(&exe));
	}
	return o;
}

static json_t *invocations(struct sarif *s)
{
	size_t i, n = s->report->process_count;
	json_t *list = json_array();

	for (i = 0; i < n && i < INVOCATIONS_MAX; i++)
		if (!s->report->processes[i]->across)
			json_array_append_new(list, invocation(s, s->report->processes[i]));
	if (!n)
		json_array_append_new(list, json_pack("{s:b}", "executionSuccessful", 1));
	set(json_array_get(list, 0), "toolExecutionNotifications", notifications(s));
	return list;
}

static json_t *driver(struct sarif *s)
{
	json_t *o = json_object();

	set(o, "name", json_string("reclaimdep"));
	set(o, "version", json_string(PACKAGE_VERSION));
	set(o, "semanticVersion", json_string(PACKAGE_VERSION));
	set(o, "shortDescription",
	    json_pack("{s:s}", "text", "Lockdep for userspace, with memory reclaim in the graph."));
	set(o, "rules", s->rules);
	return o;
}

static json_t *run(struct sarif *s)
{
	json_t *o = json_object(), *found;

	add_rules(s);
	found = results(s);
	set(o, "tool", json_pack("{s:o}", "driver", driver(s)));
	set(o, "invocations", invocations(s));
	set(o, "originalUriBaseIds", json_pack("{s:{s:o}}", ROOT_ID, "uri", uri("file://", s->root.real)));
	set(o, "columnKind", json_string("unicodeCodePoints"));
	set(o, "results", found);
	return o;
}

int rdep_format_sarif(struct rdep_report *r, FILE *out, const struct rdep_format_options *o)
{
	struct sarif s = {.report = r};
	json_t *log = json_object();
	int rc;

	rdep_root_init(&s.root, o->source_root);
	set(log, "$schema", json_string(SCHEMA));
	set(log, "version", json_string("2.1.0"));
	set(log, "runs", json_pack("[o]", run(&s)));
	rc = json_dumpf(log, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(log);
	rdep_root_free(&s.root);
	return rc;
}
