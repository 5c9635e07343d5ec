/* SPDX-License-Identifier: MIT */
/*
 * wrapper.h - is this code address in a function that only wraps a lock call?
 *
 * By name: wrappers.def and the option wrapper=. The names come from the module's file (.symtab, or
 * .dynsym in a stripped one), read once per module, when a lock site in it is first met; what can't
 * be read has no wrappers. Needs the runtime lock.
 */
#ifndef RECLAIMDEP_WRAPPER_H
#define RECLAIMDEP_WRAPPER_H

#include <stdbool.h>
#include <stdint.h>

/* ELF virtual addresses [start, end). */
struct rd_range {
	uint64_t start, end;
};

bool rd_wrapper_at(uint64_t pc);

/* Does the name match a pattern in which * stands for any characters and ? for one? */
bool rd_wrapper_match(const char *pattern, const char *pattern_end, const char *name);

#endif
