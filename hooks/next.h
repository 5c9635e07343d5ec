/* SPDX-License-Identifier: MIT */
/*
 * next.h - who defines a hooked name beside us: many names in one pass over the objects.
 *
 * dlsym(RTLD_NEXT) takes a microsecond for a name, and allocates the text of an error for each that nobody defines, which
 * are most. Here all the others are answered: what libc alone defines, and what nobody does. Who comes first among
 * several is asked of dlsym.
 */
#ifndef RECLAIMDEP_HOOKS_NEXT_H
#define RECLAIMDEP_HOOKS_NEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd_wanted {
	const char *name;
	/* The answer. */
	void *libc;  /* libc's function */
	bool others; /* somebody else behind us may define it too, or libc in another way: ask dlsym */
	bool before; /* somebody before us may */
	uint32_t hash;
};

/* Fills in the answers. While the program has one thread, or comes up: the loader's list is read as it stands. */
void rd_next_find(struct rd_wanted *wanted, size_t n);

#endif
