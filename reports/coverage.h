/* SPDX-License-Identifier: MIT */
/*
 * coverage.h - what the report does not know: losses that were counted, damage of the
 * records, records that could not be read, and calls that never come by a preload.
 */
#ifndef RECLAIMDEP_REPORTS_COVERAGE_H
#define RECLAIMDEP_REPORTS_COVERAGE_H

#include "reports/model.h"

enum rdep_coverage_kind {
	RDEP_COVERAGE_UNREAD,  /* a record that could not be read */
	RDEP_COVERAGE_DAMAGE,  /* parts of a record that are not there */
	RDEP_COVERAGE_LOSS,    /* counted by the runtime */
	RDEP_COVERAGE_NOTE,    /* said by the runtime */
	RDEP_COVERAGE_MODULE,  /* calls of a module that come by no hook */
	RDEP_COVERAGE_SYMBOLS, /* a module without names */
	RDEP_COVERAGE_KINDS,
};

struct rdep_coverage_line {
	enum rdep_coverage_kind kind;
	bool minor;			    /* shown on request only */
	const struct rdep_process *process; /* NULL: of no one process */
	const char *text;
	const char *id; /* of a counter or a rule, "" when none */
	uint64_t count;
};

/* What a module's files don't tell (coverage_symbols.c): false when there is nothing to say. */
bool rdep_coverage_names(struct rdep_report *r, const struct rdep_symbol_module *m,
			 struct rdep_coverage_line *line);

struct rdep_hook_use {
	const char *family;
	bool used; /* some module imports a name of it */
};

struct rdep_coverage {
	struct rdep_coverage_line *lines;
	size_t count;
	struct rdep_hook_use *hooks;
	size_t hook_count;
};

const char *rdep_coverage_kind_id(enum rdep_coverage_kind kind);

/* Of the report as it was joined last. Lives in the report. */
const struct rdep_coverage *rdep_coverage(struct rdep_report *r);

#endif
