/* SPDX-License-Identifier: MIT */
/*
 * skip_option.h - what the option skip= says: names of programs, comma-separated, with * and ?. For
 * the runtime and the command alike.
 */
#ifndef RECLAIMDEP_SKIP_OPTION_H
#define RECLAIMDEP_SKIP_OPTION_H

#include "glob.h"

/* Is that program, by the last part of its path, in the list? A login shell's '-' is no part of it. */
static inline bool rd_skip_names(const char *list, const char *program)
{
	const char *name = program, *end;

	for (; *program; program++)
		if (*program == '/')
			name = program + 1;
	if (*name == '-')
		name++;
	for (; *name && *list; list = *end ? end + 1 : end) {
		for (end = list; *end && *end != ','; end++)
			;
		if (end > list && rd_glob(list, end, name))
			return true;
	}
	return false;
}

#endif
