/* SPDX-License-Identifier: MIT */
/*
 * tools.h - what the subcommands of `reclaimdep` share.
 */
#ifndef RECLAIMDEP_TOOLS_H
#define RECLAIMDEP_TOOLS_H

#include <stdbool.h>
#include <stdio.h>

#include "reports/reports.h"
#include "reports/util.h"

/* Exit statuses of our own, beside RDEP_EXIT_TROUBLE. Never 77 or 99: automake
 * reads those as skip and hard error. */
#define TOOL_CANNOT_RUN 126 /* the command is there but cannot be run */
#define TOOL_NOT_FOUND 127  /* no such command */

/* Each subcommand: argv[0] is its own name, what it returns is the exit status. */
#define COMMAND(sym, name, synopsis, help) int rdep_cmd_##sym(int argc, char **argv);
#include "commands.def"
#undef COMMAND

/* One line on stderr, after "reclaimdep: ", made harmless (rdep_clean). The newline is added. */
void tool_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Says that `option` is none of `command`'s and where the list is; `nearest` (may
 * be NULL) is what was perhaps meant. Returns RDEP_EXIT_TROUBLE. */
int tool_unknown_option(const char *command, const char *option, const char *nearest);

/* Is arg --name, or --name=VALUE? '-' and '_' are alike. */
bool tool_is_flag(const char *arg, const char *name);

/* The text of --help: the commands, then the options from their table. */
void tool_help(FILE *out);
void tool_version(FILE *out);

/* color= and NO_COLOR, for text that goes to this stream: 0 auto, 1 always, 2 never. */
bool tool_color(int option, FILE *out);

#endif
