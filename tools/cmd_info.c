/* SPDX-License-Identifier: MIT */
/*
 * cmd_info.c - `reclaimdep info`: what a record holds, and who holds what in it.
 */
#include "tools.h"

#include "progress.h"
#include "records.h"

static int usage(FILE *out)
{
	fputs("usage: reclaimdep info [--classes[=wait|acquired|contended|hold|name]] [--verbosity=0|1|2]\n"
	      "                       [--color=auto|always|never] FILE|DIR...\n\n"
	      "Tells of each record: the process and how it ended, its threads with the locks that "
	      "they\n"
	      "hold and wait for, what was followed and what was dropped. --verbosity=2 lists all\n"
	      "classes and modules; --classes all that stat=1 counted, by time waited, acquisitions,\n"
	      "contended acquisitions, time held or name.\n\n" READER_HELP,
	      out);
	return 0;
}

int rdep_cmd_info(int argc, char **argv)
{
	int classes = -1;
	const struct records_flag flags[] = {{.name = "classes", .words = RDEP_STATS_KEYS, .value = &classes, .bare = true},
					     {.name = NULL}};
	struct records_options o = {.formats = "text", .usage = usage, .flags = flags};
	struct rdep_report *r;
	int rc = records_read(&o, argc, argv, &r);

	if (rc >= 0)
		return rc;
	o.text.classes = classes + 1;
	rdep_report_join(r);
	progress_output();
	rc = rdep_report_info(r, stdout, &o.text) < 0 ? RDEP_EXIT_TROUBLE : 0;
	progress_end();
	if (rc)
		tool_say("info: can't write to the standard output");
	rdep_report_free(r);
	return rc;
}
