/* SPDX-License-Identifier: MIT */
/* report.c - taking records into a report: files, and directories of them. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "reports/model.h"
#include "reports/progress.h"

static void add_trouble(struct rdep_report *r, const char *text)
{
	RDEP_GROW(r->troubles, r->trouble_count);
	r->troubles[r->trouble_count++].text = rdep_strdup(text);
}

static int add_file(struct rdep_report *r, const char *path, struct rdep_error *err)
{
	struct rdep_record *record = rdep_record_open(path, err);

	if (!record)
		return -1;
	rdep_model_add(r, record);
	return 1;
}

static int is_record(const struct dirent *d)
{
	size_t n = strlen(d->d_name), suffix = strlen(RDEP_SUFFIX);

	return n > suffix && strcmp(d->d_name + n - suffix, RDEP_SUFFIX) == 0;
}

static int add_directory(struct rdep_report *r, const char *path, struct rdep_error *err)
{
	struct dirent **names;
	int i, read = 0, n = scandir(path, &names, is_record, alphasort);
	struct rdep_error first = {""}, one;

	if (n < 0) {
		rdep_error_set(err, "%s: can't read the directory: %s", path, strerror(errno));
		return -1;
	}
	for (i = 0; i < n; i++) {
		char *file;

		rdep_progress("reading records", (uint64_t)i, (uint64_t)n);
		if (asprintf(&file, "%s/%s", path, names[i]->d_name) < 0)
			continue;
		if (add_file(r, file, &one) > 0) {
			read++;
		} else {
			add_trouble(r, one.text);
			if (!first.text[0])
				first = one;
		}
		free(file);
		free(names[i]);
	}
	free(names);
	if (read)
		return read;
	if (first.text[0])
		*err = first;
	else
		rdep_error_set(
			err,
			"%s: no records (*%s) in this directory: run a command under reclaimdep "
			"with output=%s first",
			path, RDEP_SUFFIX, path);
	return -1;
}

int rdep_report_add(struct rdep_report *r, const char *path, struct rdep_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		rdep_error_set(err, "%s: can't open: %s", path, strerror(errno));
		return -1;
	}
	return S_ISDIR(st.st_mode) ? add_directory(r, path, err) : add_file(r, path, err);
}
