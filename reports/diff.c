/* SPDX-License-Identifier: MIT */
/* diff.c - what two sets of findings have, and have not, in common: by fingerprint. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "reports/text.h"

struct rdep_diff {
	struct rdep_baseline base, new;
};

enum side { SIDE_NEW, SIDE_STILL, SIDE_GONE, SIDES };

/* Suppressed ones are not new. */
static bool is_on(const struct rdep_diff *d, const struct rdep_known *k, enum side side)
{
	if (side == SIDE_GONE)
		return !k->met;
	return !k->suppressed && (side == SIDE_STILL) == !!rdep_baseline_find(&d->base, k->fingerprint);
}

static const struct rdep_baseline *list_of(const struct rdep_diff *d, enum side side)
{
	return side == SIDE_GONE ? &d->base : &d->new;
}

static size_t count(const struct rdep_diff *d, enum side side)
{
	const struct rdep_baseline *b = list_of(d, side);
	size_t i, n = 0;

	for (i = 0; i < b->count; i++)
		n += is_on(d, &b->list[i], side);
	return n;
}

static size_t count_suppressed(const struct rdep_diff *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->new.count; i++)
		n += d->new.list[i].suppressed;
	return n;
}

struct rdep_diff *rdep_diff(const char *base, const char *new, struct rdep_report *in,
			    struct rdep_error *err)
{
	struct rdep_diff *d = rdep_alloc(sizeof(*d));
	size_t i;

	if (rdep_baseline_read(&d->base, base, in, false, err) < 0 ||
	    rdep_baseline_read(&d->new, new, in, true, err) < 0) {
		rdep_diff_free(d);
		return NULL;
	}
	for (i = 0; i < d->new.count; i++) {
		struct rdep_known *k = &d->new.list[i];

		/* A JSON report has no stacks here that a pattern could match. */
		k->suppressed |= !!rdep_suppress_exact(&in->suppressions, k->suppression);
		rdep_baseline_meet(&d->base, k->fingerprint);
	}
	return d;
}

void rdep_diff_free(struct rdep_diff *d)
{
	if (!d)
		return;
	rdep_baseline_free(&d->base);
	rdep_baseline_free(&d->new);
	free(d);
}

bool rdep_diff_fails(const struct rdep_diff *d, enum rdep_fail_on line)
{
	size_t i;

	for (i = 0; i < d->new.count; i++) {
		const struct rdep_known *k = &d->new.list[i];

		if (is_on(d, k, SIDE_NEW) &&
		    rdep_fails((enum rdep_severity)k->weight, k->certain, line))
			return true;
	}
	return false;
}

static void print_side(struct rdep_text *t, const struct rdep_diff *d, enum side side,
		       const char *heading, const char *mark, enum rdep_paint paint)
{
	const struct rdep_baseline *b = list_of(d, side);
	size_t i, n = count(d, side);

	if (!n)
		return;
	rdep_text_paint(t, RDEP_BOLD, "%s (%zu):\n", heading, n);
	for (i = 0; i < b->count; i++) {
		const struct rdep_known *k = &b->list[i], *was;

		if (!is_on(d, k, side))
			continue;
		was = side == SIDE_STILL ? rdep_baseline_find(&d->base, k->fingerprint) : NULL;
		rdep_text_paint(t, paint, "%s %s: %s: ", mark, k->severity, k->kind);
		fprintf(t->out, "%s (%s%s%s)\n", k->title, k->verdict,
			was && strcmp(was->verdict, k->verdict) ? ", was " : "",
			was && strcmp(was->verdict, k->verdict) ? was->verdict : "");
		fprintf(t->out, "    Fingerprint: %s\n    Suppression: %s\n", k->fingerprint,
			k->suppression);
	}
	fputc('\n', t->out);
}

int rdep_diff_text(struct rdep_diff *d, FILE *out, const struct rdep_text_options *options)
{
	struct rdep_text t = {.out = out, .options = *options};

	print_side(&t, d, SIDE_NEW, "New", "+", RDEP_RED);
	if (options->verbosity >= 1) {
		print_side(&t, d, SIDE_GONE, "Gone", "-", RDEP_CYAN);
		print_side(&t, d, SIDE_STILL, "Still there", " ", RDEP_PLAIN);
	}
	fprintf(out, "reclaimdep: %zu new, %zu gone, %zu still there, %zu suppressed\n",
		count(d, SIDE_NEW), count(d, SIDE_GONE), count(d, SIDE_STILL), count_suppressed(d));
	fflush(out);
	return ferror(out) ? -1 : 0;
}

static json_t *side_json(const struct rdep_diff *d, enum side side)
{
	const struct rdep_baseline *b = list_of(d, side);
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < b->count; i++) {
		const struct rdep_known *k = &b->list[i];

		if (is_on(d, k, side))
			json_array_append_new(
				a, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kind", k->kind,
					     "verdict", k->verdict, "severity", k->severity,
					     "fingerprint", k->fingerprint, "suppression",
					     k->suppression, "title", k->title));
	}
	return a;
}

int rdep_diff_json(struct rdep_diff *d, FILE *out)
{
	json_t *root = json_pack("{s:i, s:s, s:{s:I, s:I, s:I, s:I}, s:o, s:o, s:o}", "schema_version",
				 1, "generator", "reclaimdep", "summary", "new",
				 (json_int_t)count(d, SIDE_NEW), "gone",
				 (json_int_t)count(d, SIDE_GONE), "still",
				 (json_int_t)count(d, SIDE_STILL), "suppressed",
				 (json_int_t)count_suppressed(d), "new", side_json(d, SIDE_NEW),
				 "gone", side_json(d, SIDE_GONE), "still",
				 side_json(d, SIDE_STILL));
	int rc = json_dumpf(root, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);

	fputc('\n', out);
	json_decref(root);
	fflush(out);
	return rc < 0 || ferror(out) ? -1 : 0;
}
