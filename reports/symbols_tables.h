/* SPDX-License-Identifier: MIT */
/* symbols_tables.h - what symbols.c, symbols_elf.c and symbols_dwarf.c share. */
#ifndef RECLAIMDEP_REPORTS_SYMBOLS_TABLES_H
#define RECLAIMDEP_REPORTS_SYMBOLS_TABLES_H

#include <elfutils/libdw.h>
#include <gelf.h>
#include "reports/symbols.h"

struct rdep_symbol {
	uint64_t address, size;
	const char *name; /* raw, in the ELF's string table */
	const char *unit; /* raw STT_FILE name of a local symbol, or NULL */
	bool local;
};

struct rdep_unit_range {
	uint64_t low, high;
	Dwarf_Off die;
};

struct rdep_symbol_tables {
	/* The module's file, a separate debug file, and what that shares with others (dwz); an elf of
	 * NULL: not here. */
	struct rdep_module_file file, debug, alt;
	Elf *mini; /* what .gnu_debugdata holds, unpacked to mini_data */
	char *mini_data;
	struct rdep_symbol *functions, *objects; /* sorted by address */
	size_t function_count, object_count;
	Dwarf *dwarf, *alt_dwarf;
	struct rdep_unit_range *units; /* sorted by low */
	size_t unit_count;
	struct rdep_map slots; /* GOT slot -> name that is bound there */
	bool slots_read;
	/* The variable and the symbol asked for last: of an array there may be millions of locks. */
	struct {
		bool known, found;
		uint64_t address;
		Dwarf_Die die;
	} variable;
	struct {
		const struct rdep_symbol *symbol;
		const char *name, *unit;
	} named;
};

/* Opens the module's files and fills `functions` and `objects`; sets m->state and m->names. */
void rdep_elf_load(struct rdep_symbol_module *m);
void rdep_elf_unload(struct rdep_symbol_tables *t);

/* Unpacks .gnu_debugdata into `mini`, where there is some that can be read (symbols_mini.c). */
void rdep_mini_load(struct rdep_symbol_tables *t);

/* The symbol that covers an address, or NULL. */
const struct rdep_symbol *rdep_elf_symbol(const struct rdep_symbol *symbols, size_t count,
					  uint64_t address);

/* A symbol's name as people know it: demangled, without version, clone suffix or parameters. */
char *rdep_symbol_name(struct rdep_arena *a, const char *raw);

/* Opens DWARF where there is some, and its supplementary file. */
void rdep_dwarf_load(struct rdep_symbol_module *m);
void rdep_dwarf_unload(struct rdep_symbol_tables *t);

/* The frames at an address to *frames (malloced); 0 when DWARF does not tell. */
size_t rdep_dwarf_frames(struct rdep_symbol_module *m, uint64_t address,
			 struct rdep_frame **frames);

/*
 * The member path at `offset` inside the variable at `address` ("" when none), *rest: what is
 * left of the offset inside it. NULL when DWARF does not know the variable.
 */
const char *rdep_dwarf_member(struct rdep_symbol_module *m, uint64_t address, uint64_t offset,
			      uint64_t *rest);

#endif
