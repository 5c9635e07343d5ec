/* SPDX-License-Identifier: MIT */
/*
 * cmd_report.c - `reclaimdep report`: the findings of records, in the formats of formats.def.
 */
#include "tools.h"

#include <stdlib.h>

#include "outputs.h"
#include "progress.h"
#include "records.h"

static int usage(FILE *out)
{
	fprintf(out,
		"usage: reclaimdep report [--format=FORMAT] [--report=FORMAT:FILE]... [--source-root=DIR]\n"
		"                         [--suppressions=FILE]... [--baseline=FILE|DIR] [--gen-suppressions]\n"
		"                         [--merge[=exact|by-name]] [--fail_on=certain|possible|warning|never] [--quiet]\n"
		"                         [--verbosity=0|1|2] [--color=auto|always|never] FILE|DIR...\n\n"
		"Prints the findings of records, or of all records in directories, each once.\n\n"
		"  --format=%s\n"
		"                             to the standard output, as text unless it is said\n"
		"  --report=FORMAT:FILE       to a file, as often as wanted; FORMAT or FORMAT:- to the\n"
		"                             standard output\n"
		"  --source-root=DIR          the directory that paths of sources are told from (the\n"
		"                             current one): in formats for machines, and in html, which looks\n"
		"                             for sources there that are not where they were built\n"
		"  --suppressions=FILE        lines of kind:pattern; findings that one applies to are counted,\n"
		"                             not shown, and fail nothing; as often as wanted\n"
		"  --gen-suppressions         prints such lines for all findings that stand\n"
		"  --baseline=FILE|DIR        a saved JSON report, or records: findings that stand in it fail\n"
		"                             nothing; what is gone since is listed\n"
		READER_HELP
		"  --merge                    finds inversions across the processes, too: one showed one order, another\n"
		"                             the other one; --merge=by-name: of different builds, too (see merge)\n"
		"  --quiet                    findings alone, no summary: --verbosity=0\n\n",
		rdep_format_words());
	outputs_list(out);
	fputs("\nExit status: 0; 66 when a finding at or above fail_on (possible) stands; 125 when a\n"
	      "record, suppressions or a baseline can't be read or a report can't be written.\n",
	      out);
	return 0;
}

int rdep_cmd_report(int argc, char **argv)
{
	struct outputs outputs = { 0 };
	struct decide decide = { 0 };
	struct records_options o = { .formats = rdep_format_words(),
				     .fail_on = RDEP_FAIL_POSSIBLE,
				     .usage = usage,
				     .outputs = &outputs,
				     .decide = &decide };
	int merge = -1;
	const struct records_flag flags[] = { { .name = "merge", .words = "exact|by-name", .value = &merge, .bare = true },
					      { .name = NULL } };
	struct rdep_error err = { "" };
	struct rdep_report *r;
	int rc;

	o.flags = flags;
	o.named = calloc((size_t)argc, sizeof(*o.named));
	rc = o.named ? records_read(&o, argc, argv, &r) : RDEP_EXIT_TROUBLE;
	if (rc >= 0)
		goto out;
	if (merge >= 0 && rdep_report_across(r, o.named, o.named_count, merge == 1, &err) < 0) {
		tool_say("report: %s", err.text);
		rc = RDEP_EXIT_TROUBLE;
		progress_end();
		rdep_report_free(r);
		goto out;
	}
	if (o.format_given || !outputs.count)
		outputs_add(&outputs, rdep_format((size_t)o.format), "-");
	rc = RDEP_EXIT_TROUBLE;
	if (outputs_open(&outputs, "report", NULL)) {
		outputs_empty(&outputs);
		if (outputs_write(&outputs, "report", r, &o.text, o.fail_on))
			rc = rdep_report_fails(r, o.fail_on) ? RDEP_EXIT_FINDING : 0;
	}
	progress_end();
	rdep_report_free(r);
out:
	free(o.named);
	outputs_free(&outputs);
	decide_free(&decide);
	return rc;
}
