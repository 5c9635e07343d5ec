/* SPDX-License-Identifier: MIT */
/*
 * progress.h - one line on the terminal about work that takes longer than a second.
 *
 * On stderr, and only where that is a terminal: never in a log (a CI's pseudo-terminal is known by
 * the variable CI). Between begin and end, what reports/ tells with rdep_progress() is shown, after a
 * second at the earliest; the end erases it, and so does tool_say(). Where standard output is the same
 * terminal, end it before writing there: use progress_output().
 */
#ifndef RECLAIMDEP_TOOLS_PROGRESS_H
#define RECLAIMDEP_TOOLS_PROGRESS_H

#include <stdbool.h>

/* command: "report". A second begin without an end goes on with the first. */
void progress_begin(const char *command);
void progress_end(void);
/* Output to the standard output begins: ends it where that is a terminal, too. */
void progress_output(void);
/* Takes the line away for now, as something else is to be printed. */
void progress_erase(void);

#endif
