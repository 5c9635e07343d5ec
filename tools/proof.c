/* SPDX-License-Identifier: MIT */
/*
 * proof.c - see proof.h.
 */
#include "proof.h"

#include <sys/resource.h>
#include <sys/statvfs.h>

#include "tools.h"

/* A record's first piece wants about this much. */
#define RECORD_LEAST (1u << 20)

static const struct {
	const char *built, *instead;
} linked_in[] = {
	[PRECHECK_ASAN_LINKED] = { "AddressSanitizer", "gcc's default and clang's -shared-libasan show" },
	[PRECHECK_TSAN_LINKED] = { "ThreadSanitizer", "gcc's default shows" },
};

void proof_sanitizer(const char *command, const struct precheck *check)
{
	if ((size_t)check->sanitizer < sizeof(linked_in) / sizeof(linked_in[0]) &&
	    linked_in[check->sanitizer].built)
		tool_say("%s has %s linked in: its locks are seen, its malloc and operator new are not (%s both)",
			 command, linked_in[check->sanitizer].built,
			 linked_in[check->sanitizer].instead);
}

void proof_missing(const char *command, const char *dir, const struct precheck *check, int status)
{
	struct statvfs fs;
	struct rlimit limit;
	const char *why = "the runtime did not come up: the program ended before it started, or something "
			  " between took LD_PRELOAD out of its environment";

	if (!statvfs(dir, &fs) && (uint64_t)fs.f_bavail * fs.f_frsize < RECORD_LEAST)
		why = "no space is left for its record";
	else if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur < RECORD_LEAST)
		why = "the file size limit (ulimit -f) leaves no room for its record";
	else if (status == TOOL_NOT_FOUND)
		why = "the loader could not start it (what it said stands above)";
	else if (check->sanitizer == PRECHECK_ASAN_SHARED)
		why = "AddressSanitizer ended it: set ASAN_OPTIONS=verify_asan_link_order=0";
	tool_say("%s left no record in %s (it ended with status %d): %s", command, dir, status, why);
	tool_say("nothing can be said about this run");
}
