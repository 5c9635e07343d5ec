/* SPDX-License-Identifier: MIT */
/*
 * preload.h - the library to preload: where it is, and a path that LD_PRELOAD can hold.
 */
#ifndef RECLAIMDEP_PRELOAD_H
#define RECLAIMDEP_PRELOAD_H

#include <stdbool.h>

struct preload {
	char path[4096];
	char link_dir[64]; /* made for a link with a name that LD_PRELOAD can hold; empty: none */
};

/* False after saying where it was looked for. */
bool preload_find(struct preload *p);

/* Takes the link away, where one was made. */
void preload_done(struct preload *p);

/* LD_PRELOAD for the command: the library, then what the user had; malloc'd. */
char *preload_value(const struct preload *p);

#endif
