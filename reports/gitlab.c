/* SPDX-License-Identifier: MIT */
/* gitlab.c - the report as a code quality report: a JSON array of places in the sources. */
#include <jansson.h>
#include <stdlib.h>
#include "reports/formats.h"
#include "reports/location.h"

/* What happened comes before what will, that before what may. */
static const char *severity(const struct rdep_mfinding *f)
{
	if (f->severity == RDEP_NOTE_SEVERITY)
		return "info";
	if (f->severity == RDEP_WARNING)
		return "minor";
	if (f->kind == RDEP_K_DEADLOCK)
		return "blocker";
	return f->verdict >= RDEP_CERTAIN ? "critical" : "major";
}

static json_t *issue(struct rdep_report *r, const struct rdep_root *root, const struct rdep_mfinding *f)
{
	struct rdep_location at = rdep_locate(r, root, f);

	return json_pack("{s:o, s:s, s:s, s:s, s:{s:s, s:{s:i}}}", "description",
			 json_sprintf("%s: %s (%s). Fix: %s.", f->kind_id, f->title, f->verdict_id, f->fix),
			 "check_name", f->kind_id, "fingerprint", f->fingerprint, "severity", severity(f), "location",
			 "path", at.path ? at.path : f->process->name, "lines", "begin",
			 at.line && at.line <= INT32_MAX ? (int)at.line : 1);
}

int rdep_format_gitlab(struct rdep_report *r, FILE *out, const struct rdep_format_options *o)
{
	const struct rdep_mfinding **list = rdep_by_weight(r);
	json_t *all = json_array();
	struct rdep_root root;
	size_t i;
	int rc;

	rdep_root_init(&root, o->source_root);
	/* What is known stays: the service compares with its own baseline. */
	for (i = 0; i < r->finding_count; i++)
		if (!list[i]->suppressed)
			json_array_append_new(all, issue(r, &root, list[i]));
	rc = json_dumpf(all, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	fputc('\n', out);
	json_decref(all);
	rdep_root_free(&root);
	free(list);
	return rc;
}
