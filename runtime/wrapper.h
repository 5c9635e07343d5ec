/* SPDX-License-Identifier: MIT */
/*
 * wrapper.h - functions that are known by name: is this code address in one that only wraps a lock
 * call, or in one whose locks are not to be validated?
 *
 * By wrappers.def and the option wrapper=, and by novalidate.def and the option novalidate=. The names come from the
 * module's file (.symtab, or .dynsym in a stripped one), read once per module, when a lock site in it is
 * first met; of what can't be read nothing is known. Needs the runtime lock.
 */
#ifndef RECLAIMDEP_WRAPPER_H
#define RECLAIMDEP_WRAPPER_H

#include <stdbool.h>
#include <stdint.h>
#include "stack.h"

/* ELF virtual addresses [start, end). */
struct rd_range {
	uint64_t start, end;
	uint16_t novalidate; /* 1 << kind of the locks that it sets up; 0: it is a wrapper */
	bool inside;	     /* what it calls in its own module is a part of it: GLib's */
	bool told;	     /* a wrapper by an option */
	bool denied;	     /* none after all */
};

bool rd_wrapper_at(uint64_t pc);

/* The function there sets up several locks in one call, whatever its name: it is no wrapper, unless an option says so.
 * Returns whether it was one so far. */
bool rd_wrapper_deny(uint64_t pc);

/* Are locks of this kind that are set up here left out of the order? */
bool rd_novalidate_at(uint64_t pc, unsigned kind);

/* The walk's first frame that is in none; 0 when all are. */
size_t rd_wrapper_skip(const struct rd_walk *w);

#endif
