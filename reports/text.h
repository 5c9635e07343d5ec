/* SPDX-License-Identifier: MIT */
/* text.h - the text renderer's parts: findings, scenario, coverage. */
#ifndef RECLAIMDEP_REPORTS_TEXT_H
#define RECLAIMDEP_REPORTS_TEXT_H

#include "reports/model.h"

struct rdep_text {
	FILE *out;
	struct rdep_report *report;
	struct rdep_text_options options;
	char *here; /* the current directory with a '/' behind: cut off the paths that begin so */
};

enum rdep_paint { RDEP_PLAIN, RDEP_BOLD, RDEP_DIM, RDEP_RED, RDEP_YELLOW, RDEP_CYAN };

void rdep_text_begin(struct rdep_text *t, struct rdep_report *r, FILE *out,
		     const struct rdep_text_options *options);
void rdep_text_end(struct rdep_text *t);

/* Writes in a colour, when colour is on. */
void rdep_text_paint(struct rdep_text *t, enum rdep_paint paint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void rdep_text_stack(struct rdep_text *t, const struct rdep_mstack *s, const char *indent);

/* text.c */
/* Is the finding shown at this verbosity? */
bool rdep_text_shows(const struct rdep_text *t, const struct rdep_mfinding *f);
void rdep_text_coverage(struct rdep_text *t);
/* text_decided.c */
/* What was suppressed and what is known; all: and which suppressions and known findings nothing
 * here answers to. */
void rdep_text_decided(struct rdep_text *t, bool all);
/* The one that can be grepped. */
void rdep_text_last_line(struct rdep_text *t);
/* text_finding.c */
void rdep_text_finding(struct rdep_text *t, const struct rdep_mfinding *f);
void rdep_text_class(struct rdep_text *t, const struct rdep_mclass *c);
void rdep_text_thread(struct rdep_text *t, const struct rdep_mthread *m);
/* ", taken at", and how much of that is known. */
const char *rdep_text_held_words(const struct rdep_medge *e);
/* The parts of a dependency: what is acquired, and what is held then, each with its stack; and the whole of one. */
void rdep_text_edge_acquired(struct rdep_text *t, const struct rdep_medge *e);
void rdep_text_edge_held(struct rdep_text *t, const struct rdep_medge *e);
void rdep_text_dependency(struct rdep_text *t, const struct rdep_medge *e, size_t number, size_t count);
#define RDEP_EDGES_SHOWN 16u
/* text_signal.c: a cycle through a signal */
void rdep_text_signal(struct rdep_text *t, const struct rdep_mfinding *f);
/* text_circle.c */
void rdep_text_circle(struct rdep_text *t, const struct rdep_mfinding *f);
/* text_scenario.c */
void rdep_text_scenario(struct rdep_text *t, const struct rdep_mfinding *f);
/* text_options.c */
void rdep_text_run_options(struct rdep_text *t, const struct rdep_record *r);
void rdep_text_provoked(struct rdep_text *t);
/* text_stats.c: what stat=1 counted; nothing where it did not, unless it is asked for. */
void rdep_text_stats(struct rdep_text *t, struct rdep_process *p);
/* text_info.c */
void rdep_text_held(struct rdep_text *t, struct rdep_process *p, const char *indent);

#endif
