/* SPDX-License-Identifier: MIT */
/*
 * cmd_diff.c - `reclaimdep diff`: which findings are new, gone, and still there.
 */
#include "tools.h"

#include "decide.h"
#include "progress.h"
#include "records.h"

static int usage(FILE *out)
{
	fputs("usage: reclaimdep diff [--format=text|json] [--suppressions=FILE]...\n"
	      "                       [--fail_on=certain|possible|warning|never] [--quiet]\n"
	      "                       [--verbosity=0|1|2] [--color=auto|always|never] BASE NEW\n\n"
	      "Compares two sets of findings by their fingerprints. BASE and NEW are each a saved JSON\n"
	      "report, a record, or a directory of records. --quiet prints what is new alone.\n\n" WHERE_HELP "\n"
	      "Exit status: 0; 66 when a finding at or above fail_on (possible) is in NEW alone and not\n"
	      "suppressed; 125 when one of the two can't be read.\n",
	      out);
	return 0;
}

static int compare(const struct records_options *o, const char *base, const char *new,
		   struct rdep_report *r)
{
	struct rdep_error err = { "" };
	struct rdep_diff *d = rdep_diff(base, new, r, &err);
	int rc;

	progress_output();
	if (!d) {
		tool_say("diff: %s", err.text);
		return RDEP_EXIT_TROUBLE;
	}
	rc = o->format == 1 ? rdep_diff_json(d, stdout) : rdep_diff_text(d, stdout, &o->text);
	if (rc < 0) {
		tool_say("diff: can't write to the standard output");
		rc = RDEP_EXIT_TROUBLE;
	} else {
		rc = rdep_diff_fails(d, o->fail_on) ? RDEP_EXIT_FINDING : 0;
	}
	rdep_diff_free(d);
	return rc;
}

int rdep_cmd_diff(int argc, char **argv)
{
	const char *paths[2];
	struct decide decide = { 0 };
	struct records_options o = { .formats = "text|json",
				     .fail_on = RDEP_FAIL_POSSIBLE,
				     .usage = usage,
				     .decide = &decide,
				     .paths = paths,
				     .path_room = 2 };
	struct rdep_report *r;
	int rc = records_read(&o, argc, argv, &r);

	if (rc < 0 && decide.baseline) {
		tool_say("diff: the baseline is the first of the two: BASE NEW");
		rc = RDEP_EXIT_TROUBLE;
	} else if (rc < 0 && o.path_count < 2) {
		tool_say("diff: two are wanted: BASE NEW");
		rc = RDEP_EXIT_TROUBLE;
	} else if (rc < 0) {
		rc = compare(&o, paths[0], paths[1], r);
	} else {
		r = NULL;
	}
	progress_end();
	rdep_report_free(r);
	decide_free(&decide);
	return rc;
}
