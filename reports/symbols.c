/* SPDX-License-Identifier: MIT */
/* symbols.c - the cache of modules, places and variables; see symbols.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/progress.h"
#include "reports/symbols_tables.h"

struct rdep_symbols *rdep_symbols_new(struct rdep_module_search *search)
{
	struct rdep_symbols *s = rdep_alloc(sizeof(*s));

	s->search = search ? search : rdep_module_search_new();
	return s;
}

void rdep_symbols_free(struct rdep_symbols *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->module_count; i++) {
		rdep_elf_unload(s->modules[i]->tables);
		rdep_map_free(&s->modules[i]->code);
		rdep_map_free(&s->modules[i]->data);
	}
	free(s->modules);
	rdep_map_free(&s->by_key);
	rdep_map_free(&s->sources);
	rdep_arena_free(&s->arena);
	rdep_module_search_free(s->search);
	free(s);
}

static struct rdep_symbol_module *new_module(struct rdep_symbols *s, const char *path, const uint8_t *build_id,
					     size_t build_id_len, uint64_t ran_ns)
{
	struct rdep_symbol_module *m = rdep_arena_alloc(&s->arena, sizeof(*m));
	const char *base = rdep_basename(path);
	char hex[129] = "";
	size_t i;

	for (i = 0; i < build_id_len && i < 64; i++)
		snprintf(hex + 2 * i, 3, "%02x", build_id[i]);
	m->owner = s;
	m->ran_ns = ran_ns;
	m->path = rdep_arena_text(&s->arena, path, strlen(path));
	m->clean_path = rdep_clean(&s->arena, path, strlen(path));
	m->name = *base ? rdep_clean(&s->arena, base, strlen(base)) : "?";
	m->build_id = rdep_arena_text(&s->arena, hex, strlen(hex));
	m->said = rdep_arena_printf(&s->arena, "reading symbols of %s", m->name);
	RDEP_GROW(s->modules, s->module_count);
	s->modules[s->module_count++] = m;
	return m;
}

/* Without a build-id there are two at most, however many runs had it: of runs that began before its file
 * was last written, and of those that began after. */
static struct rdep_symbol_module *undated(struct rdep_symbols *s, const char *path, uint64_t ran_ns)
{
	const uint8_t older = rdep_module_is_older(s->search, path, ran_ns);
	uint64_t *known = rdep_map_put(&s->by_key, rdep_hash(~rdep_hash_text(path), &older, 1));

	if (!*known)
		*known = (uintptr_t)new_module(s, path, NULL, 0, ran_ns);
	return (struct rdep_symbol_module *)(uintptr_t)*known;
}

struct rdep_symbol_module *rdep_symbols_module(struct rdep_symbols *s, const char *path,
					       const uint8_t *build_id, size_t build_id_len,
					       uint64_t ran_ns)
{
	uint64_t key = rdep_hash(rdep_hash_text(path) ^ (build_id_len ? 0 : ran_ns), build_id, build_id_len);
	uint64_t *known = rdep_map_get(&s->by_key, key);
	struct rdep_symbol_module *m;

	if (known)
		return (struct rdep_symbol_module *)(uintptr_t)*known;
	m = build_id_len ? new_module(s, path, build_id, build_id_len, ran_ns) : undated(s, path, ran_ns);
	*rdep_map_put(&s->by_key, key) = (uintptr_t)m;
	return m;
}

struct rdep_module_wanted rdep_symbols_wanted(const struct rdep_symbol_module *m)
{
	return (struct rdep_module_wanted){.path = m->path, .build_id = m->build_id, .ran_ns = m->ran_ns};
}

static void load(struct rdep_symbol_module *m)
{
	if (m->state != RDEP_MODULE_UNTRIED)
		return;
	rdep_progress(m->said, 0, 0);
	rdep_elf_load(m);
	if (m->tables->file.elf || m->tables->debug.elf)
		rdep_dwarf_load(m);
}

/* The source file of a local symbol; what a linker's temporary is called says nothing. */
static const char *unit_name(struct rdep_arena *a, const char *unit)
{
	size_t n = unit ? strlen(unit) : 0;

	if (!n || (n > 2 && strcmp(unit + n - 2, ".o") == 0))
		return NULL;
	unit = rdep_basename(unit);
	return rdep_clean(a, unit, strlen(unit));
}

const struct rdep_place *rdep_symbols_code(struct rdep_symbol_module *m, uint64_t address)
{
	uint64_t *known = rdep_map_put(&m->code, address);
	struct rdep_arena *a = &m->owner->arena;
	const struct rdep_symbol *symbol = NULL;
	struct rdep_frame *frames = NULL, *outer;
	struct rdep_place *place;
	size_t n;

	if (*known)
		return (const struct rdep_place *)(uintptr_t)*known;
	load(m);
	n = m->tables ? rdep_dwarf_frames(m, address, &frames) : 0;
	place = rdep_arena_alloc(a, sizeof(*place) + (n ? n : 1) * sizeof(*frames));
	place->module = m;
	place->address = address;
	place->count = n ? n : 1;
	if (n)
		memcpy(place->frames, frames, n * sizeof(*frames));
	free(frames);
	if (m->tables)
		symbol = rdep_elf_symbol(m->tables->functions, m->tables->function_count, address);
	outer = &place->frames[place->count - 1];
	if (symbol && !outer->function)
		outer->function = rdep_symbol_name(a, symbol->name);
	if (symbol && symbol->local && !outer->unit)
		outer->unit = unit_name(a, symbol->unit);
	m->unnamed += !outer->function;
	*known = (uintptr_t)place;
	return place;
}

static void name_variable(struct rdep_symbol_module *m, const struct rdep_symbol *symbol, struct rdep_variable *v)
{
	struct rdep_arena *a = &m->owner->arena;

	if (m->tables->named.symbol != symbol) {
		m->tables->named.symbol = symbol;
		m->tables->named.name = rdep_symbol_name(a, symbol->name);
		m->tables->named.unit = symbol->local ? unit_name(a, symbol->unit) : NULL;
	}
	v->name = m->tables->named.name;
	v->unit = m->tables->named.unit;
}

const struct rdep_variable *rdep_symbols_data(struct rdep_symbol_module *m, uint64_t address)
{
	uint64_t *known = rdep_map_put(&m->data, address);
	struct rdep_arena *a = &m->owner->arena;
	const struct rdep_symbol *symbol = NULL;
	struct rdep_variable *v;

	if (*known)
		return (const struct rdep_variable *)(uintptr_t)*known;
	load(m);
	v = rdep_arena_alloc(a, sizeof(*v));
	v->member = "";
	*known = (uintptr_t)v;
	if (m->tables)
		symbol = rdep_elf_symbol(m->tables->objects, m->tables->object_count, address);
	if (!symbol)
		return v;
	name_variable(m, symbol, v);
	v->offset = address - symbol->address;
	/* Looking for members walks all DIEs: only where there can be several locks. */
	if (m->has_dwarf && (v->offset || symbol->size > 64)) {
		uint64_t rest;
		const char *member = rdep_dwarf_member(m, symbol->address, v->offset, &rest);

		if (member) {
			v->member = member;
			v->offset = rest;
		}
	}
	return v;
}
