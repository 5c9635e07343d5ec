/* SPDX-License-Identifier: MIT */
/* core_sites.c - the places that take locks of a class, as the record of a core has them. */
#include <stdlib.h>
#include <string.h>
#include "reports/core_record.h"

static int site_order(const void *pa, const void *pb)
{
	const struct rdep_lock_site *a = pa, *b = pb;

	if (a->cls != b->cls)
		return a->cls < b->cls ? -1 : 1;
	return a->pc < b->pc ? -1 : a->pc > b->pc;
}

void rdep_core_read_sites(struct rdep_core_made *m)
{
	m->site_count = m->record->lock_site_count;
	m->sites = rdep_alloc(m->site_count * sizeof(*m->sites));
	if (!m->site_count)
		return;
	memcpy(m->sites, m->record->lock_sites, m->site_count * sizeof(*m->sites));
	qsort(m->sites, m->site_count, sizeof(*m->sites), site_order);
}

/* The first that is not before (cls, pc). */
static size_t site_at(const struct rdep_core_made *m, uint32_t cls, uint64_t pc)
{
	const struct rdep_lock_site wanted = {.cls = cls, .pc = pc};
	size_t low = 0, high = m->site_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (site_order(&m->sites[mid], &wanted) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct rdep_lock_site *rdep_core_site(const struct rdep_core_made *m, uint32_t cls,
					    uint64_t pc)
{
	size_t i = site_at(m, cls, pc);

	return i < m->site_count && m->sites[i].cls == cls && m->sites[i].pc == pc ? &m->sites[i]
										   : NULL;
}

#define PLACES_MAX 64u /* of one class that are looked at */

/* The function that an address lies in, *module: of which module; NULL: not known. */
static const char *function_at(const struct rdep_core_made *m, uint64_t address,
			       const struct rdep_core_module **module)
{
	const struct rdep_core_module *mod = rdep_core_module_at(m->core, address);
	struct rdep_symbol_module *s;
	const struct rdep_place *place;

	*module = mod;
	if (!mod)
		return NULL;
	s = rdep_symbols_module(m->symbols, mod->path, mod->build_id, mod->build_id_len,
				m->state.header.start_realtime_ns);
	place = rdep_symbols_code(s, address - mod->bias);
	return place->frames[place->count - 1].function;
}

static bool is_in(const struct rdep_core_made *m, uint64_t pc, const struct rdep_core_stack *s)
{
	const struct rdep_core_module *its, *other;
	const char *function = function_at(m, pc - 1, &its), *frame;
	size_t i;

	for (i = 0; function && i < s->count; i++) {
		uint64_t at = s->frames[i].pc - !s->frames[i].exact;

		/* It is in that call now. */
		if (s->frames[i].pc == pc)
			return false;
		if (rdep_core_module_at(m->core, at) != its)
			continue;
		frame = function_at(m, at, &other);
		if (frame && !strcmp(frame, function))
			return true;
	}
	return false;
}

const struct rdep_lock_site *rdep_core_likely_site(const struct rdep_core_made *m, uint32_t cls,
						   const struct rdep_core_stack *s)
{
	size_t first = site_at(m, cls, 0), n = 0, in = 0, i;
	const struct rdep_lock_site *found = NULL;

	while (first + n < m->site_count && m->sites[first + n].cls == cls)
		if (++n > PLACES_MAX)
			return NULL;
	if (n == 1)
		return &m->sites[first];
	for (i = first; i < first + n; i++) {
		if (!is_in(m, m->sites[i].pc, s))
			continue;
		in++;
		found = &m->sites[i];
	}
	return in == 1 ? found : NULL;
}
