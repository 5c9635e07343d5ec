/* SPDX-License-Identifier: MIT */
/* merge_rest.c - what a record tells beside locks: scopes, allocation sites, notes, options, counters, losses. */
#include <stdlib.h>
#include <string.h>
#include "reports/merge_data.h"

/* ---- texts, of which the ones with the smallest hashes are kept ---- */

static void free_text(struct mg_text *t)
{
	free(t->text);
	free(t);
}

void mg_texts_settle(struct mg_texts *t)
{
	size_t i, n = t->set.count;
	void **items = t->set.items;

	mg_sort(&t->set);
	if (n <= t->most)
		return;
	t->cut = true;
	rdep_map_free(&t->set.map);
	for (i = t->most; i < n; i++)
		free_text(items[i]);
	t->set.items = NULL;
	t->set.count = 0;
	for (i = 0; i < t->most; i++)
		mg_add(&t->set, *(uint64_t *)items[i], items[i]);
	free(items);
}

void mg_texts_free(struct mg_texts *t)
{
	size_t i;

	for (i = 0; i < t->set.count; i++)
		free_text(t->set.items[i]);
	mg_set_free(&t->set);
}

static void add_text(struct mg_texts *t, size_t most, const char *text, size_t len, uint64_t count,
		     uint64_t processes)
{
	uint64_t h = rdep_hash(91, text, len);
	struct mg_text *known = mg_get(&t->set, h);

	t->most = most;
	if (!known) {
		known = rdep_alloc(sizeof(*known));
		known->hash = h;
		known->text = rdep_alloc(len + 1);
		if (len)
			memcpy(known->text, text, len);
		known->len = len;
		mg_add(&t->set, h, known);
	}
	known->count += count;
	known->processes += processes;
	if (t->set.count > 4 * most)
		mg_texts_settle(t);
}

/* ---- notes, and what becomes one ---- */

/* Of a process: with its program's name. */
static void say(struct mg_input *in, const char *text)
{
	const char *program = in->r->exe ? rdep_basename(in->r->exe) : "?";
	struct rdep_buf b = {0};

	rdep_buf_printf(&b, "%.256s: %.65000s", program, text);
	add_text(&in->m->notes, MERGE_NOTES, b.text, b.len, 1, 1);
	rdep_buf_free(&b);
}

/* False: it is none about a merge. */
static bool take_own_note(struct rdep_merge *m, const char *text)
{
	m->notes.cut |= strcmp(text, MERGE_NOTE_CUT) == 0;
	m->overlapped |= strcmp(text, MERGE_NOTE_OVERLAP) == 0;
	return !strcmp(text, MERGE_NOTE_CUT) || !strcmp(text, MERGE_NOTE_OVERLAP) || !strcmp(text, MERGE_NOTE_SEARCH) ||
	       !strcmp(text, MERGE_NOTE_LUMPS);
}

static void take_notes(struct mg_input *in)
{
	size_t i;

	for (i = 0; i < in->r->note_count; i++) {
		const struct rdep_merged_count *c = rdep_record_count(in->r, RDEP_MERGED_NOTES, (uint32_t)i + 1);

		if (in->r->header.merged && take_own_note(in->m, in->r->notes[i].text))
			continue;
		if (in->r->header.merged)
			add_text(&in->m->notes, MERGE_NOTES, in->r->notes[i].text, in->r->notes[i].len,
				 c ? c->count : 1, c ? c->processes : 1);
		else
			say(in, in->r->notes[i].text);
	}
}

static void say_damage(struct mg_input *in)
{
	const struct rdep_record *r = in->r;

	if (r->cut)
		say(in, "a record that was cut short: what is behind the cut is not known");
	if (r->places_damaged)
		say(in, "a damaged record: what stood in the damaged places is not known");
	if (r->items_bad)
		say(in, "a record with items that make no sense: they were left out");
	if (!r->header.merged && r->header.state == RDEP_RUNNING)
		say(in, "did not end by itself before it was merged: what its threads held stands in its own record");
	if (!r->header.merged && r->header.state == RDEP_EXECING)
		say(in, "became another program by exec");
}

/* ---- options and programs ---- */

static struct mg_texts *values_of(struct rdep_merge *m, const char *name, size_t n)
{
	uint64_t h = rdep_hash(92, name, n);
	struct mg_option *o = mg_get(&m->options, h);

	if (!o) {
		o = rdep_arena_alloc(&m->arena, sizeof(*o));
		o->hash = h;
		mg_add(&m->options, h, o);
	}
	return &o->values;
}

/* Where its record went is each process's own. */
static bool is_told(const char *option, size_t name)
{
	return name && !(name == 6 && strncmp(option, "output", 6) == 0);
}

static void take_options(struct mg_input *in)
{
	const char *p = in->r->header.merged ? NULL : in->r->options, *end;
	size_t i, n, name;

	for (; p && *p; p = *end ? end + 1 : end) {
		end = strchrnul(p, ':');
		n = (size_t)(end - p);
		name = strcspn(p, "=:");
		if (name < n && is_told(p, name))
			add_text(values_of(in->m, p, name), MERGE_VALUES, p, n, 1, 1);
	}
	for (i = 0; i < in->r->told_option_count; i++) {
		const struct rdep_rtext *t = &in->r->told_options[i];

		n = strlen(t->text);
		name = strcspn(t->text, "=:");
		if (name < n)
			add_text(values_of(in->m, t->text, name), MERGE_VALUES, t->text, n, t->count, t->processes);
	}
}

static void take_programs(struct mg_input *in)
{
	size_t i;

	if (!in->r->header.merged && in->r->exe)
		add_text(&in->m->programs, MERGE_PROGRAMS, in->r->exe, strlen(in->r->exe), 1, 1);
	for (i = 0; i < in->r->program_count; i++)
		add_text(&in->m->programs, MERGE_PROGRAMS, in->r->programs[i].text, strlen(in->r->programs[i].text),
			 in->r->programs[i].count, in->r->programs[i].processes);
}

/* ---- counters ---- */

static void take_counters(struct mg_input *in)
{
	const struct rdep_header *h = &in->r->header;
	struct rdep_merge *m = in->m;
	unsigned i;

	for (i = 0; i < RDEP_COUNTERS; i++) {
		const struct rdep_merged_count *c = rdep_record_count(in->r, RDEP_MERGED_COUNTERS, i);

		m->counters[i] += h->counters[i];
		m->counter_processes[i] += h->merged && c ? c->processes : h->counters[i] != 0;
	}
	if (!m->first_start || h->start_realtime_ns < m->first_start)
		m->first_start = h->start_realtime_ns;
	if (!m->machine || h->machine < m->machine)
		m->machine = h->machine;
	if (!m->page_size || h->page_size < m->page_size)
		m->page_size = h->page_size;
}

/* ---- scopes and allocation sites ---- */

static uint64_t hash_held(uint64_t h, const struct mg_held *held, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		h = mg_mix(mg_mix(h, mg_hash_of(held[i].cls)), mg_hash_of(held[i].stack));
		h = mg_mix(mg_mix_place(h, held[i].site), (uint64_t)held[i].raw.mode << 8 | held[i].raw.flags);
	}
	return h;
}

static struct mg_held *held_of(struct mg_input *in, const struct rdep_site_held *raw, uint32_t n)
{
	struct mg_held *held = rdep_alloc(n * sizeof(*held));
	uint32_t i;

	for (i = 0; i < n; i++)
		held[i] = (struct mg_held){.raw = {.mode = raw[i].mode, .flags = raw[i].flags},
					   .cls = mg_class_of(in, raw[i].cls),
					   .stack = mg_stack_of(in, raw[i].stack),
					   .site = mg_site_at(in, raw[i].site, 0)};
	return held;
}

/* Takes over its held locks. */
static struct mg_counted *known_counted(struct rdep_merge *m, struct mg_set *set, struct mg_counted *c)
{
	struct mg_counted *known = mg_get(set, c->hash);

	if (!known) {
		known = rdep_arena_copy(&m->arena, c, sizeof(*c));
		known->held = rdep_arena_copy(&m->arena, c->held, c->held_count * sizeof(*c->held));
		known->reason = rdep_arena_text(&m->arena, c->reason, c->reason ? strlen(c->reason) : 0);
		known->count = 0;
		mg_add(set, c->hash, known);
	}
	if (c->scope.cookie < known->scope.cookie)
		known->scope.cookie = c->scope.cookie;
	known->count += c->count;
	free(c->held);
	return known;
}

static struct mg_counted *scope_of(struct mg_input *in, const struct rdep_rscope *rs)
{
	const struct rdep_scope *raw = rs->raw;
	struct mg_counted **known = &in->scopes[rs - in->r->scopes];
	struct mg_counted c = {
		.scope = {.bits = raw->bits, .cookie = raw->cookie},
		.reason = rs->reason,
		.stack = mg_stack_of(in, raw->stack),
		.pc = mg_site_at(in, raw->pc, 0),
		.held_count = raw->held_count,
		.count = rs->count,
	};

	if (*known)
		return *known;
	c.held = held_of(in, raw->held, raw->held_count);
	c.hash = mg_mix(mg_mix(93, raw->bits), rdep_hash_text(rs->reason));
	c.hash = mg_mix_place(mg_mix(c.hash, mg_hash_of(c.stack)), c.pc);
	c.hash = hash_held(c.hash, c.held, c.held_count);
	return *known = known_counted(in->m, &in->m->scopes, &c);
}

static void take_site(struct mg_input *in, const struct rdep_rsite *rs)
{
	const struct rdep_site *raw = rs->raw;
	struct mg_counted c = {
		.is_site = true,
		.site = {.raw_gfp = raw->raw_gfp, .gfp = raw->gfp, .scope = raw->scope, .flags = raw->flags},
		.stack = mg_stack_of(in, raw->stack),
		.pc = mg_site_at(in, raw->pc, 0),
		.held_count = raw->held_count,
		.count = rs->count,
	};
	uint32_t i;

	c.held = held_of(in, raw->held, raw->held_count);
	c.hash = mg_mix(mg_mix(94, (uint64_t)raw->raw_gfp << 32 | raw->gfp), (uint64_t)raw->scope << 32 | raw->flags);
	c.hash = mg_mix_place(mg_mix(c.hash, mg_hash_of(c.stack)), c.pc);
	c.hash = hash_held(c.hash, c.held, c.held_count);
	for (i = 0; i < raw->scope_count; i++) {
		const struct rdep_rscope *s = rdep_record_scope(in->r, raw->scopes[i]);

		if (!s)
			continue;
		c.scopes[c.site.scope_count] = scope_of(in, s);
		c.hash = mg_mix(c.hash, c.scopes[c.site.scope_count++]->hash);
	}
	known_counted(in->m, &in->m->sites, &c);
}

static void take_domain_sites(struct mg_input *in)
{
	size_t i;

	for (i = 0; i < in->r->lock_place_count; i++) {
		const struct rdep_rlock_place *s = &in->r->lock_places[i];
		struct mg_domain_site d = {.cls = s->raw->cls,
					   .pc = mg_site_at(in, s->raw->pc, s->module),
					   .stack = mg_stack_of(in, s->raw->stack)};

		if (d.cls >= RDEP_FIRST_CLASS)
			continue;
		d.hash = mg_mix_place(mg_mix(mg_mix(95, d.cls), mg_hash_of(d.stack)), d.pc);
		if (!mg_get(&in->m->domain_sites, d.hash))
			mg_add(&in->m->domain_sites, d.hash, rdep_arena_copy(&in->m->arena, &d, sizeof(d)));
	}
}

void mg_take_rest(struct mg_input *in)
{
	size_t i;

	take_notes(in);
	say_damage(in);
	take_options(in);
	take_programs(in);
	take_counters(in);
	for (i = 0; i < in->r->scope_count; i++)
		scope_of(in, &in->r->scopes[i]);
	for (i = 0; i < in->r->site_count; i++)
		take_site(in, &in->r->sites[i]);
	take_domain_sites(in);
}
