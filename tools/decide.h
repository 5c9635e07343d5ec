/* SPDX-License-Identifier: MIT */
/*
 * decide.h - the flags that say which findings count: --suppressions=FILE (as often as wanted)
 * and --baseline=FILE, of a run, of `reclaimdep report` and (the first) of `reclaimdep diff`.
 */
#ifndef RECLAIMDEP_TOOLS_DECIDE_H
#define RECLAIMDEP_TOOLS_DECIDE_H

#include "tools.h"

struct decide {
	const char **suppressions; /* files */
	size_t suppression_count;
	const char *baseline; /* NULL: none */
};

/*
 * argv[i], when it is one of the flags: returns how many words it took (1 or 2), 0 when it is another
 * flag, -1 after saying what is wrong. `command` is who says it.
 */
int decide_flag(struct decide *d, const char *command, int argc, char **argv, int i);

/* Reads the files. False after saying which can't be used and why. Before findings are printed.
 * quiet: no remarks. */
bool decide_apply(const struct decide *d, const char *command, struct rdep_report *r, bool quiet);

void decide_free(struct decide *d);

#endif
