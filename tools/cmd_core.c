/* SPDX-License-Identifier: MIT */
/*
 * cmd_core.c - `reclaimdep core`: what a core dump of a process that ran under reclaimdep tells.
 */
#include "tools.h"

#include <stdlib.h>
#include <string.h>

#include "outputs.h"
#include "progress.h"
#include "records.h"
#include "where.h"

static int usage(FILE *out)
{
	fprintf(out,
		"usage: reclaimdep core CORE [RECORD|DIR] [--exe=FILE] [--output=FILE] [--format=FORMAT]\n"
		"                       [--report=FORMAT:FILE]... [--source-root=DIR]\n"
		"                       [--suppressions=FILE]... [--baseline=FILE|DIR] [--gen-suppressions]\n"
		"                       [--fail_on=certain|possible|warning|never] [--quiet]\n"
		"                       [--verbosity=0|1|2] [--color=auto|always|never]\n\n"
		"Reports of a core dump as `reclaimdep report` does of a record: findings, what each thread\n"
		"held and waited for, and its whole stack. The process's record is read as well where it is\n"
		"named, by itself or among others in a directory, or still lies where the process wrote it;\n"
		"else it is rebuilt from the process's memory.\n\n"
		"  --exe=FILE                 the program, if it is not where the core says; it has to be the\n"
		"                             same build, as every file that is used\n"
		"  --output=FILE              also leaves the whole as a record: for report, info, graph, audit\n"
		"  --format=%s\n"
		"                             to the standard output, as text unless it is said\n"
		"  --report=FORMAT:FILE       to a file, as often as wanted\n"
		"  --gen-suppressions         prints suppressions for all findings that stand\n" WHERE_HELP "\n",
		rdep_format_words());
	outputs_list(out);
	fputs("\nExit status: 0; 66 when a finding at or above fail_on (possible) stands; 125 when the core\n"
	      "can't be read, is of a process without reclaimdep, or a report can't be written.\n",
	      out);
	return 0;
}

/* --exe FILE and --output FILE: how many words it took, 0 when it is neither, -1 after a word about
 * it. */
static int own_flag(struct rdep_core_options *o, int argc, char **argv, int i)
{
	static const char *const names[] = {"--exe", "--output"};
	const char **const values[] = {&o->exe, &o->output};
	size_t k;

	for (k = 0; k < 2; k++) {
		size_t n = strlen(names[k]);

		if (strncmp(argv[i], names[k], n) != 0 || (argv[i][n] && argv[i][n] != '='))
			continue;
		if (argv[i][n] == '=' && argv[i][n + 1]) {
			*values[k] = argv[i] + n + 1;
			return 1;
		}
		if (!argv[i][n] && i + 1 < argc && argv[i + 1][0]) {
			*values[k] = argv[i + 1];
			return 2;
		}
		tool_say("core: %s: a file is missing", names[k]);
		return -1;
	}
	return 0;
}

/* Takes the command's own flags out of argv. False after saying what is wrong. */
static bool take_own(struct rdep_core_options *o, int *argc, char **argv)
{
	int i, n = 1, took;
	bool flags = true;

	for (i = 1; i < *argc; i += took ? took : 1) {
		if (!strcmp(argv[i], "--"))
			flags = false;
		took = flags ? own_flag(o, *argc, argv, i) : 0;
		if (took < 0)
			return false;
		if (!took)
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	*argc = n;
	return true;
}

/* In a report for people they stand on top of it; where that is for programs, what went wrong is
 * said aside. */
static void say_lines(const struct rdep_report *r, bool people, bool quiet)
{
	const char *line;
	size_t i;

	for (i = 0; !quiet && (line = rdep_report_core_line(r, i)); i++) {
		if (people)
			puts(line);
		else
			tool_say("%s", line);
	}
	if (people && !quiet)
		fflush(stdout);
}

/* Does text go to the standard output? */
static bool is_for_people(const struct outputs *o)
{
	size_t i;

	for (i = 0; i < o->count; i++)
		if (!strcmp(o->list[i].file, "-") && !strcmp(o->list[i].format->name, "text"))
			return true;
	return false;
}

int rdep_cmd_core(int argc, char **argv)
{
	const char *paths[2] = {NULL, NULL};
	struct outputs outputs = {0};
	struct decide decide = {0};
	struct rdep_core_options core = {0};
	struct records_options o = {.formats = rdep_format_words(),
				    .fail_on = RDEP_FAIL_POSSIBLE,
				    .usage = usage,
				    .outputs = &outputs,
				    .decide = &decide,
				    .paths = paths,
				    .path_room = 2,
				    .unnamed = "no core is named: give the core dump, and the "
					       "process's record if it is at hand"};
	struct rdep_report *r = NULL;
	struct rdep_error err = {""};
	int rc = RDEP_EXIT_TROUBLE;

	if (!take_own(&core, &argc, argv))
		goto out;
	rc = records_read(&o, argc, argv, &r);
	if (rc >= 0)
		goto out;
	rc = RDEP_EXIT_TROUBLE;
	core.record = paths[1];
	if (o.format_given || !outputs.count)
		outputs_add(&outputs, rdep_format((size_t)o.format), "-");
	progress_begin("core");
	if (rdep_report_add_core(r, paths[0], &core, &err) < 0) {
		progress_end();
		tool_say("core: %s", err.text);
	} else if (outputs_open(&outputs, "core", NULL)) {
		outputs_empty(&outputs);
		progress_output();
		say_lines(r, is_for_people(&outputs), !o.text.verbosity);
		if (outputs_write(&outputs, "core", r, &o.text, o.fail_on))
			rc = rdep_report_fails(r, o.fail_on) ? RDEP_EXIT_FINDING : 0;
	}
	progress_end();
out:
	rdep_report_free(r);
	outputs_free(&outputs);
	decide_free(&decide);
	return rc;
}
