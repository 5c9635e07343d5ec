/* SPDX-License-Identifier: MIT */
/*
 * baseline.h - findings that are known, by fingerprint: of a saved JSON report, or of records.
 */
#ifndef RECLAIMDEP_REPORTS_BASELINE_H
#define RECLAIMDEP_REPORTS_BASELINE_H

#include "reports/util.h"

struct rdep_report;

/* What is kept of a finding. All text is clean. */
struct rdep_known {
	const char *fingerprint, *kind, *verdict, *title, *suppression;
	const char *severity;
	unsigned weight;  /* enum rdep_severity */
	unsigned certain; /* enum rdep_verdict */
	bool suppressed;
	bool met; /* a finding of that fingerprint was seen since */
};

struct rdep_baseline {
	bool given;
	struct rdep_known *list;
	size_t count;
	struct rdep_map by_fingerprint; /* hash of it -> index + 1 */
	struct rdep_arena arena;
};

/*
 * Adds the findings of path. Records are taken into the report `in`, or else into one of their own that
 * looks for modules where that does. 0, or -1 with *err, which names the file and what is wrong where.
 */
int rdep_baseline_read(struct rdep_baseline *b, const char *path, struct rdep_report *in, bool into,
		       struct rdep_error *err);
void rdep_baseline_free(struct rdep_baseline *b);

/* The one of that fingerprint, or NULL. */
struct rdep_known *rdep_baseline_find(const struct rdep_baseline *b, const char *fingerprint);
/* Is it known? It counts as met then. */
bool rdep_baseline_meet(struct rdep_baseline *b, const char *fingerprint);
/* How many were not met. */
size_t rdep_baseline_gone(const struct rdep_baseline *b);

#endif
