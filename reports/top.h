/* SPDX-License-Identifier: MIT */
/*
 * top.h - the classes of processes that run, again and again: what happened since the last time.
 */
#ifndef RECLAIMDEP_REPORTS_TOP_H
#define RECLAIMDEP_REPORTS_TOP_H

#include "reports/reports.h"

struct rdep_top;

/* Of the processes in that report, which must live longer. */
struct rdep_top *rdep_top_new(struct rdep_report *r);
void rdep_top_free(struct rdep_top *t);

/* Looks at them now. What is shown is the difference to the look before; to the start, the first time. */
void rdep_top_sample(struct rdep_top *t);

/* Does one of them run? As of the last look. */
bool rdep_top_runs(const struct rdep_top *t);

struct rdep_top_view {
	enum rdep_stats_key key;
	unsigned columns, lines; /* of the window; 0: without bound */
	bool color;
	double interval; /* seconds, to be told; 0: not */
	const char *keys; /* what can be typed; NULL: nothing can */
};

/* Writes what was seen, a line each, at most as many as there is room for. */
void rdep_top_print(struct rdep_top *t, FILE *out, const struct rdep_top_view *v);

#endif
