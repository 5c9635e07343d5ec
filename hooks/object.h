/* SPDX-License-Identifier: MIT */
/*
 * object.h - what the dynamic section of a loaded object says: its symbols, and what it imports.
 *
 * Reads what the loader has mapped and nothing else: no lock, no allocation, no dlerror().
 */
#ifndef RECLAIMDEP_HOOKS_OBJECT_H
#define RECLAIMDEP_HOOKS_OBJECT_H

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd_object {
	uintptr_t base;
	const ElfW(Dyn) * dynamic;
	const ElfW(Sym) * symbols;
	const ElfW(Half) * versions;
	const uint32_t *hash; /* DT_GNU_HASH */
	const char *strings;
	const char *name; /* its soname, or the last part of its path */
};

/* path: "" where it is not known. */
void rd_object_read(struct rd_object *o, uintptr_t base, const ElfW(Dyn) * dynamic,
		    const char *path);

/* Relocations: those of data, of which the first `relative` name no symbol, and those of calls. */
enum { RD_RELA_DATA, RD_RELA_CALLS, RD_RELA_TABLES };
struct rd_relocations {
	const ElfW(Rela) * rela[RD_RELA_TABLES];
	size_t count[RD_RELA_TABLES];
	size_t relative;
};

/* A table that is not there has no entries. */
void rd_object_relocations(const struct rd_object *o, struct rd_relocations *r);

/* What DT_GNU_HASH knows a name by. */
uint32_t rd_object_hash_of(const char *name);

/* The definition of a name, of any type, in its default version; NULL: none. hash: of the name. */
const ElfW(Sym) * rd_object_symbol(const struct rd_object *o, const char *name, uint32_t hash);

/* Where a function is; NULL: there is no symbol, or it is something else. */
void *rd_object_at(const struct rd_object *o, const ElfW(Sym) * s);

static inline void *rd_object_function(const struct rd_object *o, const char *name, uint32_t hash)
{
	return rd_object_at(o, rd_object_symbol(o, name, hash));
}

/* The loaded object that holds a function; NULL: none. */
const struct link_map *rd_object_map(const void *function);

/* The first of the loader's list that the object is in (NULL: none): the executable. */
const struct link_map *rd_object_first(const struct link_map *m);

static inline const char *rd_last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
