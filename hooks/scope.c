/* SPDX-License-Identifier: MIT */
/*
 * scope.c - see scope.h.
 */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "resolve.h"
#include "scope.h"

/* What a loaded object's dynamic section says. */
struct object {
	uintptr_t base;
	const ElfW(Dyn) * dynamic;
	const ElfW(Sym) * symbols;
	const ElfW(Half) * versions;
	const uint32_t *hash;
	const char *strings;
	const char *name; /* its soname, or the last part of its path */
};

/* The loader has added the base to these pointers, but not in objects it may not write to. */
static const void *address(uintptr_t base, ElfW(Addr) p)
{
	return (const void *)(p < base ? base + p : p);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void read_object(struct object *o, uintptr_t base, const ElfW(Dyn) * dynamic,
			const char *path)
{
	const ElfW(Dyn) * d;
	ElfW(Xword) soname = 0;

	*o = (struct object){.base = base, .dynamic = dynamic, .name = last_part(path)};
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

static uint32_t hash_of(const char *name)
{
	uint32_t h = 5381;

	while (*name)
		h = h * 33 + (unsigned char)*name++;
	return h;
}

/* A function that others may bind to, in its default version. */
static bool is_definition(const struct object *o, uint32_t i, const char *name)
{
	const ElfW(Sym) *s = &o->symbols[i];
	unsigned type = ELF64_ST_TYPE(s->st_info);

	return s->st_shndx != SHN_UNDEF && (type == STT_FUNC || type == STT_NOTYPE) &&
	       !(o->versions && o->versions[i] & 0x8000) && !strcmp(o->strings + s->st_name, name);
}

/* DT_GNU_HASH: a header, a filter, buckets of first indices, and from `first` on a chain of
 * hashes, each list's last marked by the lowest bit. */
static void *definition_in(const struct object *o, const char *name)
{
	uint32_t wanted = hash_of(name), count, first, filter, i;
	const uint32_t *buckets, *chain;

	if (!o->hash || !o->symbols || !o->strings || !o->hash[0])
		return NULL;
	count = o->hash[0];
	first = o->hash[1];
	filter = o->hash[2];
	buckets = o->hash + 4 + filter * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	chain = buckets + count;
	i = buckets[wanted % count];
	if (i < first)
		return NULL;
	do {
		if ((chain[i - first] | 1) == (wanted | 1) && is_definition(o, i, name))
			return (void *)(o->base + o->symbols[i].st_value);
	} while (!(chain[i++ - first] & 1));
	return NULL;
}

/* ---- all loaded objects ---- */

/* One walk over them: ends where visit() says so. */
struct walk {
	bool (*visit)(struct walk *w, const struct object *o);
	const char *name;
	const void *except;
	struct object found;
	void *definition;
};

static bool contains(const struct dl_phdr_info *info, const void *p)
{
	int i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		if (h->p_type == PT_LOAD &&
		    (uintptr_t)p - (info->dlpi_addr + h->p_vaddr) < h->p_memsz)
			return true;
	}
	return false;
}

static int visit_one(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct walk *w = arg;
	struct object o;
	int i;

	(void)size;
	if (contains(info, w->except))
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
			read_object(&o, info->dlpi_addr,
				    (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
				    info->dlpi_name);
			return w->visit(w, &o);
		}
	return 0;
}

static bool defines(struct walk *w, const struct object *o)
{
	w->definition = definition_in(o, w->name);
	return w->definition != NULL;
}

static bool is_called(struct walk *w, const struct object *o)
{
	if (strcmp(o->name, w->name) != 0)
		return false;
	w->found = *o;
	return true;
}

void *rd_scope_any(const char *name, const void *except)
{
	struct walk w = {.visit = defines, .name = name, .except = except};

	dl_iterate_phdr(visit_one, &w);
	return w.definition;
}

/* ---- an object and what it needs ---- */

/* Objects of one scope, in the loader's order. They stay: the caller runs in the first. */
#define SCOPE_MAX 64
struct scope {
	struct object objects[SCOPE_MAX];
	unsigned count;
};

static bool is_in(const struct scope *s, const char *name)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (!strcmp(s->objects[i].name, name))
			return true;
	return false;
}

static void add_needed(struct scope *s, const struct object *o, const void *except)
{
	const ElfW(Dyn) * d;

	for (d = o->dynamic; d->d_tag != DT_NULL; d++) {
		struct walk w = {.visit = is_called, .except = except};

		if (d->d_tag != DT_NEEDED || !o->strings || s->count == SCOPE_MAX)
			continue;
		w.name = last_part(o->strings + d->d_un.d_val);
		if (!is_in(s, w.name) && dl_iterate_phdr(visit_one, &w))
			s->objects[s->count++] = w.found;
	}
}

void *rd_scope_find(const struct link_map *object, const char *name, const void *except)
{
	struct scope s = {.count = 1};
	unsigned i;
	void *p;

	read_object(&s.objects[0], object->l_addr, object->l_ld, object->l_name);
	for (i = 0; i < s.count; i++) {
		p = definition_in(&s.objects[i], name);
		if (p)
			return p;
		add_needed(&s, &s.objects[i], except);
	}
	return NULL;
}
