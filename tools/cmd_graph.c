/* SPDX-License-Identifier: MIT */
/*
 * cmd_graph.c - `reclaimdep graph`: the dependency graph of records, for Graphviz.
 */
#include "tools.h"

#include "progress.h"
#include "records.h"

static int usage(FILE *out)
{
	fputs("usage: reclaimdep graph [--format=dot] FILE|DIR...\n\n"
	      "Prints the dependency graph; the cycles of findings are coloured.\n"
	      "    reclaimdep graph reclaimdep.out | dot -Tsvg > graph.svg\n",
	      out);
	return 0;
}

int rdep_cmd_graph(int argc, char **argv)
{
	struct records_options o = {.formats = "dot", .usage = usage};
	struct rdep_report *r;
	int rc = records_read(&o, argc, argv, &r);

	if (rc >= 0)
		return rc;
	rdep_report_join(r);
	progress_output();
	rc = rdep_report_dot(r, stdout) < 0 ? RDEP_EXIT_TROUBLE : 0;
	progress_end();
	if (rc)
		tool_say("graph: can't write to the standard output");
	rdep_report_free(r);
	return rc;
}
