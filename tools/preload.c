/* SPDX-License-Identifier: MIT */
/*
 * preload.c - see preload.h.
 */
#include "preload.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools.h"

#define LIBRARY "libreclaimdep.so"

/* The directory of the reclaimdep command. */
static void own_dir(char *dir, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", dir, size - 1);
	char *slash;

	dir[n > 0 ? n : 0] = '\0';
	slash = strrchr(dir, '/');
	if (slash)
		*slash = '\0';
}

/* LD_PRELOAD splits at spaces and colons, and expands $ORIGIN and the like. */
static bool speakable(const char *path)
{
	return !path[strcspn(path, " \t\n:$")];
}

/* A link of a plain name to the library, in a directory of our own. */
static bool make_link(struct preload *p)
{
	char target[sizeof(p->path)];

	snprintf(target, sizeof(target), "%s", p->path);
	snprintf(p->link_dir, sizeof(p->link_dir), "/tmp/reclaimdep-XXXXXX");
	if (!mkdtemp(p->link_dir)) {
		tool_say("cannot make a link to %s, whose path LD_PRELOAD cannot hold: %s: %s", target,
			 p->link_dir, strerror(errno));
		*p->link_dir = '\0';
		return false;
	}
	snprintf(p->path, sizeof(p->path), "%s/%s", p->link_dir, LIBRARY);
	if (symlink(target, p->path)) {
		tool_say("cannot make the link %s to %s: %s", p->path, target, strerror(errno));
		preload_done(p);
		return false;
	}
	return true;
}

bool preload_find(struct preload *p)
{
	/* In a build tree the two lie side by side; then a moved installation; then the
	 * configured place. */
	static const char *const places[] = { "", "/../lib", "/../lib/x86_64-linux-gnu", NULL };
	char dir[PATH_MAX], candidate[PATH_MAX + 64];
	const char *const *place;

	memset(p, 0, sizeof(*p));
	own_dir(dir, sizeof(dir));
	for (place = places; *place; place++) {
		snprintf(candidate, sizeof(candidate), "%s%s/%s", dir, *place, LIBRARY);
		if (realpath(candidate, p->path))
			break;
	}
	if (!*place && !realpath(RDEP_LIBDIR "/" LIBRARY, p->path)) {
		tool_say("cannot find %s: it is neither beside the command (%s) nor in %s", LIBRARY, dir,
			 RDEP_LIBDIR);
		return false;
	}
	if (access(p->path, R_OK)) {
		tool_say("cannot read %s: %s", p->path, strerror(errno));
		return false;
	}
	return speakable(p->path) || make_link(p);
}

void preload_done(struct preload *p)
{
	if (!*p->link_dir)
		return;
	unlink(p->path);
	rmdir(p->link_dir);
	*p->link_dir = '\0';
}

char *preload_value(const struct preload *p)
{
	const char *user = getenv("LD_PRELOAD");
	char *value;

	if (asprintf(&value, "%s%s%s", p->path, user && *user ? ":" : "", user ? user : "") < 0)
		return NULL;
	return value;
}
