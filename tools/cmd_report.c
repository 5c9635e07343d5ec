/* SPDX-License-Identifier: MIT */
/*
 * cmd_report.c - `reclaimdep report`: the findings of records, as text or JSON.
 */
#include "tools.h"

#include <string.h>

#include "records.h"

static int usage(FILE *out)
{
	fputs("usage: reclaimdep report [--format=text|json] "
	      "[--fail_on=certain|possible|warning|never]\n"
	      "                         [--verbosity=0|1|2] [--color=auto|always|never] "
	      "FILE|DIR...\n\n"
	      "Prints the findings of records, or of all records in directories, each once.\n"
	      "Exit status: 0; 66 when a finding at or above fail_on (possible) stands; 125 when "
	      "a\n"
	      "record can't be read.\n",
	      out);
	return 0;
}

int rdep_cmd_report(int argc, char **argv)
{
	struct records_options o = {
		.formats = "text|json", .fail_on = RDEP_FAIL_POSSIBLE, .usage = usage};
	struct rdep_report *r;
	int rc = records_read(&o, argc, argv, &r);

	if (rc >= 0)
		return rc;
	if (o.format == 1)
		rc = rdep_report_json(r, stdout);
	else
		rc = rdep_report_text(r, stdout, &o.text);
	if (rc < 0) {
		tool_say("report: can't write to the standard output");
		rc = RDEP_EXIT_TROUBLE;
	} else {
		rc = rdep_report_fails(r, o.fail_on) ? RDEP_EXIT_FINDING : 0;
	}
	rdep_report_free(r);
	return rc;
}
