/* SPDX-License-Identifier: MIT */
/*
 * print.h - what a target says by itself (print=1): findings in short, the summary, notes.
 *
 * Written to descriptor 2 by raw writes, if that is still the file that it was at start-up (a program may have
 * put something else of its own there), and only as long as they can't block: the record has it all.
 * Needs the runtime lock.
 */
#ifndef RECLAIMDEP_PRINT_H
#define RECLAIMDEP_PRINT_H

#include "record_layout.h"

/* Remembers what descriptor 2 is. */
void rd_print_start(void);

/* "reclaimdep: " and the line. Whatever print= says. */
void rd_print_line(const char *text);

/* Names by module and offset, and ELF symbols; the command that tells more. Edges are looked up. site: where a
 * finding about a place went wrong; circle: of a deadlock, else NULL. */
void rd_print_finding(const struct rdep_finding *f, uint64_t site, const struct rdep_circle *circle);
void rd_print_summary(void);

#endif
