/* SPDX-License-Identifier: MIT */
/*
 * html.h - the parts of the page: what format html writes, and `graph --format=html`.
 *
 * One file, without anything to fetch: its policy forbids that, and names the one script and the one style
 * that may be in it by their sums. Findings, coverage and processes are plain HTML; the graph is data
 * (html_data.c) that the script (html/) draws. All text is escaped where it is printed: `words` does it for
 * what the text report's parts print (text.h), markup.h for the rest.
 */
#ifndef RECLAIMDEP_REPORTS_HTML_H
#define RECLAIMDEP_REPORTS_HTML_H

#include "reports/graph.h"
#include "reports/location.h"
#include "reports/text.h"

struct rdep_page {
	FILE *out;   /* markup */
	FILE *words; /* what is printed here gets escaped into `out`: flushed before markup is */
	struct rdep_report *report;
	struct rdep_graph *graph;
	struct rdep_text text; /* prints to `words` */
	struct rdep_root root;
	const char *source_root; /* as given, or NULL */
	const struct rdep_process *process; /* whose classes the text is about now */
	size_t sources;			    /* places whose lines were shown */
};

/* Formatted text, escaped. */
void rdep_page_words(struct rdep_page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Markup. */
void rdep_page_tags(struct rdep_page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* html_finding.c: all findings, the weightiest first. */
void rdep_page_findings(struct rdep_page *p);
/* html_stack.c: a stack with the lines of its sources, for struct rdep_rich. */
void rdep_page_stack(struct rdep_text *t, const struct rdep_mstack *s, size_t first, size_t end);
/* html_data.c: the graph as data. */
void rdep_page_data(struct rdep_page *p);

#endif
