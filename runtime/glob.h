/* SPDX-License-Identifier: MIT */
/* glob.h - patterns of names, for the runtime and the command alike. */
#ifndef RECLAIMDEP_GLOB_H
#define RECLAIMDEP_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Does s match the pattern [p, end), in which `any` stands for any characters and `one` for one? */
static inline bool rd_glob_by(const char *p, const char *end, const char *s, char any, char one)
{
	const char *star = NULL, *retry = NULL;

	while (*s) {
		if (p < end && *p == any) {
			star = ++p;
			retry = s;
		} else if (p < end && (*p == one || *p == *s)) {
			p++;
			s++;
		} else if (star) {
			p = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (p < end && *p == any)
		p++;
	return p == end;
}

/* The same with * and ?. */
static inline bool rd_glob(const char *p, const char *end, const char *s)
{
	return rd_glob_by(p, end, s, '*', '?');
}

#endif
