/* SPDX-License-Identifier: MIT */
/*
 * core_unwind.h - the stacks of a core's threads, by libdw's interpreter of unwind tables.
 *
 * The tables are read from the modules' files, each used only when its build-id is the core's; memory by
 * rdep_core_get() alone. (libunwind-coredump 1.6 takes whatever file it is given, ended the stacks of cores with
 * several threads after one or two frames, and dies of forged headers.)
 */
#ifndef RECLAIMDEP_REPORTS_CORE_UNWIND_H
#define RECLAIMDEP_REPORTS_CORE_UNWIND_H

#include "reports/core.h"

struct rdep_core_frame {
	uint64_t pc;
	bool exact; /* no return address: where it was, or was interrupted by a signal */
};

/* Finds the modules' files, of a process that began at ran_ns: the state of each is set. NULL when
 * nothing can be unwound. */
struct rdep_core_unwinder *rdep_core_unwinder_new(struct rdep_core *c, struct rdep_symbols *symbols,
						  uint64_t ran_ns);
void rdep_core_unwinder_free(struct rdep_core_unwinder *u);

/* The stack of c->threads[i], the innermost frame first, at least one: how many. *broken: it ends
 * for want of tables. u may be NULL. */
size_t rdep_core_unwind(struct rdep_core *c, struct rdep_core_unwinder *u, size_t i,
			struct rdep_core_frame *frames, size_t max, bool *broken);

#endif
