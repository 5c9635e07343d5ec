/* SPDX-License-Identifier: MIT */
/* text_decided.c - what somebody decided about findings, and the last line. */
#include "reports/text.h"

#define LINES_MAX 20u /* of each list, unless all is asked for */

static size_t most(const struct rdep_text *t)
{
	return t->options.verbosity >= 2 ? (size_t)-1 : LINES_MAX;
}

static void print_left(struct rdep_text *t, size_t all)
{
	if (all > most(t))
		fprintf(t->out, "  ... and %zu more: --verbosity=2 shows them\n", all - most(t));
}

static void print_hits(struct rdep_text *t)
{
	const struct rdep_suppressions *s = &t->report->suppressions;
	size_t i, n = 0;

	for (i = 0; i < s->count; i++) {
		const struct rdep_suppression *line = &s->list[i];

		if (!line->hits)
			continue;
		if (!n)
			rdep_text_paint(t, RDEP_BOLD, "\nSuppressions that were used, with how many findings each:\n");
		if (n++ < most(t))
			fprintf(t->out, "  %zu  %s  (%s:%u)\n", line->hits, line->text, line->file,
				line->line);
	}
	print_left(t, n);
}

static void print_unused(struct rdep_text *t)
{
	const struct rdep_suppressions *s = &t->report->suppressions;
	size_t i, n = 0;

	for (i = 0; i < s->count; i++) {
		const struct rdep_suppression *line = &s->list[i];

		if (line->hits)
			continue;
		if (!n)
			rdep_text_paint(t, RDEP_BOLD, "\nSuppressions that nothing here needed:\n");
		if (n++ < most(t))
			fprintf(t->out, "  %s  (%s:%u)\n", line->text, line->file, line->line);
	}
	print_left(t, n);
}

static void print_known(struct rdep_text *t)
{
	const struct rdep_report *r = t->report;
	size_t i, n = 0;

	for (i = 0; i < r->finding_count; i++) {
		const struct rdep_mfinding *f = r->findings[i];

		if (!f->known || f->suppressed)
			continue;
		if (!n)
			rdep_text_paint(t, RDEP_BOLD, "\nStill there, as in the baseline:\n");
		if (n++ < most(t))
			fprintf(t->out, "  %s: %s: %s  (%s)\n", rdep_severity_id(f->severity),
				f->kind_id, f->title, f->fingerprint);
	}
	print_left(t, n);
}

static void print_gone(struct rdep_text *t)
{
	const struct rdep_baseline *b = &t->report->baseline;
	size_t i, n = 0;

	for (i = 0; i < b->count; i++) {
		const struct rdep_known *k = &b->list[i];

		if (k->met)
			continue;
		if (!n)
			rdep_text_paint(t, RDEP_BOLD, "\nGone since the baseline:\n");
		if (n++ < most(t))
			fprintf(t->out, "  %s: %s: %s  (%s)\n", k->severity, k->kind, k->title,
				k->fingerprint);
	}
	print_left(t, n);
}

void rdep_text_decided(struct rdep_text *t, bool all)
{
	rdep_suppress_count(t->report);
	print_hits(t);
	print_known(t);
	/* One run does not bring about what all the runs did that the files were written for. */
	if (!all && t->options.verbosity < 2)
		return;
	print_unused(t);
	print_gone(t);
}

void rdep_text_last_line(struct rdep_text *t)
{
	struct rdep_report *r = t->report;
	size_t i, of[3] = {0}, known = 0, suppressed = 0;

	for (i = 0; i < r->finding_count; i++) {
		const struct rdep_mfinding *f = r->findings[i];

		suppressed += f->suppressed != NULL;
		known += f->known && !f->suppressed;
		of[f->severity] += rdep_stands(f);
	}
	fprintf(t->out, "reclaimdep: %zu findings (%zu errors, %zu warnings, %zu notes) in %zu processes",
		of[0] + of[1] + of[2], of[RDEP_ERROR], of[RDEP_WARNING],
		of[RDEP_NOTE_SEVERITY], rdep_report_processes(r));
	if (r->suppressions.count)
		fprintf(t->out, "; %zu suppressed", suppressed);
	if (r->baseline.given)
		fprintf(t->out, "; %zu still there, %zu gone", known, rdep_baseline_gone(&r->baseline));
	fputc('\n', t->out);
}
