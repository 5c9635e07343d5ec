/* SPDX-License-Identifier: MIT */
/*
 * records.h - what the subcommands that read records have in common: their flags, and
 * taking in the files and directories that they are given.
 */
#ifndef RECLAIMDEP_TOOLS_RECORDS_H
#define RECLAIMDEP_TOOLS_RECORDS_H

#include "decide.h"
#include "outputs.h"
#include "tools.h"
#include "where.h"

/*
 * A flag of one subcommand: --name=WORD or --name WORD, without words --name=TEXT or --name TEXT, or without a value at
 * all --name.
 * '-' in what is typed is '_' in a name.
 */
struct records_flag {
	const char *name;
	const char *words; /* "a|b|c"; NULL: any text, or no value */
	int *value;	   /* gets the index of the word; 1 where there is no value */
	bool (*text)(void *to, const char *value); /* takes a text; false after saying what is wrong with it */
	void *to;
	bool bare;	   /* with words: may stand without one, for the first */
};

struct records_options {
	/* Set by the subcommand. */
	const char *formats; /* "text|json": what --format takes; the first is the default */
	int (*usage)(FILE *out);
	const struct records_flag *flags; /* of its own, ended by a name of NULL; NULL: none */
	struct outputs *outputs; /* gets --report and --source-root; NULL: no flags here */
	struct decide *decide; /* gets --suppressions and --baseline; NULL: no flags here */
	const char *unnamed;   /* what to say when nothing is named; NULL: that records are missing */
	const char **paths;    /* gets what is named, which is not read then; NULL: it is read */
	size_t path_room, path_count;
	const char **named; /* gets what is named and was read, room for all words; NULL: not wanted */
	size_t named_count;
	/* Set from the flags; fail_on is preset, and read only where it is a flag (report, diff). */
	int format; /* index into formats */
	bool format_given;
	enum rdep_fail_on fail_on;
	struct rdep_text_options text;
	struct where where; /* --sysroot and --debug-dir, which all have */
};

/* What --help says of the flags that all have, indented like those of `report`. */
#define READER_HELP                                                                                        \
	"  --pid=PID                  a process that runs, in place of a file: nothing is stopped\n" WHERE_HELP

/*
 * Reads flags and records. Returns -1 with *report, or an exit status after saying what is
 * wrong (or after --help).
 */
int records_read(struct records_options *o, int argc, char **argv, struct rdep_report **report);

#endif
