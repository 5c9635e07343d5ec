/* SPDX-License-Identifier: MIT */
/* record_merged.c - the items that merged records alone have: whose something is, and how often it was seen. */
#include <stdlib.h>
#include <string.h>
#include "reports/record_items.h"

/* Lists by id are indexed under a type that no item has. */
#define COUNT_TYPE(what) (0x10000u + (what))

const struct rdep_rorigin *rdep_record_origin(const struct rdep_record *r, uint32_t thread, uint32_t *own)
{
	size_t i = rdep_record_index_get(r, COUNT_TYPE(RDEP_MERGED_THREADS), thread), origin;

	if (!i)
		return NULL;
	*own = r->own_threads[i - 1].own;
	origin = rdep_record_index_get(r, RDEP_ORIGIN, r->own_threads[i - 1].origin);
	return origin ? &r->origins[origin - 1] : NULL;
}

const struct rdep_merged_count *rdep_record_count(const struct rdep_record *r, uint32_t what, uint32_t id)
{
	size_t i = rdep_record_index_get(r, COUNT_TYPE(what), id);

	return i ? &r->counts[i - 1] : NULL;
}

bool rdep_record_take_origin(struct rdep_record *r, const char *p, size_t n)
{
	const struct rdep_origin *o = (const void *)p;
	size_t room = n - sizeof(*o);
	struct rdep_rorigin *out;
	const char *text = o->text;

	if (o->name_len > room || o->exe_len > room - o->name_len ||
	    o->cmdline_len > room - o->name_len - o->exe_len)
		return false;
	if (!rdep_record_index_add(r, RDEP_ORIGIN, o->id, r->origin_count))
		return true;
	RDEP_GROW(r->origins, r->origin_count);
	out = &r->origins[r->origin_count++];
	out->raw = rdep_arena_copy(&r->arena, o, sizeof(*o));
	out->name = rdep_arena_text(&r->arena, text, o->name_len);
	out->exe = rdep_arena_text(&r->arena, text + o->name_len, o->exe_len);
	out->cmdline = rdep_arena_text(&r->arena, text + o->name_len + o->exe_len, o->cmdline_len);
	return true;
}

bool rdep_record_take_occurrence(struct rdep_record *r, const char *p, size_t n)
{
	const struct rdep_occurrence *o = (const void *)p;
	size_t i = rdep_record_index_get(r, RDEP_EDGE, o->edge);
	struct rdep_roccurrence *of;

	if (!i || o->gate_count > RDEP_GATES || o->gate_count > (n - sizeof(*o)) / sizeof(o->gates[0]) ||
	    o->sample > r->edges[i - 1].sample_count)
		return false;
	of = o->sample ? &r->edges[i - 1].samples[o->sample - 1] : &r->edges[i - 1].first;
	if (of->raw->gate_count != o->gate_count)
		return false;
	of->more = rdep_arena_copy(&r->arena, o, sizeof(*o) + o->gate_count * sizeof(o->gates[0]));
	return true;
}

bool rdep_record_take_role(struct rdep_record *r, const char *p, size_t n)
{
	const struct rdep_role *o = (const void *)p;
	struct rdep_rrole *out;
	uint32_t i;

	if (o->site_count > (n - sizeof(*o)) / sizeof(o->sites[0]))
		return false;
	if (!rdep_record_index_add(r, RDEP_ROLE, o->id, r->role_count))
		return true;
	RDEP_GROW(r->roles, r->role_count);
	out = &r->roles[r->role_count++];
	out->raw = rdep_arena_copy(&r->arena, o, sizeof(*o) + o->site_count * sizeof(o->sites[0]));
	out->modules = rdep_arena_alloc(&r->arena, o->site_count * sizeof(*out->modules));
	for (i = 0; i < o->site_count; i++)
		out->modules[i] = rdep_record_module_at(r, o->sites[i] - 1);
	return true;
}

static void take_images(struct rdep_record *r, const struct rdep_merged_image *list, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		RDEP_GROW(r->images, r->image_count);
		r->images[r->image_count++] = list[i];
	}
}

static void take_threads(struct rdep_record *r, const struct rdep_merged_thread *list, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (!rdep_record_index_add(r, COUNT_TYPE(RDEP_MERGED_THREADS), list[i].thread, r->own_thread_count))
			continue;
		RDEP_GROW(r->own_threads, r->own_thread_count);
		r->own_threads[r->own_thread_count++] = list[i];
	}
}

static void take_counts(struct rdep_record *r, uint32_t what, const struct rdep_merged_count *list, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (!rdep_record_index_add(r, COUNT_TYPE(what), list[i].id, r->count_count))
			continue;
		RDEP_GROW(r->counts, r->count_count);
		r->counts[r->count_count++] = list[i];
	}
}

/* p: room for a struct rdep_merged_count, and `room` bytes. */
static bool take_text(struct rdep_record *r, struct rdep_rtext **list, size_t *count, const char *p, size_t room)
{
	const struct rdep_merged_count *c = (const void *)p;

	if (c->id > room)
		return false;
	RDEP_GROW(*list, *count);
	(*list)[(*count)++] = (struct rdep_rtext){.text = rdep_arena_text(&r->arena, p + sizeof(*c), c->id),
						  .len = c->id,
						  .count = c->count,
						  .processes = c->processes};
	return true;
}

bool rdep_record_take_merged(struct rdep_record *r, const char *p, size_t n)
{
	static const size_t sizes[] = {
		[RDEP_MERGED_IMAGES] = sizeof(struct rdep_merged_image),
		[RDEP_MERGED_THREADS] = sizeof(struct rdep_merged_thread),
		[RDEP_MERGED_FINDINGS] = sizeof(struct rdep_merged_count),
		[RDEP_MERGED_COUNTERS] = sizeof(struct rdep_merged_count),
		[RDEP_MERGED_NOTES] = sizeof(struct rdep_merged_count),
		[RDEP_MERGED_OPTION] = sizeof(struct rdep_merged_count),
		[RDEP_MERGED_PROGRAM] = sizeof(struct rdep_merged_count),
	};
	const struct rdep_merged *m = (const void *)p;
	const void *list = m + 1;

	/* A later version's list is none of ours. */
	if (m->what >= sizeof(sizes) / sizeof(*sizes) || !sizes[m->what])
		return true;
	if (m->count > (n - sizeof(*m)) / sizes[m->what])
		return false;
	if (m->what == RDEP_MERGED_IMAGES)
		take_images(r, list, m->count);
	else if (m->what == RDEP_MERGED_THREADS)
		take_threads(r, list, m->count);
	else if (m->what == RDEP_MERGED_OPTION && m->count)
		return take_text(r, &r->told_options, &r->told_option_count, list, n - sizeof(*m) - sizes[m->what]);
	else if (m->what == RDEP_MERGED_PROGRAM && m->count)
		return take_text(r, &r->programs, &r->program_count, list, n - sizeof(*m) - sizes[m->what]);
	else
		take_counts(r, m->what, list, m->count);
	return true;
}

void rdep_record_drop_merged(struct rdep_record *r)
{
	free(r->origins);
	free(r->roles);
	free(r->images);
	free(r->own_threads);
	free(r->counts);
	free(r->told_options);
	free(r->programs);
}
