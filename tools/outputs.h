/* SPDX-License-Identifier: MIT */
/*
 * outputs.h - the reports that are asked for by --report=FORMAT[:FILE], of a run and of
 * `reclaimdep report` alike.
 */
#ifndef RECLAIMDEP_TOOLS_OUTPUTS_H
#define RECLAIMDEP_TOOLS_OUTPUTS_H

#include "tools.h"

struct output {
	const struct rdep_format *format;
	char *file; /* "-": the standard output */
	FILE *out;	  /* open; NULL before outputs_open() */
};

struct outputs {
	struct output *list;
	size_t count;
	const char *source_root; /* of --source-root, NULL: not given */
};

/*
 * argv[i], when it is --report, --source-root or --gen-suppressions[=FILE] ('-' or '_'): returns how
 * many words it took (1 or 2), 0 when it is another flag, -1 after saying what is wrong. `command` is
 * who says it.
 */
int outputs_flag(struct outputs *o, const char *command, int argc, char **argv, int i);

/* One more, to the standard output. */
void outputs_add(struct outputs *o, const struct rdep_format *format, const char *file);

/*
 * Opens all files. Before the work is done, so that a name that can't be written is told at once.
 * program: of a run, for %p and its like in the names, as in output=; else NULL. False after saying
 * which can't be opened, and why.
 */
bool outputs_open(struct outputs *o, const char *command, const char *program);

/* Empties them: what is there from now on is of this run. Not before a baseline was read, which may be
 * one of them. */
void outputs_empty(struct outputs *o);

/* Writes and closes each. text: of the report that goes to the standard output; files get no colour.
 * False after saying which could not be written. */
bool outputs_write(struct outputs *o, const char *command, struct rdep_report *r,
		   const struct rdep_text_options *text, enum rdep_fail_on fail_on);

void outputs_free(struct outputs *o);

/* The table of formats, for people. */
void outputs_list(FILE *out);

#endif
