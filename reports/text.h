/* SPDX-License-Identifier: MIT */
/* text.h - the text renderer's parts: findings, scenario, coverage. */
#ifndef RECLAIMDEP_REPORTS_TEXT_H
#define RECLAIMDEP_REPORTS_TEXT_H

#include "reports/model.h"

struct rdep_text;

/*
 * Where text is to be more than text (a page): these are called instead of printing, between what is printed to
 * `out`.
 */
struct rdep_rich {
	void (*paint)(struct rdep_text *t, int paint, const char *text);
	void (*class)(struct rdep_text *t, const struct rdep_mclass *c); /* its name */
	/* Frames [first, end) are those that tell something. */
	void (*stack)(struct rdep_text *t, const struct rdep_mstack *s, size_t first, size_t end);
};

struct rdep_text {
	const struct rdep_rich *rich; /* NULL: text alone */
	void *page;		      /* the rich one's */
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
/* The module of a frame, and what is not known of it: "(libc.so.6+0x12)"; "" for a signal. */
const char *rdep_text_module(struct rdep_report *r, const struct rdep_mframe *f);
/* The frames [first, end) of a stack that tell people something. */
void rdep_text_telling(const struct rdep_mstack *s, size_t *first, size_t *end);
/* What a stack lacks at its end, by its flags; "": nothing. And one that has no frames. */
const char *rdep_text_stack_end(unsigned flags);
/* Of one without frames. */
const char *rdep_text_no_stack(unsigned flags);
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
/* The parts of it: what its verdict means for it; in which process and thread, how often, and what was decided about
 * it; and all stacks and words up to the fix. Rich text has no scenario in there. */
const char *rdep_text_verdict(const struct rdep_mfinding *f);
void rdep_text_occurrence(struct rdep_text *t, const struct rdep_mfinding *f);
void rdep_text_body(struct rdep_text *t, const struct rdep_mfinding *f);
/* ", by an allocation through malloc() with GFP_KERNEL": of a dependency that leads into a domain. */
void rdep_text_allocation(struct rdep_text *t, const struct rdep_medge *e);
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
/* What a side does in it: it has one thing ("": nothing that it did), and comes to want another. */
struct rdep_column {
	const char *title, *has, *wants;
	bool in_domain, into_domain; /* runs in a domain; enters one */
};
/* The sides, from left to right; malloc'd. NULL: there is no scenario. */
struct rdep_column *rdep_text_columns(struct rdep_text *t, const struct rdep_mfinding *f, size_t *n);
/* What they do, in the order of time: at most two for each column. */
struct rdep_cell {
	size_t column;
	const char *text;
};
size_t rdep_text_cells(const struct rdep_column *columns, size_t n, struct rdep_cell *cells);
/* "thread 2 (reader)"; of a merged record with the process before it. */
const char *rdep_text_thread_name(struct rdep_arena *a, const struct rdep_mthread *t);
/* "How it deadlocks". */
const char *rdep_text_scenario_title(const struct rdep_mfinding *f);
/* text_options.c */
void rdep_text_run_options(struct rdep_text *t, const struct rdep_record *r);
void rdep_text_provoked(struct rdep_text *t);
/* text_stats.c: what stat=1 counted; nothing where it did not, unless it is asked for. */
void rdep_text_stats(struct rdep_text *t, struct rdep_process *p);
/* text_info.c */
/* All that `info` tells of a process. */
void rdep_text_record(struct rdep_text *t, struct rdep_process *p);
void rdep_text_held(struct rdep_text *t, struct rdep_process *p, const char *indent);

#endif
