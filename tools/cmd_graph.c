/* SPDX-License-Identifier: MIT */
/*
 * cmd_graph.c - `reclaimdep graph`: the dependency graph of records, or the part of it that is asked for.
 */
#include "tools.h"

#include <stdlib.h>

#include "records.h"

#define AROUND_MAX 64

static const char *around[AROUND_MAX];
static struct rdep_graph_options options = { .around = around };

static int usage(FILE *out)
{
	fprintf(out,
		"usage: reclaimdep graph [--format=%s] [--around=CLASS]... [--distance=N]\n"
		"                        [--cycles] [--reclaim] FILE|DIR...\n\n"
		"Prints the dependency graph: an arrow for each class that was acquired while another was held.\n"
		"What findings go through is coloured, what involves readers is dashed.\n\n"
		"  --around=CLASS   what is near a class, by its name as reports tell it, or by a pattern (* and ?);\n"
		"                   as often as wanted\n"
		"  --distance=N     how many dependencies away is near (%u)\n"
		"  --cycles         what lies on cycles, findings or not; not those that readers open\n"
		"  --reclaim        what reclaim can come to take: the shortest way from each reclaim domain to each\n"
		"                   class, and the allocations that lead back; as text, each way with its places\n\n" READER_HELP "\n"
		"  reclaimdep graph --format=svg --around=inode_lock reclaimdep.out >graph.svg\n"
		"  reclaimdep graph --format=html reclaimdep.out >graph.html\n"
		"  reclaimdep graph --format=text --reclaim reclaimdep.out\n"
		"  reclaimdep graph reclaimdep.out | dot -Tsvg >graph.svg\n\n"
		"Filters given together leave what all of them leave. JSON is described by graph.schema.json.\n"
		"Exit status: 0; 125 when records can't be read, no such class is there, or it is too big to draw.\n",
		RDEP_GRAPH_FORMATS, RDEP_DISTANCE);
	return 0;
}

static bool add_around(void *to, const char *value)
{
	(void)to;
	if (!*value) {
		tool_say("graph: --around wants the name of a class");
		return false;
	}
	if (options.around_count == AROUND_MAX) {
		tool_say("graph: --around can be given %d times; a pattern stands for many classes", AROUND_MAX);
		return false;
	}
	around[options.around_count++] = value;
	return true;
}

static bool set_distance(void *to, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	(void)to;
	if (*value < '0' || *value > '9' || *end || n < 1 || n > 1000) {
		tool_say("graph: --distance=%s: it is a number from 1 to 1000", value);
		return false;
	}
	options.distance = (unsigned)n;
	return true;
}

int rdep_cmd_graph(int argc, char **argv)
{
	int cycles = 0, reclaim = 0, rc;
	const struct records_flag flags[] = { { .name = "around", .text = add_around },
					      { .name = "distance", .text = set_distance },
					      { .name = "cycles", .value = &cycles },
					      { .name = "reclaim", .value = &reclaim },
					      { .name = NULL } };
	struct records_options o = { .formats = RDEP_GRAPH_FORMATS, .usage = usage, .flags = flags };
	struct rdep_error err = { "" };
	struct rdep_report *r;

	rc = records_read(&o, argc, argv, &r);
	if (rc >= 0)
		return rc;
	options.cycles = cycles;
	options.reclaim = reclaim;
	rc = 0;
	if (rdep_report_graph(r, stdout, (enum rdep_graph_format)o.format, &options, &err) < 0) {
		tool_say("graph: %s", *err.text ? err.text : "can't write to the standard output");
		rc = RDEP_EXIT_TROUBLE;
	}
	rdep_report_free(r);
	return rc;
}
