/* SPDX-License-Identifier: MIT */
/*
 * junit.c - the report as JUnit XML: a test suite per program. What fails the run is a test
 * case that fails, with the whole text of the finding; a program without any has one that passes.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/coverage.h"
#include "reports/formats.h"
#include "reports/location.h"
#include "reports/text.h"

struct suite {
	const char *program;
	size_t failures, processes, killed;
	const struct rdep_process *first;
};

struct junit {
	struct rdep_report *report;
	FILE *out;
	const struct rdep_format_options *options;
	struct rdep_root root;
	const struct rdep_mfinding **list; /* by weight */
	struct suite *suites;
	size_t count;
	struct rdep_map by_program; /* hash of the name -> index + 1 */
};

/* As character data or an attribute's value: what XML can't hold becomes '?'. */
static void print_xml(FILE *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '&')
			fputs("&amp;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else
			fputc((c < ' ' && c != '\n' && c != '\t') || c == 0x7f ? '?' : c, out);
	}
}

static void print_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	print_xml(out, value);
	fputc('"', out);
}

static bool is_failure(const struct junit *j, const struct rdep_mfinding *f)
{
	return rdep_stands(f) && f->severity >= (j->options->fail_on == RDEP_FAIL_WARNING ? RDEP_WARNING : RDEP_ERROR);
}

/* ---- suites ---- */

static struct suite *suite_of(struct junit *j, const struct rdep_process *p)
{
	uint64_t *at = rdep_map_put(&j->by_program, rdep_hash_text(p->name));

	if (!*at) {
		RDEP_GROW(j->suites, j->count);
		j->suites[j->count] = (struct suite){.program = p->name, .first = p};
		*at = ++j->count;
	}
	return &j->suites[*at - 1];
}

static void make_suites(struct junit *j)
{
	struct rdep_report *r = j->report;
	size_t i;

	for (i = 0; i < r->process_count; i++) {
		struct suite *s = suite_of(j, r->processes[i]);

		s->processes += rdep_model_processes(r->processes[i]);
		s->killed += strcmp(rdep_state_text(r->processes[i]), "killed") == 0;
	}
	for (i = 0; i < r->finding_count; i++)
		suite_of(j, j->list[i]->process)->failures += is_failure(j, j->list[i]);
}

/* ---- cases ---- */

/* The finding as it stands in the text report. */
static void print_text(struct junit *j, const struct rdep_mfinding *f)
{
	struct rdep_text_options plain = {.verbosity = 1};
	struct rdep_text t;
	char *text = NULL;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	if (!mem)
		return;
	rdep_text_begin(&t, j->report, mem, &plain);
	free(t.here);
	t.here = rdep_strdup(j->root.named);
	rdep_text_finding(&t, f);
	rdep_text_end(&t);
	fclose(mem);
	print_xml(j->out, text);
	free(text);
}

static void print_case_begin(struct junit *j, const struct suite *s, const char *name)
{
	fputs("    <testcase", j->out);
	print_attribute(j->out, "classname", rdep_arena_printf(&j->report->arena, "reclaimdep.%s", s->program));
	print_attribute(j->out, "name", name);
}

static void print_failure(struct junit *j, const struct suite *s, const struct rdep_mfinding *f)
{
	struct rdep_location at = rdep_locate(j->report, &j->root, f);
	struct rdep_arena *a = &j->report->arena;

	print_case_begin(j, s, rdep_arena_printf(a, "%s: %s [%s]", f->kind_id, f->title, f->fingerprint));
	if (at.line) {
		print_attribute(j->out, "file", at.path);
		fprintf(j->out, " line=\"%u\"", at.line);
	}
	fputs(" time=\"0\">\n      <failure", j->out);
	print_attribute(j->out, "type", f->kind_id);
	print_attribute(j->out, "message", rdep_arena_printf(a, "%s (%s). Fix: %s.", f->title, f->verdict_id, f->fix));
	fputc('>', j->out);
	print_text(j, f);
	fputs("</failure>\n    </testcase>\n", j->out);
}

static void print_passed(struct junit *j, const struct suite *s)
{
	print_case_begin(j, s, "no finding that fails");
	fputs(" time=\"0\"/>\n", j->out);
}

/* Findings that fail nothing: warnings in full, notes where they are asked for. */
static void print_others(struct junit *j, size_t suite)
{
	size_t i, notes = 0;

	for (i = 0; i < j->report->finding_count; i++) {
		const struct rdep_mfinding *f = j->list[i];

		if (is_failure(j, f) || suite_of(j, f->process) != &j->suites[suite])
			continue;
		if (!rdep_stands(f) && j->options->text.verbosity < 2)
			continue;
		if (f->severity > RDEP_NOTE_SEVERITY || j->options->text.verbosity >= 2) {
			print_text(j, f);
			continue;
		}
		print_xml(j->out, rdep_arena_printf(&j->report->arena, "%snote: %s: %s [%s]\n", notes++ ? "" : "\n",
						    f->kind_id, f->title, f->fingerprint));
	}
}

static void print_remarks(struct junit *j, const struct suite *s)
{
	const struct rdep_coverage *c = rdep_coverage(j->report);
	size_t i;

	fprintf(j->out, "\n%zu processes", s->processes);
	if (s->killed)
		fprintf(j->out, ", of which %zu did not end by themselves", s->killed);
	fputc('\n', j->out);
	for (i = 0; i < c->count; i++) {
		const struct rdep_coverage_line *l = &c->lines[i];
		bool here = l->process ? strcmp(l->process->name, s->program) == 0 : s == j->suites;

		if (l->minor || !here)
			continue;
		fputs("not seen: ", j->out);
		print_xml(j->out, l->text);
		fputc('\n', j->out);
	}
}

static void print_suite(struct junit *j, size_t index)
{
	const struct suite *s = &j->suites[index];
	size_t i;

	fputs("  <testsuite", j->out);
	print_attribute(j->out, "name", rdep_arena_printf(&j->report->arena, "reclaimdep.%s", s->program));
	fprintf(j->out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\" time=\"0\">\n",
		s->failures ? s->failures : 1, s->failures);
	for (i = 0; s->failures && i < j->report->finding_count; i++)
		if (is_failure(j, j->list[i]) && suite_of(j, j->list[i]->process) == s)
			print_failure(j, s, j->list[i]);
	if (!s->failures)
		print_passed(j, s);
	fputs("    <system-out>", j->out);
	print_others(j, index);
	print_remarks(j, s);
	fputs("</system-out>\n  </testsuite>\n", j->out);
}

int rdep_format_junit(struct rdep_report *r, FILE *out, const struct rdep_format_options *o)
{
	struct junit j = {.report = r, .out = out, .options = o, .list = rdep_by_weight(r)};
	size_t i, tests = 0, failures = 0;

	rdep_root_init(&j.root, o->source_root);
	make_suites(&j);
	for (i = 0; i < j.count; i++) {
		tests += j.suites[i].failures ? j.suites[i].failures : 1;
		failures += j.suites[i].failures;
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"reclaimdep\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"0\">\n",
		tests, failures);
	for (i = 0; i < j.count; i++)
		print_suite(&j, i);
	fputs("</testsuites>\n", out);
	rdep_map_free(&j.by_program);
	rdep_root_free(&j.root);
	free(j.suites);
	free(j.list);
	return 0;
}
