/* SPDX-License-Identifier: MIT */
/*
 * progress.h - long work says where it is.
 *
 * reports/ prints nothing by itself: it tells, and whoever set rdep_progress_told (the tools:
 * tools/progress.c) shows it, or does not. Cheap enough for every record, edge or module of a loop.
 */
#ifndef RECLAIMDEP_REPORTS_PROGRESS_H
#define RECLAIMDEP_REPORTS_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* what: "reading records" or the like, a literal or a text that stays until the next call. */
typedef void rdep_progress_fn(const char *what, uint64_t done, uint64_t total);

extern rdep_progress_fn *rdep_progress_told; /* NULL: nobody looks */

/* `done` of `total` (0: nobody knows of how many). */
static inline void rdep_progress(const char *what, uint64_t done, uint64_t total)
{
	if (rdep_progress_told)
		rdep_progress_told(what, done, total);
}

#endif
