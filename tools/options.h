/* SPDX-License-Identifier: MIT */
/*
 * options.h - the options of a run (runtime/options.def), read and checked by the
 * launcher before anything starts.
 */
#ifndef RECLAIMDEP_TOOLS_OPTIONS_H
#define RECLAIMDEP_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

enum option_id {
#define OPT_INT(name, def, min, max, help) OPTION_##name,
#define OPT_BOOL(name, def, help) OPTION_##name,
#define OPT_STR(name, def, help) OPTION_##name,
#define OPT_ENUM(name, def, names, help) OPTION_##name,
#include "runtime/options.def"
#undef OPT_INT
#undef OPT_BOOL
#undef OPT_STR
#undef OPT_ENUM
	OPTIONS
};

struct option_value {
	bool given;
	int number;	  /* INT, BOOL, ENUM */
	const char *text; /* STR */
};

struct options {
	struct option_value value[OPTIONS];
};

void options_default(struct options *o);

/* "key=value:key=value"; a backslash takes the next character as it is. False after saying
 * what is wrong, and where it stands (`where`). */
bool options_parse(struct options *o, const char *text, const char *where);

/* argv[i] as a flag. Returns how many words it took (1 or 2), 0 after saying what is wrong. */
int options_flag(struct options *o, int argc, char **argv, int i);

/* The options that were given, as options_parse() reads them; malloc'd, NULL after saying
 * that there is no memory. */
char *options_text(const struct options *o);

/* The table, for people. */
void options_list(FILE *out);

#endif
