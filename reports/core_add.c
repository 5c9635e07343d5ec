/* SPDX-License-Identifier: MIT */
/* core_add.c - see core_add.h; rdep_report_add_core(). */
#include "reports/core_add.h"

#include <stdlib.h>
#include <string.h>
#include "reports/core_record.h"

int rdep_report_add_core(struct rdep_report *r, const char *path, const struct rdep_core_options *o,
			 struct rdep_error *err)
{
	struct rdep_core_made *m = rdep_core_make(path, o, r->symbols, err);
	struct rdep_record *record;

	if (!m)
		return -1;
	record = m->record;
	m->record = NULL;
	if (!o->output)
		record->shown = rdep_strdup(path);
	RDEP_GROW(r->cores, r->core_count);
	r->cores[r->core_count++] = m;
	rdep_model_add(r, record);
	return 0;
}

const char *rdep_report_core_line(const struct rdep_report *r, size_t i)
{
	size_t k;

	for (k = 0; k < r->core_count; k++) {
		if (i < r->cores[k]->line_count)
			return r->cores[k]->lines[i];
		i -= r->cores[k]->line_count;
	}
	return NULL;
}

void rdep_core_drop(struct rdep_report *r)
{
	size_t i;

	for (i = 0; i < r->core_count; i++)
		rdep_core_made_free(r->cores[i]);
	free(r->cores);
}
