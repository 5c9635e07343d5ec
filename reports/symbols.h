/* SPDX-License-Identifier: MIT */
/*
 * symbols.h - from a place in a module (ELF virtual address) to names.
 *
 * A module is looked up by path and build-id; which files are taken for it, and from
 * where, module_file.h says. What can't be named stays module+offset and build-id: a
 * name is never guessed from another build.
 *
 * Answers are cached: a repeated address costs one hash lookup. Everything that is
 * returned lives as long as the rdep_symbols, and is clean text (rdep_clean).
 */
#ifndef RECLAIMDEP_REPORTS_SYMBOLS_H
#define RECLAIMDEP_REPORTS_SYMBOLS_H

#include "reports/module_file.h"

/* The best that names come from. */
enum rdep_module_names {
	RDEP_NAMES_NONE,
	RDEP_NAMES_DYNAMIC, /* .dynsym: a stripped file tells its exported functions alone */
	RDEP_NAMES_MINI,    /* .gnu_debugdata: functions, without lines */
	RDEP_NAMES_TABLE,   /* .symtab */
	RDEP_NAMES_DWARF,
};

struct rdep_frame {
	const char *function; /* demangled, without parameters; NULL: unknown */
	const char *unit;     /* of a function that is local to a source file: its basename */
	const char *file;     /* NULL: unknown */
	unsigned line;
	bool inlined; /* into the next frame of the same place */
};

/* The frames at one address, the innermost inline function first; at least one. */
struct rdep_place {
	const struct rdep_symbol_module *module;
	uint64_t address;
	size_t count;
	struct rdep_frame frames[];
};

struct rdep_variable {
	const char *name;   /* NULL: unknown */
	const char *unit;   /* of a variable that is local to a source file */
	const char *member; /* ".lock", "[2].lock", or "" */
	uint64_t offset;    /* into the variable, or into the member when there is one */
};

struct rdep_symbol_module {
	const char *path; /* as recorded */
	const char *name; /* clean basename, for people */
	const char *clean_path;
	const char *build_id; /* hex, "" when unknown */
	const char *said;     /* "reading symbols of NAME" */
	uint64_t ran_ns;      /* when the run began that had it; 0: unknown */
	enum rdep_module_state state;
	enum rdep_module_names names;
	bool has_dwarf, alt_missing;
	const char *words, *words_unit; /* what its static variables are, of the unit that was asked for last */
	size_t unnamed; /* places without a function's name */
	struct rdep_symbol_tables *tables; /* symbols_elf.c, symbols_dwarf.c */
	struct rdep_symbols *owner;
	struct rdep_map code, data; /* address -> place, variable */
};

struct rdep_symbols {
	struct rdep_arena arena;
	struct rdep_module_search *search;
	struct rdep_map by_key;	 /* hash of path and build-id -> module */
	struct rdep_map sources; /* hash of path -> source text (source.c) */
	struct rdep_symbol_module **modules;
	size_t module_count;
};

/* Takes over one use of `search`; NULL: a new one. */
struct rdep_symbols *rdep_symbols_new(struct rdep_module_search *search);
void rdep_symbols_free(struct rdep_symbols *s);

/*
 * path: terminated, as recorded; ran_ns: when the run began that had it (realtime; 0: unknown), which
 * decides where there is no build-id. Never NULL.
 */
struct rdep_symbol_module *rdep_symbols_module(struct rdep_symbols *s, const char *path,
					       const uint8_t *build_id, size_t build_id_len,
					       uint64_t ran_ns);

/* What to look for: the module as module_file.h wants it. */
struct rdep_module_wanted rdep_symbols_wanted(const struct rdep_symbol_module *m);

/* address: inside the instruction (for a return address: minus 1). Never NULL. */
const struct rdep_place *rdep_symbols_code(struct rdep_symbol_module *m, uint64_t address);
const struct rdep_variable *rdep_symbols_data(struct rdep_symbol_module *m, uint64_t address);

/*
 * Which of the calls that its function makes to the same callee the one before the return
 * address is: 1, 2, ... in the order of the code; 0 when that can't be told (an indirect call,
 * no file). The same in every run of a build, and mostly in the next build.
 */
unsigned rdep_symbols_ordinal(struct rdep_symbol_module *m, uint64_t return_address);

/*
 * The function that the call before the return address goes to, by name: through the PLT or
 * directly; NULL when that can't be told.
 */
const char *rdep_symbols_callee(struct rdep_symbol_module *m, uint64_t return_address);

/*
 * What a call's source line, where it can be read and is not newer than the module, names as
 * its object: "inode->lock" for pthread_mutex_init(&inode->lock, NULL). NULL: not told.
 */
const char *rdep_source_object(struct rdep_symbol_module *m, const char *file, unsigned line);

/* A source file as text, with what it was built for. */
struct rdep_source {
	const char *text; /* as it stands in the file, terminated: to be cleaned */
	bool newer;	  /* changed after the module was built */
	bool below_root;  /* found below the root that was given, not where it was built */
};

/* The file, where it was built or below `root` (NULL: none), where it can be read. Else NULL. One root per report. */
const struct rdep_source *rdep_source(struct rdep_symbol_module *m, const char *file, const char *root);

#endif
