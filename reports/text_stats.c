/* SPDX-License-Identifier: MIT */
/* text_stats.c - what stat=1 counted, as a table: for `reclaimdep info`. */
#include <stdlib.h>
#include <string.h>
#include "reports/stats.h"
#include "reports/text.h"

#define CLASSES_SHOWN 10u

static void print_count(struct rdep_text *t, const struct rdep_mstat *m, const struct rdep_stat *s)
{
	fprintf(t->out, "    %12llu ", (unsigned long long)s->acquisitions);
	if (rdep_stats_sees_contention(m->cls))
		fprintf(t->out, "%10llu %5.1f%%", (unsigned long long)s->contended,
			s->acquisitions ? 100.0 * (double)s->contended / (double)s->acquisitions : 0.0);
	else
		fprintf(t->out, "%10s %6s", "-", "-");
}

static void print_times(struct rdep_text *t, const struct rdep_stat *s)
{
	char buf[RDEP_TIME_MAX];

	fprintf(t->out, " %8s", s->contended ? rdep_time_text(buf, s->wait_ns) : "-");
	fprintf(t->out, " %8s", s->contended ? rdep_time_text(buf, s->wait_ns / s->contended) : "-");
	fprintf(t->out, " %8s", s->contended ? rdep_time_text(buf, s->wait_max_ns) : "-");
	fprintf(t->out, " %8s", s->hold_ns ? rdep_time_text(buf, s->hold_ns / s->acquisitions) : "-");
	fprintf(t->out, " %8s  ", s->hold_ns ? rdep_time_text(buf, s->hold_max_ns) : "-");
}

static void print_row(struct rdep_text *t, const struct rdep_mstat *m, const struct rdep_stat *s, const char *mode)
{
	print_count(t, m, s);
	print_times(t, s);
	rdep_text_paint(t, RDEP_BOLD, "%s", m->cls->name);
	fprintf(t->out, " (%s%s)\n", m->cls->kind, mode);
}

static void print_longest(struct rdep_text *t, const struct rdep_mstat *m)
{
	char buf[RDEP_TIME_MAX];
	const char *site = m->all.contended ? rdep_stats_site(m->process, m->all.wait_site) : NULL;

	if (site)
		fprintf(t->out, "      longest wait %s: called from %s\n", rdep_time_text(buf, m->all.wait_max_ns), site);
	site = rdep_stats_site(m->process, m->all.hold_site);
	if (site)
		fprintf(t->out, "      longest hold %s: taken in %s\n", rdep_time_text(buf, m->all.hold_max_ns), site);
}

static void print_class(struct rdep_text *t, const struct rdep_mstat *m)
{
	bool shared = m->raw.of[1].acquisitions, exclusive = m->raw.of[0].acquisitions;

	if (exclusive || !shared)
		print_row(t, m, &m->raw.of[0], shared ? ", exclusive" : "");
	if (shared)
		print_row(t, m, &m->raw.of[1], ", shared");
	print_longest(t, m);
}

/* Those that were taken come first, but by name. */
static size_t only_counted(struct rdep_mstat *list, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		if (list[i].all.acquisitions)
			list[k++] = list[i];
	return k;
}

void rdep_text_stats(struct rdep_text *t, struct rdep_process *p)
{
	enum rdep_stats_key key = t->options.classes ? (enum rdep_stats_key)(t->options.classes - 1) : RDEP_STATS_WAIT;
	struct rdep_mstat *list;
	size_t i, n;

	if (!rdep_record_counts(p->record)) {
		if (t->options.classes)
			fputs("  statistics none: the run had stat=0; stat=1 counts acquisitions, waits and holds\n", t->out);
		return;
	}
	n = rdep_stats(p, &list);
	n = only_counted(list, n);
	rdep_stats_sort(list, n, key);
	fprintf(t->out, "  statistics of %zu classes that were taken%s\n", n, n ? ":" : "");
	if (n)
		fprintf(t->out, "    %12s %10s %6s %8s %8s %8s %8s %8s  %s\n", "acquired", "contended", "", "waited",
			"average", "longest", "hold avg", "longest", "class");
	for (i = 0; i < n && (i < CLASSES_SHOWN || t->options.classes || t->options.verbosity >= 2); i++)
		print_class(t, &list[i]);
	if (i < n)
		fprintf(t->out, "    ... and %zu more: --classes shows them\n", n - i);
	free(list);
}
