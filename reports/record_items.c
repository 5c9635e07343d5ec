/* SPDX-License-Identifier: MIT */
/*
 * record_items.c - what the items of a record mean, and finding them by id.
 *
 * An item is taken in when its payload holds the struct of its type and every length
 * that the struct names; else it is counted and left out.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "reports/record_items.h"

/* What of a payload is there, once its fixed struct is. */
struct payload {
	const char *p;
	size_t len;
	uint64_t at;
};

#define LIVE_MODULES_MAX 65536u

struct rdep_live_module {
	uint64_t start, end;
	uint32_t index; /* of modules, plus 1 */
};

/* ---- the index ---- */

static uint64_t index_key(unsigned type, uint32_t id)
{
	return (uint64_t)type << 32 | id;
}

/* NULL: no such type. */
static struct rdep_dense *dense_of(const struct rdep_record *r, unsigned type)
{
	struct rdep_dense *dense = (struct rdep_dense *)r->dense;

	return type == RDEP_EDGE ? &dense[0] : type == RDEP_CLASS ? &dense[1] : type == RDEP_STACK ? &dense[2] : NULL;
}

static size_t index_get(const struct rdep_record *r, unsigned type, uint32_t id)
{
	const struct rdep_dense *d = dense_of(r, type);
	uint64_t *v;

	if (d && id < d->room && d->at[id])
		return d->at[id];
	if (d && !d->elsewhere)
		return 0;
	v = rdep_map_get(&r->index, index_key(type, id));
	return v ? (size_t)*v : 0;
}

/* The place for that id among `count` items; NULL: it is far beyond what their number says. */
static uint32_t *dense_place(struct rdep_dense *d, uint32_t id, size_t count)
{
	size_t room = d->room ? 2 * d->room : 1024;

	if (id < d->room)
		return &d->at[id];
	if (id > 2 * count + 1024 || count >= UINT32_MAX)
		return NULL;
	if (room <= id)
		room = (size_t)id + 1;
	d->at = rdep_realloc(d->at, room * sizeof(*d->at));
	memset(d->at + d->room, 0, (room - d->room) * sizeof(*d->at));
	d->room = room;
	return &d->at[id];
}

/* False when that id is there already. */
static bool index_add(struct rdep_record *r, unsigned type, uint32_t id, size_t index)
{
	struct rdep_dense *d = dense_of(r, type);
	uint32_t *place;

	if (index_get(r, type, id)) {
		r->items_bad++;
		return false;
	}
	place = d ? dense_place(d, id, index) : NULL;
	if (place) {
		*place = (uint32_t)index + 1;
		return true;
	}
	if (d)
		d->elsewhere++;
	*rdep_map_put(&r->index, index_key(type, id)) = index + 1;
	return true;
}

size_t rdep_record_index_get(const struct rdep_record *r, unsigned type, uint32_t id)
{
	return index_get(r, type, id);
}

bool rdep_record_index_add(struct rdep_record *r, unsigned type, uint32_t id, size_t index)
{
	return index_add(r, type, id, index);
}

const struct rdep_rclass *rdep_record_class(const struct rdep_record *r, uint32_t id)
{
	size_t i = index_get(r, RDEP_CLASS, id);

	return i ? &r->classes[i - 1] : NULL;
}

const struct rdep_rstack *rdep_record_stack(const struct rdep_record *r, uint32_t id)
{
	size_t i = index_get(r, RDEP_STACK, id);

	return i ? &r->stacks[i - 1] : NULL;
}

const struct rdep_redge *rdep_record_edge(const struct rdep_record *r, uint32_t id)
{
	size_t i = index_get(r, RDEP_EDGE, id);

	return i ? &r->edges[i - 1] : NULL;
}

const struct rdep_rthread *rdep_record_thread(const struct rdep_record *r, uint32_t id)
{
	size_t i = index_get(r, RDEP_THREAD, id), low = 0, high = r->board_thread_count;

	if (i)
		return &r->threads[i - 1];
	while (low < high) {
		i = low + (high - low) / 2;
		if (r->board_threads[i].raw->id < id)
			low = i + 1;
		else
			high = i;
	}
	return low < r->board_thread_count && r->board_threads[low].raw->id == id ? &r->board_threads[low] : NULL;
}

uint64_t rdep_record_threads(const struct rdep_record *r)
{
	uint64_t followed = r->header.counters[RDEP_C_THREADS];

	return followed > r->thread_count ? followed : r->thread_count;
}

const struct rdep_rcircle *rdep_record_circle(const struct rdep_record *r, uint32_t finding)
{
	size_t i = index_get(r, RDEP_CIRCLE, finding);

	return i ? &r->circles[i - 1] : NULL;
}

const struct rdep_rscope *rdep_record_scope(const struct rdep_record *r, uint32_t id)
{
	size_t i = index_get(r, RDEP_SCOPE, id);

	return i ? &r->scopes[i - 1] : NULL;
}

const struct rdep_stand *rdep_record_stand(const struct rdep_record *r, uint32_t tid)
{
	size_t i = index_get(r, RDEP_STAND, tid);

	return i ? r->stands[i - 1] : NULL;
}

/* ---- modules: which one is where now ---- */

/* The first live module that ends after pc. */
static size_t live_after(const struct rdep_record *r, uint64_t pc)
{
	size_t low = 0, high = r->live_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->live[mid].end <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint32_t rdep_record_module_at(const struct rdep_record *r, uint64_t pc)
{
	size_t i = live_after(r, pc);

	return i < r->live_count && r->live[i].start <= pc ? r->live[i].index : 0;
}

static void live_remove(struct rdep_record *r, size_t from, size_t to)
{
	if (from == to)
		return;
	memmove(&r->live[from], &r->live[to], (r->live_count - to) * sizeof(*r->live));
	r->live_count -= to - from;
}

/* A module that covers others takes their place: their going was not recorded. */
static void live_add(struct rdep_record *r, uint64_t start, uint64_t end, uint32_t index)
{
	size_t i = live_after(r, start), last = i;

	if (start >= end)
		return;
	while (last < r->live_count && r->live[last].start < end)
		last++;
	live_remove(r, i, last);
	if (r->live_count == LIVE_MODULES_MAX) {
		r->items_bad++;
		return;
	}
	RDEP_GROW(r->live, r->live_count);
	memmove(&r->live[i + 1], &r->live[i], (r->live_count - i) * sizeof(*r->live));
	r->live[i] = (struct rdep_live_module){start, end, index};
	r->live_count++;
}

/* One that is back, under the number that it had: its index, plus 1; 0: it is another. */
static size_t module_again(const struct rdep_record *r, const struct rdep_module *m)
{
	size_t i = index_get(r, RDEP_MODULE, m->id);
	const struct rdep_rmodule *had = i ? &r->modules[i - 1] : NULL;

	return had && memcmp(had->raw, m, sizeof(*m)) == 0 && strlen(had->path) == m->path_len &&
			       memcmp(had->path, m->path, m->path_len) == 0
		       ? i
		       : 0;
}

static bool take_module(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_module *m = (const void *)l->p;
	struct rdep_rmodule *out;
	size_t i;

	if (m->path_len > l->len - sizeof(*m) || m->build_id_len > sizeof(m->build_id))
		return false;
	i = module_again(r, m);
	if (!i) {
		RDEP_GROW(r->modules, r->module_count);
		out = &r->modules[r->module_count];
		out->raw = rdep_arena_copy(&r->arena, m, sizeof(*m));
		out->path = rdep_arena_text(&r->arena, m->path, m->path_len);
		*rdep_map_put(&r->index, index_key(RDEP_MODULE, m->id)) = i = ++r->module_count;
	}
	r->modules[i - 1].gone = false;
	live_add(r, m->start, m->end, (uint32_t)i);
	return true;
}

static bool take_module_gone(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_module_gone *g = (const void *)l->p;
	size_t i = index_get(r, RDEP_MODULE, g->id), at;
	struct rdep_rmodule *m;

	if (!i)
		return false;
	m = &r->modules[i - 1];
	m->gone = true;
	at = live_after(r, m->raw->start);
	if (at < r->live_count && r->live[at].index == i)
		live_remove(r, at, at + 1);
	return true;
}

/* ---- the others ---- */

static bool take_class(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_class *c = (const void *)l->p;
	struct rdep_rclass *out;

	if (c->name_len > l->len - sizeof(*c))
		return false;
	if (!index_add(r, RDEP_CLASS, c->id, r->class_count))
		return true;
	RDEP_GROW(r->classes, r->class_count);
	out = &r->classes[r->class_count++];
	out->raw = rdep_arena_copy(&r->arena, c, sizeof(*c));
	out->name = rdep_arena_text(&r->arena, c->name, c->name_len);
	out->name_len = c->name_len;
	return true;
}

static bool take_stack(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_stack *s = (const void *)l->p;
	struct rdep_rstack *out;
	size_t i;

	if (s->count > (l->len - sizeof(*s)) / sizeof(s->pcs[0]))
		return false;
	if (!index_add(r, RDEP_STACK, s->id, r->stack_count))
		return true;
	RDEP_GROW(r->stacks, r->stack_count);
	out = &r->stacks[r->stack_count++];
	out->raw = rdep_arena_copy(&r->arena, s, sizeof(*s) + s->count * sizeof(s->pcs[0]));
	out->modules = rdep_arena_alloc(&r->arena, s->count * sizeof(*out->modules));
	for (i = 0; i < s->count; i++)
		out->modules[i] = rdep_record_module_at(r, s->pcs[i] - 1);
	return true;
}

#define EDGE_LEAST offsetof(struct rdep_edge, gates)

static bool edge_is_whole(const struct payload *l)
{
	const struct rdep_edge *e = (const void *)l->p;

	return e->gate_count <= RDEP_GATES && (l->len - EDGE_LEAST) / sizeof(e->gates[0]) >= e->gate_count;
}

static struct rdep_roccurrence occurrence(struct rdep_record *r, const struct rdep_edge *e)
{
	/* With no more room for gates than it has: there may be millions. */
	const struct rdep_edge *raw =
		rdep_arena_copy(&r->arena, e, EDGE_LEAST + e->gate_count * sizeof(e->gates[0]));

	return (struct rdep_roccurrence){.raw = raw, .site_module = rdep_record_module_at(r, e->held_site - 1)};
}

static bool take_edge(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_edge *e = (const void *)l->p;

	if (!edge_is_whole(l))
		return false;
	if (!index_add(r, RDEP_EDGE, e->id, r->edge_count))
		return true;
	RDEP_GROW(r->edges, r->edge_count);
	r->edges[r->edge_count++] = (struct rdep_redge){.first = occurrence(r, e)};
	return true;
}

static bool take_sample(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_edge *e = (const void *)l->p;
	size_t i = index_get(r, RDEP_EDGE, e->id);
	struct rdep_redge *edge;

	/* The edge's own item is lost: another occurrence stands for the first. */
	if (!i)
		return take_edge(r, l);
	if (!edge_is_whole(l))
		return false;
	edge = &r->edges[i - 1];
	if (e->from != edge->first.raw->from || e->to != edge->first.raw->to)
		return false;
	RDEP_GROW(edge->samples, edge->sample_count);
	edge->samples[edge->sample_count++] = occurrence(r, e);
	return true;
}

static bool take_finding(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_finding *f = (const void *)l->p;
	size_t i = index_get(r, RDEP_FINDING, f->id);
	struct rdep_rfinding *out;

	if (f->edge_count > (l->len - sizeof(*f)) / sizeof(f->edges[0]))
		return false;
	if (!i) {
		index_add(r, RDEP_FINDING, f->id, r->finding_count);
		RDEP_GROW(r->findings, r->finding_count);
		i = ++r->finding_count;
		memset(&r->findings[i - 1], 0, sizeof(*out));
	}
	out = &r->findings[i - 1];
	if (out->raw && f->revision <= out->raw->revision)
		return true;
	out->raw = rdep_arena_copy(&r->arena, f, sizeof(*f) + f->edge_count * sizeof(f->edges[0]));
	out->site_module = rdep_record_module_at(r, f->held_site - 1);
	out->told = false;
	return true;
}

static bool take_circle(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_circle *c = (const void *)l->p;
	struct rdep_rcircle *out;
	uint32_t i;

	if (c->count > (l->len - sizeof(*c)) / sizeof(c->legs[0]))
		return false;
	if (!index_add(r, RDEP_CIRCLE, c->finding, r->circle_count))
		return true;
	RDEP_GROW(r->circles, r->circle_count);
	out = &r->circles[r->circle_count++];
	out->raw = rdep_arena_copy(&r->arena, c, sizeof(*c) + c->count * sizeof(c->legs[0]));
	out->modules = rdep_arena_alloc(&r->arena, 2 * (size_t)c->count * sizeof(*out->modules));
	for (i = 0; i < c->count; i++) {
		out->modules[2 * i] = rdep_record_module_at(r, c->legs[i].held_site - 1);
		out->modules[2 * i + 1] = rdep_record_module_at(r, c->legs[i].wait_site - 1);
	}
	return true;
}

/* It may be told again, when more is known of it: one that was told before it began. */
static bool take_thread(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_thread *t = (const void *)l->p;
	size_t i = index_get(r, RDEP_THREAD, t->id);

	if (!i) {
		index_add(r, RDEP_THREAD, t->id, r->thread_count);
		RDEP_GROW(r->threads, r->thread_count);
		i = ++r->thread_count;
	}
	r->threads[i - 1] = (struct rdep_rthread){
		.raw = rdep_arena_copy(&r->arena, t, sizeof(*t)),
		.routine_module = rdep_record_module_at(r, t->start_routine),
	};
	return true;
}

static bool take_join(struct rdep_record *r, const struct payload *l)
{
	RDEP_GROW(r->joins, r->join_count);
	r->joins[r->join_count++] = rdep_arena_copy(&r->arena, l->p, sizeof(struct rdep_join));
	return true;
}

static bool take_board(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_board *b = (const void *)l->p;
	uint64_t end = l->at + l->len;

	if (b->slot_size < sizeof(struct rdep_slot) || b->slot_size % 8 || b->slots_at % 8 ||
	    b->slots_at < l->at || b->slots_at > end ||
	    b->count > (end - b->slots_at) / b->slot_size)
		return false;
	RDEP_GROW(r->boards, r->board_count);
	r->boards[r->board_count++] = (struct rdep_rboard){
		.slots_at = b->slots_at, .slot_size = b->slot_size, .count = b->count};
	return true;
}

static bool take_host(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_host *h = (const void *)l->p;

	if (h->name_len > l->len - sizeof(*h))
		return false;
	r->host = rdep_arena_copy(&r->arena, h, sizeof(*h));
	r->host_name = rdep_arena_text(&r->arena, h->name, h->name_len);
	return true;
}

static bool take_helds(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_helds *h = (const void *)l->p;

	if (h->capacity > (l->len - sizeof(*h)) / sizeof(h->held[0]))
		return false;
	RDEP_GROW(r->helds, r->helds_count);
	r->helds[r->helds_count++] =
		(struct rdep_rhelds){.at = l->at, .capacity = h->capacity, .thread = h->thread};
	return true;
}

static bool take_stats(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_stats *s = (const void *)l->p;
	uint64_t end = l->at + l->len;

	if (s->size != sizeof(struct rdep_stat) || s->at % 8 || s->at < l->at || s->at > end ||
	    s->count > (end - s->at) / (2 * sizeof(struct rdep_stat)) || s->count > UINT32_MAX - s->first)
		return false;
	RDEP_GROW(r->stats, r->stats_count);
	r->stats[r->stats_count++] = (struct rdep_rstats){.at = s->at, .first = s->first, .count = s->count};
	return true;
}

static bool take_options(struct rdep_record *r, const struct payload *l)
{
	r->options = rdep_arena_text(&r->arena, l->p, l->len);
	r->options_len = strlen(r->options);
	return true;
}

static bool take_exe(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_exe *e = (const void *)l->p;
	size_t room = l->len - sizeof(*e);

	if (e->path_len > room || e->cmdline_len > room - e->path_len)
		return false;
	r->exe = rdep_arena_text(&r->arena, e->text, e->path_len);
	r->exe_len = e->path_len;
	r->cmdline = rdep_arena_text(&r->arena, e->text + e->path_len, e->cmdline_len);
	r->cmdline_len = e->cmdline_len;
	return true;
}

/*
 * What stands behind a counted place's struct: the locks held there, text, and (8-byte aligned)
 * a counter, which the process goes on counting. False when the payload ends before that.
 */
static bool take_count(const struct payload *l, size_t head, uint32_t held, uint32_t text,
		       uint64_t *count)
{
	size_t room = l->len - head, at;

	if (held > room / sizeof(struct rdep_site_held))
		return false;
	room -= held * sizeof(struct rdep_site_held);
	if (text > room)
		return false;
	at = (l->len - room + text + 7) & ~(size_t)7;
	if (at > l->len || l->len - at < sizeof(*count))
		return false;
	memcpy(count, l->p + at, sizeof(*count));
	return true;
}

static bool take_site(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_site *s = (const void *)l->p;
	uint64_t count;

	if (s->scope_count > RDEP_SITE_SCOPES ||
	    !take_count(l, sizeof(*s), s->held_count, 0, &count))
		return false;
	if (!index_add(r, RDEP_SITE, s->id, r->site_count))
		return true;
	RDEP_GROW(r->sites, r->site_count);
	r->sites[r->site_count++] = (struct rdep_rsite){
		.raw = rdep_arena_copy(&r->arena, s,
				       sizeof(*s) + s->held_count * sizeof(s->held[0])),
		.count = count,
	};
	return true;
}

static bool take_scope(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_scope *s = (const void *)l->p;
	uint64_t count;

	if (!take_count(l, sizeof(*s), s->held_count, s->reason_len, &count))
		return false;
	if (!index_add(r, RDEP_SCOPE, s->id, r->scope_count))
		return true;
	RDEP_GROW(r->scopes, r->scope_count);
	r->scopes[r->scope_count++] = (struct rdep_rscope){
		.raw = rdep_arena_copy(&r->arena, s,
				       sizeof(*s) + s->held_count * sizeof(s->held[0])),
		.reason = rdep_arena_text(&r->arena, (const char *)(s->held + s->held_count),
					  s->reason_len),
		.reason_len = s->reason_len,
		.count = count,
	};
	return true;
}

/* Of a lock's class the edges tell where it is taken; a domain may be entered and no lock taken
 * there. */
static bool take_lock_site(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_lock_site *s = rdep_arena_copy(&r->arena, l->p, sizeof(*s));

	RDEP_GROW(r->lock_places, r->lock_place_count);
	r->lock_places[r->lock_place_count++] =
		(struct rdep_rlock_place){s, rdep_record_module_at(r, s->pc - 1)};
	if (s->cls >= RDEP_FIRST_CLASS) {
		RDEP_GROW(r->lock_sites, r->lock_site_count);
		r->lock_sites[r->lock_site_count++] = *s;
		return true;
	}
	RDEP_GROW(r->domain_sites, r->domain_site_count);
	r->domain_sites[r->domain_site_count++] = s;
	return true;
}

static bool take_stand(struct rdep_record *r, const struct payload *l)
{
	const struct rdep_stand *s = (const void *)l->p;

	if (!index_add(r, RDEP_STAND, s->tid, r->stand_count))
		return true;
	RDEP_GROW(r->stands, r->stand_count);
	r->stands[r->stand_count++] = rdep_arena_copy(&r->arena, s, sizeof(*s));
	return true;
}

static bool take_note(struct rdep_record *r, const struct payload *l)
{
	RDEP_GROW(r->notes, r->note_count);
	r->notes[r->note_count].text = rdep_arena_text(&r->arena, l->p, l->len);
	r->notes[r->note_count].len = strlen(r->notes[r->note_count].text);
	r->note_count++;
	return true;
}

static bool take_nothing(struct rdep_record *r, const struct payload *l)
{
	(void)r;
	(void)l;
	return true;
}

static bool take_origin(struct rdep_record *r, const struct payload *l)
{
	return rdep_record_take_origin(r, l->p, l->len);
}

static bool take_occurrence(struct rdep_record *r, const struct payload *l)
{
	return rdep_record_take_occurrence(r, l->p, l->len);
}

static bool take_role(struct rdep_record *r, const struct payload *l)
{
	return rdep_record_take_role(r, l->p, l->len);
}

static bool take_merged(struct rdep_record *r, const struct payload *l)
{
	return rdep_record_take_merged(r, l->p, l->len);
}

/* least: the bytes of payload that `take` may read without asking. */
static const struct {
	size_t least;
	bool (*take)(struct rdep_record *r, const struct payload *l);
} types[] = {
	[RDEP_PAD] = {0, take_nothing},
	[RDEP_MODULE] = {sizeof(struct rdep_module), take_module},
	[RDEP_MODULE_GONE] = {sizeof(struct rdep_module_gone), take_module_gone},
	[RDEP_CLASS] = {sizeof(struct rdep_class), take_class},
	[RDEP_STACK] = {sizeof(struct rdep_stack), take_stack},
	[RDEP_EDGE] = {EDGE_LEAST, take_edge},
	[RDEP_SAMPLE] = {EDGE_LEAST, take_sample},
	[RDEP_FINDING] = {sizeof(struct rdep_finding), take_finding},
	[RDEP_THREAD] = {sizeof(struct rdep_thread), take_thread},
	[RDEP_JOIN] = {sizeof(struct rdep_join), take_join},
	[RDEP_BOARD] = {sizeof(struct rdep_board), take_board},
	[RDEP_HELDS] = {sizeof(struct rdep_helds), take_helds},
	[RDEP_HOST] = {sizeof(struct rdep_host), take_host},
	[RDEP_OPTIONS] = {0, take_options},
	[RDEP_EXE] = {sizeof(struct rdep_exe), take_exe},
	[RDEP_SITE] = {sizeof(struct rdep_site), take_site},
	[RDEP_SCOPE] = {sizeof(struct rdep_scope), take_scope},
	[RDEP_NOTE] = {0, take_note},
	[RDEP_CIRCLE] = {sizeof(struct rdep_circle), take_circle},
	[RDEP_STATS] = {sizeof(struct rdep_stats), take_stats},
	[RDEP_LOCK_SITE] = {sizeof(struct rdep_lock_site), take_lock_site},
	[RDEP_STAND] = {sizeof(struct rdep_stand), take_stand},
	[RDEP_ORIGIN] = {sizeof(struct rdep_origin), take_origin},
	[RDEP_OCCURRENCE] = {sizeof(struct rdep_occurrence), take_occurrence},
	[RDEP_ROLE] = {sizeof(struct rdep_role), take_role},
	[RDEP_MERGED] = {sizeof(struct rdep_merged), take_merged},
};

void rdep_record_take(struct rdep_record *r, const struct rdep_item *item, uint64_t at)
{
	struct payload l = {
		.p = (const char *)(item + 1),
		.len = item->size - sizeof(*item),
		.at = at + sizeof(*item),
	};

	r->items_taken++;
	if (item->type >= sizeof(types) / sizeof(types[0]) || !types[item->type].take)
		r->items_unknown++;
	else if (l.len < types[item->type].least || !types[item->type].take(r, &l))
		r->items_bad++;
}

void rdep_record_drop_items(struct rdep_record *r)
{
	size_t i;

	for (i = 0; i < r->edge_count; i++)
		free(r->edges[i].samples);
	for (i = 0; i < sizeof(r->dense) / sizeof(r->dense[0]); i++)
		free(r->dense[i].at);
	free(r->modules);
	free(r->stacks);
	free(r->classes);
	free(r->edges);
	free(r->findings);
	free(r->circles);
	free(r->threads);
	free(r->board_threads);
	free(r->board_thread_items);
	free(r->joins);
	free(r->boards);
	free(r->stats);
	free(r->helds);
	free(r->sites);
	free(r->scopes);
	free(r->lock_sites);
	free(r->domain_sites);
	free(r->lock_places);
	rdep_record_drop_merged(r);
	free(r->notes);
	free(r->stands);
	free(r->live);
}

bool rdep_record_option(const struct rdep_record *r, const char *name, char *buf, size_t n)
{
	const char *p = r->options;
	size_t len = strlen(name);

	while (p && *p) {
		const char *end = strchrnul(p, ':');

		if (strncmp(p, name, len) == 0 && p[len] == '=') {
			size_t value = (size_t)(end - p) - len - 1;

			if (value >= n)
				value = n - 1;
			memcpy(buf, p + len + 1, value);
			buf[value] = 0;
			return true;
		}
		p = *end ? end + 1 : end;
	}
	return false;
}
