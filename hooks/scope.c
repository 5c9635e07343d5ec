/* SPDX-License-Identifier: MIT */
/*
 * scope.c - see scope.h.
 */
#include <string.h>
#include "object.h"
#include "resolve.h"
#include "scope.h"

/* ---- all loaded objects ---- */

/* One walk over them: ends where visit() says so. */
struct walk {
	bool (*visit)(struct walk *w, const struct rd_object *o);
	const char *name;
	uint32_t hash;
	const void *except;
	struct rd_object found;
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
	struct rd_object o;
	int i;

	(void)size;
	if (contains(info, w->except))
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
			rd_object_read(&o, info->dlpi_addr,
				       (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
				       info->dlpi_name);
			return w->visit(w, &o);
		}
	return 0;
}

static bool defines(struct walk *w, const struct rd_object *o)
{
	w->definition = rd_object_function(o, w->name, w->hash);
	return w->definition != NULL;
}

static bool is_called(struct walk *w, const struct rd_object *o)
{
	if (strcmp(o->name, w->name) != 0)
		return false;
	w->found = *o;
	return true;
}

void *rd_scope_any(const char *name, const void *except)
{
	struct walk w = {.visit = defines,
			 .name = name,
			 .hash = rd_object_hash_of(name),
			 .except = except};

	dl_iterate_phdr(visit_one, &w);
	return w.definition;
}

/* ---- an object and what it needs ---- */

/* Objects of one scope, in the loader's order. They stay: the caller runs in the first. */
#define SCOPE_MAX 64
struct scope {
	struct rd_object objects[SCOPE_MAX];
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

static void add_needed(struct scope *s, const struct rd_object *o, const void *except)
{
	const ElfW(Dyn) * d;

	for (d = o->dynamic; d->d_tag != DT_NULL; d++) {
		struct walk w = {.visit = is_called, .except = except};

		if (d->d_tag != DT_NEEDED || !o->strings || s->count == SCOPE_MAX)
			continue;
		w.name = rd_last_part(o->strings + d->d_un.d_val);
		if (!is_in(s, w.name) && dl_iterate_phdr(visit_one, &w))
			s->objects[s->count++] = w.found;
	}
}

void *rd_scope_find(const struct link_map *object, const char *name, const void *except)
{
	uint32_t hash = rd_object_hash_of(name);
	struct scope s = {.count = 1};
	unsigned i;
	void *p;

	rd_object_read(&s.objects[0], object->l_addr, object->l_ld, object->l_name);
	for (i = 0; i < s.count; i++) {
		p = rd_object_function(&s.objects[i], name, hash);
		if (p)
			return p;
		add_needed(&s, &s.objects[i], except);
	}
	return NULL;
}
