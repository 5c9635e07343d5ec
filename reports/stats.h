/* SPDX-License-Identifier: MIT */
/*
 * stats.h - the classes of a process by what stat=1 counted of them, and by who holds them and waits for them now.
 */
#ifndef RECLAIMDEP_REPORTS_STATS_H
#define RECLAIMDEP_REPORTS_STATS_H

#include "reports/model.h"

/* Without stat=1 all but the last two are zero. */
struct rdep_mstat {
	struct rdep_process *process;
	const struct rdep_mclass *cls;
	struct rdep_rstat raw;
	struct rdep_stat all; /* exclusive and shared */
	unsigned holding, waiting; /* threads, now */
};

/* The classes of which there is something to tell, by class. Free the list. */
size_t rdep_stats(struct rdep_process *p, struct rdep_mstat **list);

/* Is the contention of that kind of lock known? */
bool rdep_stats_sees_contention(const struct rdep_mclass *c);

void rdep_stats_sort(struct rdep_mstat *list, size_t n, enum rdep_stats_key key);

/* "812 ns", "4.1 us", "2.03 s": at most 7 characters below 2.7 hours. buf: of RDEP_TIME_MAX. */
#define RDEP_TIME_MAX 24
const char *rdep_time_text(char *buf, uint64_t ns);

/* "function at file:line" of a return address of that process; NULL for 0. */
const char *rdep_stats_site(struct rdep_process *p, uint64_t site);

#endif
