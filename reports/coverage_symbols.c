/* SPDX-License-Identifier: MIT */
/* coverage_symbols.c - modules whose places have no names, or no lines: why, and what helps. */
#include <stdlib.h>
#include <string.h>
#include "reports/coverage.h"

static const char *build_id(const struct rdep_symbol_module *m)
{
	return *m->build_id ? m->build_id : "none";
}

/* No file was taken for it. */
static const char *why_none(struct rdep_arena *a, const struct rdep_symbol_module *m)
{
	if (m->state == RDEP_MODULE_CHANGED)
		return rdep_arena_printf(
			a, "%s is not the file of the run (build-id %s): no names from it",
			m->clean_path, build_id(m));
	if (m->state == RDEP_MODULE_NEWER)
		return rdep_arena_printf(
			a,
			"%s has no build-id, and was written after the run began: no names from it "
			"(a link with -Wl,--build-id tells builds apart)",
			m->clean_path);
	return rdep_arena_printf(a, "%s is not here (build-id %s): no names from it", m->clean_path,
				 build_id(m));
}

static const char *what_helps(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	return urls && *urls ? "install its debug symbols: the servers of DEBUGINFOD_URLS did not "
			       "give them"
			     : "install its debug symbols, or set DEBUGINFOD_URLS to a server that "
			       "has them";
}

bool rdep_coverage_names(struct rdep_report *r, const struct rdep_symbol_module *m,
			 struct rdep_coverage_line *line)
{
	struct rdep_arena *a = &r->arena;

	*line = (struct rdep_coverage_line){.kind = RDEP_COVERAGE_SYMBOLS, .count = 1};
	if (m->state == RDEP_MODULE_UNTRIED)
		return false;
	if (m->state != RDEP_MODULE_GOOD && m->state != RDEP_MODULE_DEBUG_ONLY) {
		line->id = m->state == RDEP_MODULE_CHANGED || m->state == RDEP_MODULE_NEWER
				   ? "changed"
				   : "missing";
		line->text = why_none(a, m);
	} else if (m->alt_missing) {
		line->id = "dwz";
		line->text = rdep_arena_printf(a,
					       "%s: the file that its debug file shares parts with "
					       "(dwz) is not here: some "
					       "names and lines are missing",
					       m->clean_path);
	} else if (m->names < RDEP_NAMES_TABLE) {
		line->id = "stripped";
		line->minor = !m->unnamed;
		line->count = m->unnamed ? m->unnamed : 1;
		line->text =
			m->unnamed
				? rdep_arena_printf(
					  a,
					  "%s is stripped (build-id %s): %zu places in it have no "
					  "name (%s)",
					  m->clean_path, build_id(m), m->unnamed, what_helps())
				: rdep_arena_printf(a, "%s is stripped (build-id %s): no lines, %s",
						    m->clean_path, build_id(m), what_helps());
	} else if (m->names < RDEP_NAMES_DWARF) {
		line->id = "no-lines";
		line->minor = true;
		line->text =
			rdep_arena_printf(a, "%s has no debug information (build-id %s): no lines",
					  m->clean_path, build_id(m));
	} else {
		return false;
	}
	return true;
}
