/* SPDX-License-Identifier: MIT */
/* where.c - see where.h. */
#include "where.h"

#include <stdlib.h>
#include <string.h>

int where_flag(struct where *w, const char *command, int argc, char **argv, int i)
{
	bool sysroot = tool_is_flag(argv[i], "sysroot");
	const char *equals = strchr(argv[i], '='), *value;
	struct where_dir *list;

	if (!sysroot && !tool_is_flag(argv[i], "debug-dir"))
		return 0;
	value = equals ? equals + 1 : i + 1 < argc ? argv[i + 1] : "";
	if (!*value) {
		tool_say("%s: option '%s' wants a directory: %s=DIR", command, argv[i],
			 sysroot ? "--sysroot" : "--debug-dir");
		return -1;
	}
	list = realloc(w->list, (w->count + 1) * sizeof(*list));
	if (!list) {
		tool_say("%s: no memory", command);
		return -1;
	}
	w->list = list;
	list[w->count++] = (struct where_dir){.dir = value, .sysroot = sysroot};
	return equals ? 1 : 2;
}

bool where_apply(const struct where *w, const char *command, struct rdep_report *r)
{
	struct rdep_error err = {""};

	for (size_t i = 0; i < w->count; i++) {
		const struct where_dir *d = &w->list[i];

		if ((d->sysroot ? rdep_report_sysroot(r, d->dir, &err)
				: rdep_report_debug_dir(r, d->dir, &err)) < 0) {
			tool_say("%s: %s", command, err.text);
			return false;
		}
	}
	return true;
}

void where_free(struct where *w)
{
	free(w->list);
	*w = (struct where){0};
}
