/* SPDX-License-Identifier: MIT */
/*
 * core_maker.h - writes core dumps of processes that never ran, for the readers' tests: by
 * core_layout.h alone, with struct layouts of its own, so that what the readers take for granted is
 * not what this build's runtime happens to have.
 */
#ifndef RECLAIMDEP_TEST_CORE_MAKER_H
#define RECLAIMDEP_TEST_CORE_MAKER_H

#include "record_maker.h"

struct core_maker {
	char *data;
	size_t size;
};

/*
 * A core whose process had this record. Two threads, 101 and 102, wait for each other in mutexes of
 * the record's first class that is no domain; 103 joins 101, and 104 is unknown to the runtime.
 * kept: the record's items are in private memory; mapped: the record is in the core.
 */
void core_make(struct core_maker *c, const struct maker *record, int kept, int mapped);
void core_free(struct core_maker *c);

/* Makes the sums of the root and of a mapped record right, wherever they are: forged input. */
void core_repair(char *data, size_t size);

/* Cores of many shapes; `which` counts from 0. Returns 0 when there are no more. */
int core_sample(struct core_maker *c, unsigned which);

#endif
