/* SPDX-License-Identifier: MIT */
/*
 * merge.h - records of many processes, runs and machines as one.
 *
 * What is the same is there once: a module by its build-id (by path and size where it has none), a place by module and
 * address in it, a class by what makes it one (class.h in runtime/): the variable, the frames of the init call or of the first
 * acquisition, the name. The order and the grouping in which records are merged make no difference to the result, to
 * the byte; a process that is in it already is not counted twice. Of an edge's occurrences a few of each sort are kept:
 * those with the smallest hashes.
 *
 * Memory grows with what is distinct, and by 24 bytes a record.
 */
#ifndef RECLAIMDEP_REPORTS_MERGE_H
#define RECLAIMDEP_REPORTS_MERGE_H

#include "reports/record.h"

struct rdep_merge;

/* names: classes of different builds are one where the names are that this report's symbols give them; it must live
 * longer. NULL: only classes of one build are. */
struct rdep_merge *rdep_merge_new(struct rdep_report *names);
void rdep_merge_free(struct rdep_merge *m);

/*
 * Names a record, or a directory of them; read is nothing yet but headers. Returns how many records that were, or -1
 * with *err; bad(arg, text), where there is one, is told of each record of a directory that can't be read.
 */
typedef void rdep_merge_bad(void *arg, const char *text);
int rdep_merge_name(struct rdep_merge *m, const char *path, rdep_merge_bad *bad, void *arg, struct rdep_error *err);

/* Reads what was named, and looks for cycles that no process showed. Returns how many records could not be read. */
size_t rdep_merge_read(struct rdep_merge *m, rdep_merge_bad *bad, void *arg);

struct rdep_merge_counts {
	size_t processes; /* in the result */
	size_t again; /* records of processes that were in it already */
	size_t overlapping; /* merged records some of whose processes were */
	size_t classes, edges, findings, across;
};
struct rdep_merge_counts rdep_merge_counts(const struct rdep_merge *m);

/* Has it a note about its search? */
bool rdep_merge_says(const struct rdep_merge *m);

/* across_only: nothing but the findings that no process showed, and what they rest on. Written beside `path` and
 * renamed: it is there whole, or as it was. 0, or -1 with *err. */
int rdep_merge_write(struct rdep_merge *m, const char *path, bool across_only, struct rdep_error *err);

#endif
