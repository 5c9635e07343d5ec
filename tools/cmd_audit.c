/* SPDX-License-Identifier: MIT */
/*
 * cmd_audit.c - `reclaimdep audit`: may this GFP_NOFS be dropped, and what is that scope for?
 */
#include "tools.h"

#include "progress.h"
#include "records.h"

static int usage(FILE *out)
{
	fputs("usage: reclaimdep audit [--assume_gfp=KERNEL] [--fail_on=never|missing-scope]\n"
	      "                        [--format=text|json] [--verbosity=0|1|2]\n"
	      "                        [--color=auto|always|never] FILE|DIR...\n\n"
	      "Says of each call site with a mask that leaves out FS or IO whether it may be "
	      "dropped, and of\n"
	      "each scope what needs it, over all records given. --assume_gfp=KERNEL: and which "
	      "inversions\n"
	      "there would be if all those masks were GFP_KERNEL, and so which scopes are "
	      "missing.\n"
	      "--verbosity=0: a line each; 2: the masks that may be dropped in full, too.\n"
	      "Exit status: 0; 66 when --fail_on=missing-scope (which assumes GFP_KERNEL) and one "
	      "is missing;\n"
	      "125 when a record can't be read.\n\n" READER_HELP,
	      out);
	return 0;
}

int rdep_cmd_audit(int argc, char **argv)
{
	enum { NEVER, MISSING_SCOPE };
	int assume = 0, fail_on = NEVER, rc;
	const struct records_flag flags[] = {{.name = "assume_gfp", .words = "none|KERNEL", .value = &assume},
					     {.name = "fail_on", .words = "never|missing-scope", .value = &fail_on},
					     {.name = NULL}};
	struct records_options o = {.formats = "text|json", .usage = usage, .flags = flags};
	struct rdep_report *r;
	struct rdep_audit *a;

	rc = records_read(&o, argc, argv, &r);
	if (rc >= 0)
		return rc;
	a = rdep_audit(r, assume || fail_on == MISSING_SCOPE);
	progress_output();
	if (o.format == 1)
		rc = rdep_audit_json(a, stdout);
	else
		rc = rdep_audit_text(a, stdout, &o.text);
	progress_end();
	if (rc < 0) {
		tool_say("audit: can't write to the standard output");
		rc = RDEP_EXIT_TROUBLE;
	} else {
		rc = fail_on == MISSING_SCOPE && rdep_audit_missing(a) ? RDEP_EXIT_FINDING : 0;
	}
	rdep_audit_free(a);
	rdep_report_free(r);
	return rc;
}
