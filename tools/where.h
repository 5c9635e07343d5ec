/* SPDX-License-Identifier: MIT */
/*
 * where.h - where the files of modules are looked for: the flags --sysroot=DIR and --debug-dir=DIR.
 */
#ifndef RECLAIMDEP_TOOLS_WHERE_H
#define RECLAIMDEP_TOOLS_WHERE_H

#include "tools.h"

struct where {
	struct where_dir {
		const char *dir;
		bool sysroot;
	} *list;
	size_t count;
};

/* Takes argv[i] if it is one of these flags: how many words it took, 0 when it is none, -1 after a word
 * about it. */
int where_flag(struct where *w, const char *command, int argc, char **argv, int i);
/* Tells the report of them; false after a word about what is no directory. */
bool where_apply(const struct where *w, const char *command, struct rdep_report *r);
void where_free(struct where *w);

/* What --help says of the two, indented like the flags of `report`. */
#define WHERE_HELP                                                                                         \
	"  --debug-dir=DIR            looks for separate debug files there, too (/usr/lib/debug is known);\n" \
	"                             as often as wanted\n"                                               \
	"  --sysroot=DIR              looks for all modules and /usr/lib/debug below DIR (a container's\n"     \
	"                             root, an image), never outside; several are tried in order\n"

#endif
