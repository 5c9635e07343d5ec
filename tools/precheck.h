/* SPDX-License-Identifier: MIT */
/*
 * precheck.h - what can be told from a program's file before it runs: whether a
 * preloaded object can come up in it, and if not, why.
 */
#ifndef RECLAIMDEP_PRECHECK_H
#define RECLAIMDEP_PRECHECK_H

#include <stdbool.h>
#include <stddef.h>

enum precheck_sanitizer {
	PRECHECK_NO_SANITIZER,
	PRECHECK_ASAN_SHARED, /* libasan is a library of the program */
	PRECHECK_ASAN_LINKED, /* it is part of the program */
	PRECHECK_TSAN_SHARED,
	PRECHECK_TSAN_LINKED,
};

struct precheck {
	bool ok;
	enum precheck_sanitizer sanitizer;
	char program[4096]; /* the file that the kernel will run: a script's interpreter */
	char why[8192];	    /* not ok: the reason, and what to do about it */
};

/*
 * Looks a command up as execvp() does. Returns 0 with its path, or TOOL_CANNOT_RUN or
 * TOOL_NOT_FOUND.
 */
int precheck_find(const char *command, char *path, size_t size);

/* path: a file that can be executed. */
void precheck(struct precheck *p, const char *path);

#endif
