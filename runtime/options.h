/* SPDX-License-Identifier: MIT */
/*
 * options.h - the options of this process, from RECLAIMDEP_OPTIONS.
 *
 * "key=value:key=value"; a backslash takes the next character as it is. Generated from
 * options.def.
 */
#ifndef RECLAIMDEP_OPTIONS_H
#define RECLAIMDEP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define RD_OPTION_STR_MAX 1024

struct rd_options {
#define OPT_INT(name, def, min, max, help) int name;
#define OPT_BOOL(name, def, help) int name;
#define OPT_STR(name, def, help) char name[RD_OPTION_STR_MAX];
#define OPT_ENUM(name, def, list, help) int name;
#include "options.def"
#undef OPT_INT
#undef OPT_BOOL
#undef OPT_STR
#undef OPT_ENUM
};

extern struct rd_options rd_options;

/*
 * Sets the defaults, then what text (may be NULL) says. Returns 0, or -1 with a message that
 * names the key, the value and what is allowed in error[0..n): the options before the bad
 * one are in force, the rest keep their defaults. Uses no libc service that allocates or locks.
 */
int rd_options_parse(struct rd_options *o, const char *text, char *error, size_t n);

/* Writes the options in force as text, NUL-terminated; returns the length (cut at n - 1). */
size_t rd_options_format(const struct rd_options *o, char *buf, size_t n);

/* One line per option into the sink (help=1). */
void rd_options_help(void (*line)(const char *text));

#endif
