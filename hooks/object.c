/* SPDX-License-Identifier: MIT */
/*
 * object.c - see object.h.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>
#include "object.h"

/* The loader has added the base to these pointers, but not in objects it may not write to. */
static const void *address(uintptr_t base, ElfW(Addr) p)
{
	return (const void *)(p < base ? base + p : p);
}

void rd_object_read(struct rd_object *o, uintptr_t base, const ElfW(Dyn) * dynamic,
		    const char *path)
{
	const ElfW(Dyn) * d;
	ElfW(Xword) soname = 0;

	*o = (struct rd_object){.base = base, .dynamic = dynamic, .name = rd_last_part(path)};
	for (d = dynamic; d && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			o->symbols = address(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_STRTAB)
			o->strings = address(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_GNU_HASH)
			o->hash = address(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_VERSYM)
			o->versions = address(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_SONAME)
			soname = d->d_un.d_val;
	}
	if (o->strings && soname)
		o->name = o->strings + soname;
}

void rd_object_relocations(const struct rd_object *o, struct rd_relocations *r)
{
	const ElfW(Dyn) * d;
	unsigned i;

	*r = (struct rd_relocations){.relative = 0};
	for (d = o->dynamic; d && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_RELA)
			r->rela[RD_RELA_DATA] = address(o->base, d->d_un.d_ptr);
		else if (d->d_tag == DT_RELASZ)
			r->count[RD_RELA_DATA] = d->d_un.d_val / sizeof(ElfW(Rela));
		else if (d->d_tag == DT_RELACOUNT)
			r->relative = d->d_un.d_val;
		else if (d->d_tag == DT_JMPREL)
			r->rela[RD_RELA_CALLS] = address(o->base, d->d_un.d_ptr);
		else if (d->d_tag == DT_PLTRELSZ)
			r->count[RD_RELA_CALLS] = d->d_un.d_val / sizeof(ElfW(Rela));
	}
	for (i = 0; i < RD_RELA_TABLES; i++)
		if (!r->rela[i])
			r->count[i] = 0;
}

uint32_t rd_object_hash_of(const char *name)
{
	uint32_t h = 5381;

	while (*name)
		h = h * 33 + (unsigned char)*name++;
	return h;
}

/* Something that others may bind to, in its default version. */
static bool is_definition(const struct rd_object *o, uint32_t i, const char *name)
{
	const ElfW(Sym) *s = &o->symbols[i];

	return s->st_shndx != SHN_UNDEF && !(o->versions && o->versions[i] & 0x8000) &&
	       !strcmp(o->strings + s->st_name, name);
}

/* DT_GNU_HASH: how many buckets, the first symbol that is in them, how many words the filter has and a shift; the
 * filter, in which each name has two bits; the buckets' first symbols; and from the first symbol on a chain of
 * hashes, each list's last marked by the lowest bit. */
const ElfW(Sym) * rd_object_symbol(const struct rd_object *o, const char *name, uint32_t hash)
{
	const uint32_t *buckets, *chain;
	const ElfW(Addr) * filter;
	uint32_t first, i;
	ElfW(Addr) word;

	if (!o->hash || !o->symbols || !o->strings || !o->hash[0])
		return NULL;
	first = o->hash[1];
	filter = (const ElfW(Addr) *)(o->hash + 4);
	word = filter[hash / 64 & (o->hash[2] - 1)];
	if (!(word >> (hash & 63) & word >> (hash >> o->hash[3] & 63) & 1))
		return NULL;
	buckets = (const uint32_t *)(filter + o->hash[2]);
	chain = buckets + o->hash[0];
	i = buckets[hash % o->hash[0]];
	if (i < first)
		return NULL;
	do {
		if ((chain[i - first] | 1) == (hash | 1) && is_definition(o, i, name))
			return &o->symbols[i];
	} while (!(chain[i++ - first] & 1));
	return NULL;
}

void *rd_object_at(const struct rd_object *o, const ElfW(Sym) * s)
{
	unsigned type = s ? ELF64_ST_TYPE(s->st_info) : STT_OBJECT;

	return type == STT_FUNC || type == STT_NOTYPE ? (void *)(o->base + s->st_value) : NULL;
}

const struct link_map *rd_object_map(const void *function)
{
	struct dl_find_object found;

	return _dl_find_object((void *)function, &found) ? NULL : found.dlfo_link_map;
}

const struct link_map *rd_object_first(const struct link_map *m)
{
	while (m && m->l_prev)
		m = m->l_prev;
	return m;
}
