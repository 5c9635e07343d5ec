/* SPDX-License-Identifier: MIT */
/* html_finding.c - the findings of the page, in the words of the text report; see html.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/html.h"
#include "reports/svg.h"

#define FINDINGS_SHOWN 500u /* in full */
#define FINDINGS_OPEN 10u
#define COLUMNS_MAX 4u

/* ---- how it deadlocks ---- */

static void print_columns(struct rdep_page *p, const struct rdep_column *columns, size_t n)
{
	struct rdep_cell *cells = rdep_alloc(2 * n * sizeof(*cells));
	size_t i, k, count = rdep_text_cells(columns, n, cells);

	rdep_page_tags(p, "<table><thead><tr>");
	for (i = 0; i < n; i++) {
		rdep_page_tags(p, "<th scope=\"col\">");
		rdep_page_words(p, "%s", columns[i].title);
		rdep_page_tags(p, "</th>");
	}
	rdep_page_tags(p, "</tr></thead><tbody>\n");
	for (i = 0; i < count; i++) {
		rdep_page_tags(p, "<tr>");
		for (k = 0; k < n; k++) {
			rdep_page_tags(p, "<td>");
			if (k == cells[i].column)
				rdep_page_words(p, "%s", cells[i].text);
			rdep_page_tags(p, "</td>");
		}
		rdep_page_tags(p, "</tr>\n");
	}
	rdep_page_tags(p, "</tbody></table>\n");
	free(cells);
}

/* One below the other: too many sides. */
static void print_rows(struct rdep_page *p, const struct rdep_column *columns, size_t n)
{
	size_t i;

	rdep_page_tags(p, "<dl>");
	for (i = 0; i < n; i++) {
		rdep_page_tags(p, "<dt>");
		rdep_page_words(p, "%s", columns[i].title);
		rdep_page_tags(p, "</dt>");
		if (*columns[i].has) {
			rdep_page_tags(p, "<dd>");
			rdep_page_words(p, "%s", columns[i].has);
			rdep_page_tags(p, "</dd>");
		}
		rdep_page_tags(p, "<dd>");
		rdep_page_words(p, "%s", columns[i].wants);
		rdep_page_tags(p, "</dd>\n");
	}
	rdep_page_tags(p, "</dl>\n");
}

static void print_scenario(struct rdep_page *p, const struct rdep_mfinding *f)
{
	size_t n;
	struct rdep_column *columns = rdep_text_columns(&p->text, f, &n);

	if (!columns)
		return;
	rdep_page_tags(p, "<div class=\"how\"><div class=\"scenario\"><h4>%s</h4>\n", rdep_text_scenario_title(f));
	if (n <= COLUMNS_MAX)
		print_columns(p, columns, n);
	else
		print_rows(p, columns, n);
	rdep_page_tags(p, "<p class=\"deadlock\">*** DEADLOCK ***</p></div>\n<figure>");
	rdep_svg_cycle(p->out, p->report, f);
	if (f->edge_count)
		rdep_page_tags(p, "<figcaption class=\"script\"><a href=\"#cycle=%s\">Show it in the graph</a></figcaption>",
			       f->fingerprint);
	rdep_page_tags(p, "</figure></div>\n");
	free(columns);
}

/* ---- one finding ---- */

static void print_body(struct rdep_page *p, const struct rdep_mfinding *f)
{
	rdep_page_tags(p, "<p class=\"verdict\"><b>%s:</b> ", f->verdict_id);
	rdep_page_words(p, "%s", rdep_text_verdict(f));
	rdep_page_tags(p, "</p>\n<p class=\"who plain\">");
	rdep_text_occurrence(&p->text, f);
	rdep_page_tags(p, "</p>\n");
	print_scenario(p, f);
	rdep_page_tags(p, "<p class=\"fix\"><b>Fix:</b> ");
	rdep_page_words(p, "%s.", f->fix);
	rdep_page_tags(p, "</p>\n<div class=\"plain\">");
	rdep_text_body(&p->text, f);
	rdep_page_tags(p, "</div>\n<dl class=\"ids\"><dt>Suppression</dt><dd><code>");
	rdep_page_words(p, "%s", f->suppression);
	rdep_page_tags(p, "</code></dd><dt>Fingerprint</dt><dd><code>%s</code></dd><dt>Explained by</dt><dd><code>"
			  "reclaimdep help %s</code></dd></dl>\n",
		       f->fingerprint, f->kind_id);
}

static void print_finding(struct rdep_page *p, const struct rdep_mfinding *f, bool open)
{
	const char *severity = rdep_severity_id(f->severity);

	p->process = f->process;
	rdep_page_tags(p,
		       "<article class=\"finding %s%s\" id=\"f-%s\" data-severity=\"%s\">\n<details%s><summary>"
		       "<span class=\"severity\">%s</span> <span class=\"kind\">%s</span> <span class=\"verdict-id\">%s</span>%s <h3>",
		       severity, rdep_stands(f) ? "" : " decided", f->fingerprint, severity, open ? " open" : "", severity,
		       f->kind_id, f->verdict_id,
		       f->suppressed ? " <span class=\"mark\">suppressed</span>"
		       : f->known    ? " <span class=\"mark\">known</span>"
				     : "");
	rdep_page_words(p, "%s", f->title);
	rdep_page_tags(p, "</h3></summary>\n<div class=\"inside\">\n");
	print_body(p, f);
	rdep_page_tags(p, "</div>\n</details>\n</article>\n");
	p->process = NULL;
}

static void print_line(struct rdep_page *p, const struct rdep_mfinding *f)
{
	rdep_page_tags(p, "<li id=\"f-%s\">", f->fingerprint);
	rdep_page_words(p, "%s: %s: %s (%s)", rdep_severity_id(f->severity), f->kind_id, f->title, f->fingerprint);
	rdep_page_tags(p, "</li>\n");
}

/* Nobody is told that all is well who did not look at anything. */
static void print_none(struct rdep_page *p)
{
	size_t i, edges = 0, classes = 0, processes = rdep_report_processes(p->report);

	for (i = 0; i < p->report->process_count; i++) {
		const struct rdep_process *process = p->report->processes[i];

		if (process->covered || process->across)
			continue;
		edges += process->record->edge_count;
		classes += process->record->class_count;
	}
	rdep_page_tags(p,
		       "<div class=\"none\"><p><b>No findings.</b></p><p>%zu process%s, %zu classes of locks and %zu dependencies "
		       "between them were looked at. <a href=\"#coverage\">What was not seen</a> is told, too.</p></div>\n",
		       processes, processes == 1 ? "" : "es", classes, edges);
}

void rdep_page_findings(struct rdep_page *p)
{
	const struct rdep_mfinding **list = rdep_by_weight(p->report);
	size_t i, n = p->report->finding_count, open = 0;

	rdep_page_tags(p, "<section id=\"findings\" aria-label=\"Findings\">\n<h2>Findings</h2>\n<div id=\"sift\"></div>\n");
	if (!n)
		print_none(p);
	for (i = 0; i < n && i < FINDINGS_SHOWN; i++)
		print_finding(p, list[i],
			      rdep_stands(list[i]) && list[i]->severity > RDEP_NOTE_SEVERITY && open++ < FINDINGS_OPEN);
	if (i < n)
		rdep_page_tags(p, "<h3>%zu more (--format=json has all of them)</h3>\n<ul>\n", n - i);
	for (; i < n; i++)
		print_line(p, list[i]);
	if (n > FINDINGS_SHOWN)
		rdep_page_tags(p, "</ul>\n");
	rdep_page_tags(p, "<div class=\"plain decided\">");
	rdep_text_decided(&p->text, true);
	rdep_page_tags(p, "</div>\n</section>\n");
	free(list);
}
