/* SPDX-License-Identifier: MIT */
/*
 * cmd_merge.c - `reclaimdep merge`: records of many processes, runs and machines as one.
 */
#include "tools.h"

#include <string.h>

#include "progress.h"
#include "reports/merge.h"
#include "where.h"

static int usage(FILE *out)
{
	fputs("usage: reclaimdep merge [--by-name] [--quiet] -o OUT FILE|DIR...\n\n"
	      "Makes one record of many: of several processes, runs or machines, or of merged records. It\n"
	      "finds the inversions of which one process showed one half, and another one the other.\n"
	      "The order makes no difference; a process that is in it already is not counted twice.\n\n"
	      "  -o OUT, --output=OUT       the record to write, for report, info, graph, diff, audit and merge;\n"
	      "                             it may be one of those that are read\n"
	      "  --by-name                  classes of different builds of a program are one where the names of\n"
	      "                             their variables and functions are; else only those of one build-id are\n"
	      "  --quiet                    no word about what was done\n"
	      WHERE_HELP
	      "                             (for --by-name)\n\n"
	      "Exit status: 0; 125 when a record could not be read (the others are merged) or OUT not written.\n",
	      out);
	return 0;
}

struct arguments {
	const char *out;
	bool by_name, quiet;
	struct where where;
	int count; /* of records, which are moved together from argv[1] on */
};

/* How many words the flag took, 0 when it is none, -1 after a word about it. */
static int read_flag(struct arguments *a, int argc, char **argv, int i)
{
	const char *arg = argv[i];
	int took = where_flag(&a->where, "merge", argc, argv, i);

	if (took)
		return took;
	if (!strcmp(arg, "-o") || !strcmp(arg, "--output")) {
		if (i + 1 == argc) {
			tool_say("merge: %s wants a file: -o OUT", arg);
			return -1;
		}
		a->out = argv[i + 1];
		return 2;
	}
	if (!strncmp(arg, "--output=", 9))
		a->out = arg + 9;
	else if (!strncmp(arg, "-o", 2) && arg[1] == 'o')
		a->out = arg + 2;
	else if (!strcmp(arg, "--by-name") || !strcmp(arg, "--by_name"))
		a->by_name = true;
	else if (!strcmp(arg, "--quiet") || !strcmp(arg, "-q"))
		a->quiet = true;
	else if (arg[0] == '-' && arg[1]) {
		tool_unknown_option("merge", arg, NULL);
		return -1;
	} else
		return 0;
	return 1;
}

/* arg: counts them. */
static void say_bad(void *arg, const char *text)
{
	++*(size_t *)arg;
	tool_say("merge: %s", text);
}

static void say_done(const struct rdep_merge *m, const char *out)
{
	struct rdep_merge_counts c = rdep_merge_counts(m);

	fprintf(stderr, "reclaimdep: merge: %zu processes: %zu classes, %zu dependencies, %zu findings; %zu more across processes\n",
		c.processes, c.classes, c.edges, c.findings, c.across);
	if (c.again)
		fprintf(stderr, "reclaimdep: merge: %zu records are of processes that were there already: not counted twice\n",
			c.again);
	if (c.overlapping)
		fprintf(stderr, "reclaimdep: merge: %zu merged records share some of their processes with others: what is counted "
				"is too much\n",
			c.overlapping);
	fprintf(stderr, "Next: reclaimdep report %s\n", out);
}

static int merge(const struct arguments *a, char **paths)
{
	struct rdep_report *names = a->by_name ? rdep_report_new() : NULL;
	struct rdep_merge *m = rdep_merge_new(names);
	struct rdep_error err = { "" };
	size_t bad = 0;
	int i, rc = RDEP_EXIT_TROUBLE;

	progress_begin("merge");
	if (names && !where_apply(&a->where, "merge", names))
		goto out;

	for (i = 0; i < a->count; i++) {
		if (rdep_merge_name(m, paths[i], say_bad, &bad, &err) < 0) {
			tool_say("merge: %s", err.text);
			bad++;
		}
	}
	rdep_merge_read(m, say_bad, &bad);
	progress_end();
	if (!rdep_merge_counts(m).processes) {
		tool_say("merge: there is nothing to merge: %s is not written", a->out);
	} else if (rdep_merge_write(m, a->out, false, &err) < 0) {
		tool_say("merge: %s", err.text);
	} else {
		if (!a->quiet)
			say_done(m, a->out);
		rc = bad ? RDEP_EXIT_TROUBLE : 0;
	}
out:
	progress_end();
	rdep_merge_free(m);
	rdep_report_free(names);
	return rc;
}

int rdep_cmd_merge(int argc, char **argv)
{
	struct arguments a = { 0 };
	bool flags = true;
	int i, took, rc;

	for (i = 1; i < argc; i += took) {
		took = 1;
		if (flags && !strcmp(argv[i], "--")) {
			flags = false;
			continue;
		}
		if (flags && (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")))
			return usage(stdout);
		took = flags ? read_flag(&a, argc, argv, i) : 0;
		if (took < 0)
			return RDEP_EXIT_TROUBLE;
		if (!took) {
			argv[1 + a.count++] = argv[i];
			took = 1;
		}
	}
	rc = RDEP_EXIT_TROUBLE;
	if (!a.out || !a.count) {
		tool_say("merge: %s", !a.out ? "where to? -o OUT" : "no records are named: give files (*.rdep) or directories of them");
		usage(stderr);
	} else {
		rc = merge(&a, argv + 1);
	}
	where_free(&a.where);
	return rc;
}
