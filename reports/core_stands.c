/* SPDX-License-Identifier: MIT */
/* core_stands.c - where the threads of a core stand: their stacks, and the modules that these lie
 * in. */
#include <stdlib.h>
#include <string.h>
#include "reports/core_record.h"

#define FRAMES_MAX 256u /* as many as a record's stack can have */
#define FRAMES_IN_ALL (1u << 22)

/* ---- unwinding ---- */

static const char *why_not(enum rdep_module_state state)
{
	return state == RDEP_MODULE_CHANGED ? "the file there is another build"
	       : state == RDEP_MODULE_NEWER ? "it has no build-id to tell whether the file there, "
					      "which is newer than the run, is it"
	       : state == RDEP_MODULE_NOT_ELF ? "what is there is no ELF file of this machine"
					      : "there is no such file";
}

static void mark_used(struct rdep_core *c, const struct rdep_core_stack *s)
{
	struct rdep_core_module *m;
	size_t i;

	for (i = 0; i < s->count; i++) {
		m = rdep_core_module_at(c, s->frames[i].pc);
		if (m)
			m->used = true;
	}
}

static void say_missing(struct rdep_core_made *m)
{
	struct rdep_core *c = m->core;
	size_t i;

	for (i = 0; i < c->module_count; i++) {
		struct rdep_core_module *mod = &c->modules[i];
		char hex[65] = "";
		unsigned k;

		if (mod->state == RDEP_MODULE_GOOD || !mod->used)
			continue;
		for (k = 0; k < mod->build_id_len; k++)
			snprintf(hex + 2 * k, 3, "%02x", mod->build_id[k]);
		rdep_core_miss(m,
			       "%s: %s (the core has build-id %s): stacks may end in it, and "
			       "nothing in it has a name",
			       mod->path, why_not(mod->state), *hex ? hex : "unknown");
	}
}

void rdep_core_unwind_all(struct rdep_core_made *m, struct rdep_symbols *symbols)
{
	struct rdep_core_unwinder *u =
		rdep_core_unwinder_new(m->core, symbols, m->state.header.start_realtime_ns);
	struct rdep_core_frame frames[FRAMES_MAX];
	size_t i, left = FRAMES_IN_ALL;

	for (i = 0; i < m->core->thread_count; i++) {
		struct rdep_core_stack *s = &m->stacks[i];

		s->count = rdep_core_unwind(m->core, u, i, frames,
					    left < FRAMES_MAX ? 1 : FRAMES_MAX, &s->broken);
		s->cut = s->count == FRAMES_MAX;
		s->frames = rdep_alloc(s->count * sizeof(*frames));
		memcpy(s->frames, frames, s->count * sizeof(*frames));
		left -= s->count < left ? s->count : left;
		mark_used(m->core, s);
	}
	rdep_core_unwinder_free(u);
	say_missing(m);
}

static bool is_library(const char *path)
{
	static const char *const names[] = {"libc.so.", "libc-2.", "libpthread",
					    "ld-linux", "ld-2.",   "libreclaimdep.so"};
	const char *base = rdep_basename(path);
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(base, names[i], strlen(names[i])))
			return true;
	return false;
}

size_t rdep_core_call(const struct rdep_core *c, const struct rdep_core_stack *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct rdep_core_module *m =
			rdep_core_module_at(c, s->frames[i].pc - !s->frames[i].exact);

		if (m && !is_library(m->path))
			return i;
	}
	return s->count;
}

/* ---- the record ---- */

static uint32_t last_module(const struct rdep_record *r)
{
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < r->module_count; i++)
		if (r->modules[i].raw->id > last)
			last = r->modules[i].raw->id;
	return last;
}

static bool same_module(const struct rdep_record *r, const struct rdep_core_module *m)
{
	uint32_t known = rdep_record_module_at(r, m->start);
	const struct rdep_module *raw = known ? r->modules[known - 1].raw : NULL;

	return raw && raw->bias == m->bias && raw->build_id_len == m->build_id_len &&
	       !memcmp(raw->build_id, m->build_id, m->build_id_len);
}

static void put_modules(struct rdep_core_made *m, struct rdep_core_writer *w)
{
	uint32_t id = last_module(m->record);
	size_t i;

	for (i = 0; i < m->core->module_count; i++) {
		const struct rdep_core_module *mod = &m->core->modules[i];
		struct rdep_module item = {.build_id_len = mod->build_id_len,
					   .start = mod->start,
					   .end = mod->end,
					   .bias = mod->bias,
					   .path_len = (uint32_t)strlen(mod->path)};
		struct rdep_buf b = {0};

		if (!mod->whole || !mod->used || same_module(m->record, mod))
			continue;
		item.id = ++id;
		memcpy(item.build_id, mod->build_id, sizeof(item.build_id));
		rdep_buf_addn(&b, (const char *)&item, sizeof(item));
		rdep_buf_addn(&b, mod->path, item.path_len);
		rdep_writer_item(w, RDEP_MODULE, b.text, b.len, 0);
		rdep_buf_free(&b);
	}
}

uint32_t rdep_core_put_stack(struct rdep_core_writer *w, const struct rdep_core_stack *s,
			     size_t from, uint32_t *last)
{
	char room[sizeof(struct rdep_stack) + FRAMES_MAX * sizeof(uint64_t)]
		__attribute__((aligned(8)));
	struct rdep_stack *item = (struct rdep_stack *)(void *)room;
	size_t i, n = from < s->count ? s->count - from : 0;

	if (!n)
		return 0;
	memset(item, 0, sizeof(*item));
	item->id = ++*last;
	item->count = (uint16_t)n;
	item->flags =
		(uint16_t)((s->broken ? RDEP_STACK_BROKEN : 0) | (s->cut ? RDEP_STACK_CUT : 0));
	for (i = 0; i < n; i++) {
		uint64_t pc = s->frames[from + i].pc;

		memcpy(room + sizeof(*item) + i * sizeof(pc), &pc, sizeof(pc));
		if (s->frames[from + i].exact)
			item->exact[i / 64] |= 1ull << i % 64;
	}
	return rdep_writer_item(w, RDEP_STACK, room, sizeof(*item) + n * sizeof(uint64_t), 0)
		       ? item->id
		       : 0;
}

static uint32_t last_stack(const struct rdep_record *r)
{
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < r->stack_count; i++)
		if (r->stacks[i].raw->id > last)
			last = r->stacks[i].raw->id;
	return last;
}

void rdep_core_put_stacks(struct rdep_core_made *m, struct rdep_core_writer *w)
{
	uint32_t last = last_stack(m->record);
	size_t i;

	put_modules(m, w);
	for (i = 0; i < m->core->thread_count; i++)
		m->stacks[i].id = rdep_core_put_stack(w, &m->stacks[i], 0, &last);
}
