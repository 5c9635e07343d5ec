/* SPDX-License-Identifier: MIT */
/* across.c - a report's records merged beside it, for what no process shows by itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/merge.h"
#include "reports/model.h"

/* What could not be read the report has told already. */
static void told_already(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/* Takes in the findings as a record that is gone again. */
static int take(struct rdep_report *r, struct rdep_merge *m, const char *path, struct rdep_error *err)
{
	struct rdep_record *record = NULL;
	struct rdep_process *p;

	if (rdep_merge_write(m, path, true, err) == 0)
		record = rdep_record_open(path, err);
	unlink(path);
	if (!record)
		return -1;
	free(record->path);
	record->path = rdep_strdup("(across processes)");
	p = rdep_model_add(r, record);
	if (p)
		p->across = true;
	return 0;
}

static int take_by_file(struct rdep_report *r, struct rdep_merge *m, struct rdep_error *err)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = NULL, *path = NULL;
	int rc = -1;

	if (asprintf(&dir, "%s/reclaimdep.XXXXXX", tmp && *tmp ? tmp : "/tmp") < 0 || !mkdtemp(dir)) {
		rdep_error_set(err, "%s: can't make a directory: %s", dir ? dir : "", strerror(errno));
	} else {
		if (asprintf(&path, "%s/across.rdep", dir) >= 0)
			rc = take(r, m, path, err);
		rmdir(dir);
	}
	free(path);
	free(dir);
	return rc;
}

int rdep_report_across(struct rdep_report *r, const char **paths, size_t n, bool by_name, struct rdep_error *err)
{
	struct rdep_merge *m = rdep_merge_new(by_name ? r : NULL);
	struct rdep_error none;
	int rc = 0;
	size_t i;

	for (i = 0; i < n; i++)
		rdep_merge_name(m, paths[i], told_already, NULL, &none);
	rdep_merge_read(m, told_already, NULL);
	r->looked_across = true;
	if (rdep_merge_counts(m).across || rdep_merge_says(m))
		rc = take_by_file(r, m, err);
	rdep_merge_free(m);
	return rc;
}
