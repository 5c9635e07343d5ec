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
	const char *built, *seen;
} sanitizers[] = {
	[PRECHECK_ASAN_LINKED] = { "AddressSanitizer linked in",
				   "its locks are seen, its allocations are not" },
	[PRECHECK_TSAN_LINKED] = { "ThreadSanitizer linked in",
				   "its locks are seen, its allocations are not" },
};

void proof_sanitizer(const char *command, const struct precheck *check)
{
	if ((size_t)check->sanitizer < sizeof(sanitizers) / sizeof(sanitizers[0]) &&
	    sanitizers[check->sanitizer].built)
		tool_say("%s is built with %s: %s (-shared-libasan, or gcc's default, shows both)",
			 command, sanitizers[check->sanitizer].built,
			 sanitizers[check->sanitizer].seen);
}

void proof_missing(const char *command, const char *dir, const struct precheck *check, int status)
{
	struct statvfs fs;
	struct rlimit limit;
	const char *why = "the runtime did not come up: the program ended before it started,\n"
			  "or something between took LD_PRELOAD out of its environment";

	if (!statvfs(dir, &fs) && (uint64_t)fs.f_bavail * fs.f_frsize < RECORD_LEAST)
		why = "no space is left for its record";
	else if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur < RECORD_LEAST)
		why = "the file size limit (ulimit -f) leaves no room for its record";
	else if (status == TOOL_NOT_FOUND)
		why = "the loader could not start it (what it said stands above)";
	else if (check->sanitizer == PRECHECK_ASAN_SHARED)
		why = "AddressSanitizer ended it: set ASAN_OPTIONS=verify_asan_link_order=0";
	tool_say("%s left no record in %s (it ended with status %d):\n%s", command, dir, status, why);
	tool_say("nothing can be said about this run");
}
