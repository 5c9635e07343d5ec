/* SPDX-License-Identifier: MIT */
/*
 * suppress.h - findings that somebody has decided not to be shown: files of lines
 *
 *	kind:pattern
 *
 * A line applies to a finding of that kind ('*': of any) when the pattern (globs * and ?, a
 * backslash takes the next character as it is) is the whole name of a function or the callee on
 * one of its stacks, of a class in it (its name or its key), or the path, or the end of the path
 * from a '/' on, of a source file or module on its stacks. What a finding prints as its
 * suppression is such a line, for that finding alone. Lines that begin with '#' are comments.
 *
 * ThreadSanitizer's files are read as they are: deadlock: and mutex: stand for all kinds that
 * it would call so, and their patterns, as there, match anywhere in a name unless ^ and $ say
 * otherwise. Lines of its other kinds are counted and passed over.
 */
#ifndef RECLAIMDEP_REPORTS_SUPPRESS_H
#define RECLAIMDEP_REPORTS_SUPPRESS_H

#include "reports/util.h"

struct rdep_mfinding;

struct rdep_suppression {
	const char *file; /* clean, for people */
	unsigned line;
	const char *text;    /* as it stands there, clean */
	const char *pattern; /* translated: RDEP_ANY for '*', RDEP_ONE for '?' */
	const char *whole;   /* "kind:pattern", translated */
	int kind;	     /* a number of kinds.def, or one of the below */
	bool loose;	     /* matches anywhere in a name */
	size_t hits;	     /* findings, set by rdep_suppress_count() */
};

#define RDEP_KIND_ANY (-1)
#define RDEP_KIND_TSAN_MUTEX (-2)
#define RDEP_ANY '\001'
#define RDEP_ONE '\002'

struct rdep_suppressions {
	struct rdep_suppression *list;
	size_t count;
	size_t foreign; /* lines of other tools' kinds, passed over */
	struct rdep_arena arena;
};

/*
 * Adds the lines of a text. 0, or -1 with *err, which begins "file:line: ", and the lines before
 * the bad one added.
 */
int rdep_suppress_parse(struct rdep_suppressions *s, const char *file, const char *text, size_t n,
			struct rdep_error *err);
/* The same of a file; one that can't be read is an error too. */
int rdep_suppress_read(struct rdep_suppressions *s, const char *path, struct rdep_error *err);
void rdep_suppress_free(struct rdep_suppressions *s);

/* Does the line apply to the finding? */
bool rdep_suppress_applies(const struct rdep_suppression *s, const struct rdep_mfinding *f);
/* The first line that does, or NULL. */
const struct rdep_suppression *rdep_suppress_match(const struct rdep_suppressions *s,
						   const struct rdep_mfinding *f);
/* The first line that is that printed suppression, or NULL. */
const struct rdep_suppression *rdep_suppress_exact(const struct rdep_suppressions *s,
						   const char *printed);
/* Sets the hits of all lines. A finding counts for every line that applies to it. */
void rdep_suppress_count(struct rdep_report *r);

/* How a finding's suppression id is printed as a line that is read as this id and nothing else. */
const char *rdep_suppress_line(struct rdep_arena *a, const char *id);

#endif
