/* SPDX-License-Identifier: MIT */
/*
 * cmd_info.c - `reclaimdep info`: what a record holds, and who holds what in it.
 */
#include "tools.h"

#include "progress.h"
#include "records.h"

static int usage(FILE *out)
{
	fputs("usage: reclaimdep info [--verbosity=0|1|2] [--color=auto|always|never] "
	      "FILE|DIR...\n\n"
	      "Tells of each record: the process and how it ended, its threads with the locks that "
	      "they\n"
	      "hold and wait for, what was followed and what was dropped. --verbosity=2 lists all\n"
	      "classes and modules.\n",
	      out);
	return 0;
}

int rdep_cmd_info(int argc, char **argv)
{
	struct records_options o = {.formats = "text", .usage = usage};
	struct rdep_report *r;
	int rc = records_read(&o, argc, argv, &r);

	if (rc >= 0)
		return rc;
	rdep_report_join(r);
	progress_output();
	rc = rdep_report_info(r, stdout, &o.text) < 0 ? RDEP_EXIT_TROUBLE : 0;
	progress_end();
	if (rc)
		tool_say("info: can't write to the standard output");
	rdep_report_free(r);
	return rc;
}
