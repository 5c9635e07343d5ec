/* SPDX-License-Identifier: MIT */
/*
 * live.h - the records of processes that run.
 *
 * A process has its record mapped: /proc says which file that is, and where its bytes are to be had when its name leads
 * nowhere from here (deleted, another mount namespace). Nothing is stopped, and nothing written.
 */
#ifndef RECLAIMDEP_REPORTS_LIVE_H
#define RECLAIMDEP_REPORTS_LIVE_H

#include "reports/record.h"

/*
 * The record of that process alone, taken in as far as it is written. NULL with *err, which says what is in the way: no
 * such process, no right to look, not under reclaimdep; *none: it is there, may be looked at, and has no record.
 */
struct rdep_record *rdep_live_open(uint32_t pid, bool *none, struct rdep_error *err);

/* The process's descendants, parents first: at most max. Returns how many. */
size_t rdep_live_children(uint32_t pid, uint32_t *pids, size_t max);

/* Reads anew what was copied from a process's memory. */
struct rdep_live_copy;
void rdep_live_copy_refresh(struct rdep_live_copy *c);
void rdep_live_copy_free(struct rdep_live_copy *c);

#endif
