/* SPDX-License-Identifier: MIT */
/* glob.h - patterns of names, for the runtime and the command alike. */
#ifndef RECLAIMDEP_GLOB_H
#define RECLAIMDEP_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Does s match the pattern [p, end), in which * stands for any characters and ? for one? */
static inline bool rd_glob(const char *p, const char *end, const char *s)
{
	const char *star = NULL, *retry = NULL;

	while (*s) {
		if (p < end && *p == '*') {
			star = ++p;
			retry = s;
		} else if (p < end && (*p == '?' || *p == *s)) {
			p++;
			s++;
		} else if (star) {
			p = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (p < end && *p == '*')
		p++;
	return p == end;
}

#endif
