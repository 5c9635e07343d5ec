// SPDX-License-Identifier: MIT
/* depend.c - see depend.h. */
#include "depend.h"
#include "call.h"
#include "chain.h"
#include "circle.h"
#include "class.h"
#include "file_lock.h"
#include "finding.h"
#include "handler.h"
#include "kin.h"
#include "nesting.h"
#include "graph.h"
#include "map.h"
#include "mem.h"
#include "record.h"
#include "role.h"
#include "split.h"
#include "sem.h"
#include "stack.h"
#include "thread_table.h"
#include "thread_tell.h"
#include "verdict.h"
#include "wrapper.h"

#include <string.h>

#define PATH_LONGEST 256
#define LOOKS 32u /* for another cycle, at a new edge */
#define LOOK_DEEP 2u
#define LOOKS_IN_ALL (1u << 16)
#define GATES_MANY 64u

static struct rd_graph *graph;
static uint32_t looks, looks_left = LOOKS_IN_ALL; /* at this edge, and in this process */
static struct rd_array edges = RD_ARRAY(sizeof(struct rd_edge));
static struct rd_map_of lock_sites; /* (site, class) -> stack id, or NO_STACK */
#define NO_STACK 0xffffffffu
static struct rd_map_of site_frames; /* (site, 0) -> how far its function's frame address is above the call's sp */
#define FRAME_LARGEST 65536u

void rd_depend_start(void)
{
	graph = rd_graph_new();
}

struct rd_edge *rd_edge_at(uint32_t edge)
{
	return edge & RD_NEST_EDGE ? rd_nest_edge_at(edge) : rd_array_at(&edges, edge);
}

uint32_t rd_edge_count(void)
{
	return graph ? rd_graph_edges(graph) : 0;
}

/* ---- where a held lock was taken ---- */

bool rd_lock_site_known(uint64_t site, uint32_t cls)
{
	return rd_map_get(&lock_sites, site, cls) != 0;
}

/* 0: none yet. */
static uint32_t half_of(uint64_t site)
{
	return (uint32_t)site | 1;
}

/* Of two calls whose lower halves are the same one may pass for the other: its first stack is missed, and nothing else. */
bool rd_site_known(uint64_t site, uint32_t cls, uint32_t *last)
{
	if (__atomic_load_n(last, __ATOMIC_RELAXED) == half_of(site))
		return true;
	if (!rd_lock_site_known(site, cls))
		return false;
	__atomic_store_n(last, half_of(site), __ATOMIC_RELAXED);
	return true;
}

void rd_site_add(uint64_t site, uint32_t cls, uint32_t *last)
{
	rd_lock_site_add(site, cls);
	__atomic_store_n(last, half_of(site), __ATOMIC_RELAXED);
}

void rd_depend_ahead(const struct rd_thread *t, uint32_t cls, bool deep)
{
	const struct rdep_held *e = t->top;

	/* Whatever is further down costs what it costs. */
	if (e == t->bottom || !e->address || !graph)
		return;
	rd_graph_ahead(graph, e->cls, cls, deep);
	rd_gates_ahead(e, deep);
}

void rd_lock_site_add(uint64_t site, uint32_t cls)
{
	struct rdep_lock_site item = {.cls = cls, .pc = site, .stack = rd_stack_here()};
	uint64_t size = rd_stack_walk()->frames[0].cfa - rd_stack_sp();

	if (size && size < FRAME_LARGEST && !rd_map_get(&site_frames, site, 0))
		rd_map_set(&site_frames, site, 0, (uint32_t)size);
	if (rd_map_set(&lock_sites, site, cls, item.stack ? item.stack : NO_STACK))
		rd_record_put(RDEP_LOCK_SITE, &item, sizeof(item), NULL, 0);
}

/*
 * The frame of the walk in which `held` was taken, if it is still there: the innermost frame that
 * reaches above the stack pointer of that call, and runs the same function. (A frame that was left and
 * entered again at the same depth, with the lock still held, can't be told from it.)
 */
static size_t live_frame(const struct rdep_held *held, const struct rd_walk *w)
{
	uint64_t function = held->site ? rd_unwind_function(held->site) : 0;
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (w->frames[i].cfa > held->sp)
			break;
	}
	if (i < w->count && function && rd_unwind_function(w->frames[i].pc) == function)
		return i;
	return w->count;
}

/*
 * The function that took the lock has returned, as mutex_enter() does: the frame of the walk that called
 * it, if that is still there. It is the one whose stack pointer was at that function's frame address and,
 * since another's could have been there too, whose code calls it; *at: from where, 0 when there are several.
 */
static size_t caller_frame(const struct rdep_held *held, const struct rd_walk *w, uint64_t *at)
{
	uint32_t size = rd_map_get(&site_frames, held->site, 0);
	uint64_t sp = held->sp + size;
	unsigned calls;
	size_t i;

	for (i = 0; size && i + 1 < w->count && w->frames[i].cfa <= sp; i++) {
		if (w->frames[i].cfa != sp || w->frames[i + 1].exact)
			continue;
		calls = rd_calls_to(w->frames[i + 1].pc, held->site, at);
		if (calls > 1)
			*at = 0;
		return calls ? i + 1 : w->count;
	}
	return w->count;
}

uint32_t rd_held_stack_first(const struct rdep_held *held)
{
	uint32_t stack = rd_map_get(&lock_sites, held->site, held->cls);

	return stack == NO_STACK ? 0 : stack;
}

uint32_t rd_held_stack(struct rd_thread *t, const struct rdep_held *held, uint8_t *flags)
{
	const struct rd_walk *w = rd_stack_walk();
	size_t i = live_frame(held, w);
	uint64_t at = 0;

	if (held->kind == RDEP_LIFE) {
		const struct rd_thread_info *info = rd_thread_info_at((uint32_t)held->address);

		return info ? info->create_stack : 0;
	}
	(void)t;
	if (held->kind == RDEP_SIGNAL)
		return rd_handler_interrupted(held, flags);
	if (i < w->count) {
		*flags |= RDEP_EDGE_HELD_LIVE;
		return rd_stack_of(held->site, i + 1);
	}
	i = caller_frame(held, w, &at);
	if (i < w->count) {
		rd_role_leaves(held->site);
		*flags |= (uint8_t)(RDEP_EDGE_HELD_LIVE | (at ? 0 : RDEP_EDGE_HELD_CALLER));
		return rd_stack_of_call(held->site, at ? at : w->frames[i].pc, i + 1);
	}
	/* What took it only takes it: its callers tell where. */
	if (!(w->flags & RDEP_STACK_BROKEN))
		rd_role_leaves(held->site);
	return rd_held_stack_first(held);
}

/* ---- gates ---- */

/* What a thread is inside of, and no lock. */
static bool is_context(const struct rdep_held *e)
{
	return e->kind == RDEP_DOMAIN || e->kind == RDEP_SIGNAL;
}

static bool is_held(const struct rd_thread *t, const struct rdep_held *e)
{
	return e > t->bottom && e <= t->top;
}

/*
 * What else the thread holds. Where `held` is a reclaim context or a signal only what was taken inside it counts:
 * that comes about in other threads too, which hold nothing from outside of it.
 */
static uint32_t gates_of(struct rd_thread *t, const struct rdep_held *held)
{
	return rd_gates_held(t, is_context(held) && is_held(t, held) ? held + 1 : t->bottom + 1);
}

/* ---- occurrences ---- */

static bool is_life(uint32_t cls)
{
	return rd_class_at(cls)->kind == RDEP_LIFE;
}

/* The threads that it names: whose it is, and those whose lives are its ends. */
static void each_thread(const struct rd_edge *e, const struct rd_sample *s, void (*refers)(uint32_t id))
{
	refers(s->thread);
	if (is_life(e->from))
		refers((uint32_t)s->from_address);
	if (is_life(e->to))
		refers((uint32_t)s->to_address);
}

static void each_edge(void (*see)(const struct rd_edge *e))
{
	uint32_t n = rd_edge_count(), id;

	for (id = 1; id <= n; id++)
		see(rd_edge_at(id));
	rd_nest_each(see);
}

static void (*to_tell)(uint32_t number);

static void see_threads(const struct rd_edge *e)
{
	uint32_t i;

	for (i = 0; i < e->count; i++)
		each_thread(e, rd_edge_sample(e, i), to_tell);
}

void rd_depend_threads(void (*refers)(uint32_t id))
{
	to_tell = refers;
	each_edge(see_threads);
}

static void see_gates(const struct rd_edge *e)
{
	uint32_t i;

	for (i = 0; i < e->count; i++)
		to_tell(rd_edge_sample(e, i)->gates);
}

void rd_depend_gates(void (*refers)(uint32_t list))
{
	to_tell = refers;
	each_edge(see_gates);
}

/* False: no room. */
static bool journal(uint32_t id, const struct rd_edge *e, const struct rd_sample *s, bool first)
{
	struct rd_where where = rd_where_at(s->where);
	struct rdep_edge item = {
		.id = id,
		.from = e->from,
		.to = e->to,
		.type = s->type,
		.flags = s->flags,
		.from_inst = {s->from_address, s->from_generation, s->from_mode},
		.to_inst = {s->to_address, s->to_generation, s->to_mode},
		.held_site = where.held_site,
		.held_stack = where.held_stack,
		.acquire_stack = where.acquire_stack,
		.thread = s->thread,
		.clock = s->clock,
		.gfp = where.gfp,
		.raw_gfp = where.raw_gfp,
	};
	struct rd_gate_walk w = rd_sample_gates(s);
	const struct rd_gate *g;
	uint32_t count = 0, i;

	each_thread(e, s, rd_thread_tell);
	while (rd_gate_next(&w))
		count++;
	if (count > RDEP_GATES)
		item.flags |= RDEP_EDGE_GATES_CUT;
	item.gate_count = (uint16_t)(count < RDEP_GATES ? count : RDEP_GATES);
	w = rd_sample_gates(s);
	/* From the outermost on. */
	for (i = count; (g = rd_gate_next(&w)) && i--;) {
		if (i < RDEP_GATES)
			item.gates[i] = (struct rdep_instance){g->address, g->generation, g->mode};
	}
	rd_stack_tell(where.held_stack);
	rd_stack_tell(where.acquire_stack);
	if (rd_record_put(first ? RDEP_EDGE : RDEP_SAMPLE, &item,
			  offsetof(struct rdep_edge, gates) + item.gate_count * sizeof(item.gates[0]), NULL, 0))
		return true;
	rd_count(RDEP_C_EDGES_UNWRITTEN);
	return false;
}

uint32_t rd_sample_told(uint32_t edge, uint32_t n)
{
	struct rd_edge *e = rd_edge_at(edge);
	struct rd_sample *s = rd_edge_sample(e, n);

	if (!e->told) {
		rd_edge_sample(e, 0)->index = 0;
		e->told = journal(edge, e, rd_edge_sample(e, 0), true);
	}
	if (s->index == RD_UNTOLD && e->told && e->journaled < RD_UNTOLD - 1 && journal(edge, e, s, false))
		s->index = ++e->journaled & RD_UNTOLD;
	return s->index == RD_UNTOLD ? 0 : s->index;
}

/* What costs an unwinding, and is done for occurrences that are kept only. */
void rd_sample_add_stacks(struct rd_thread *t, struct rd_sample *s, const struct rdep_held *held)
{
	struct rd_where w = rd_where_at(s->where);

	if (s->stacked)
		return;
	s->stacked = 1;
	w.acquire_site = rd_stack_walk()->frames[0].pc;
	w.acquire_stack = rd_stack_here();
	w.held_stack = rd_held_stack(t, held, &s->flags);
	s->where = rd_where_number(&w);
}

static uint32_t gates_in(const struct rd_sample *s)
{
	return rd_gates_count(s->gates) - !s->within;
}

static bool is_gate_as(const struct rd_gate *a, const struct rd_gate *b)
{
	return a->address == b->address && a->generation == b->generation && (a->mode == b->mode || b->mode == RDEP_WRITE);
}

static bool has_gate(const struct rd_gate *g, const struct rd_sample *s)
{
	struct rd_gate_walk w = rd_sample_gates(s);
	const struct rd_gate *other = rd_gate_next(&w);

	while (other && !is_gate_as(g, other))
		other = rd_gate_next(&w);
	return other;
}

/* Is everything that is a gate of a, one of b too? Among very many only where they were taken in one order. */
static bool gates_within(const struct rd_sample *a, const struct rd_sample *b)
{
	struct rd_gate_walk i = rd_sample_gates(a), j = rd_sample_gates(b);
	const struct rd_gate *g, *other;

	if (a->gates == b->gates)
		return true;
	for (g = rd_gate_next(&i), other = rd_gate_next(&j); g && other; other = rd_gate_next(&j)) {
		if (is_gate_as(g, other))
			g = rd_gate_next(&i);
	}
	if (!g || gates_in(a) > GATES_MANY || gates_in(b) > GATES_MANY)
		return !g;
	i = rd_sample_gates(a);
	for (g = rd_gate_next(&i); g && has_gate(g, b); g = rd_gate_next(&i))
		;
	return !g;
}

/* Does a tell all that b does: the same but for gates, of which a has no others? */
static bool covers(const struct rd_sample *a, const struct rd_sample *b)
{
	return a->from_address == b->from_address && a->to_address == b->to_address &&
	       a->from_generation == b->from_generation && a->to_generation == b->to_generation &&
	       a->thread == b->thread && a->clock == b->clock && a->type == b->type &&
	       !((a->flags ^ b->flags) & RDEP_EDGE_AWAITED) && gates_within(a, b);
}

/* Would its type of edge be lost with the i-th sample, were it replaced by the new one? */
static bool alone_of_type(const struct rd_edge *e, unsigned i, const struct rd_sample *s)
{
	unsigned k;

	for (k = 0; k < e->count; k++) {
		if (k != i && rd_edge_sample(e, k)->type == rd_edge_sample(e, i)->type)
			return false;
	}
	return s->type != rd_edge_sample(e, i)->type;
}

/* The sample under the fewest gates, the latest of them: what makes a verdict weightier than guarded. */
static unsigned plainest(const struct rd_edge *e)
{
	unsigned best = 0, i;

	for (i = 1; i < e->count; i++) {
		if (gates_in(rd_edge_sample(e, i)) <= gates_in(rd_edge_sample(e, best)))
			best = i;
	}
	return best;
}

/*
 * The sample that tells least beside the new one: under more gates, of the same thread, else the next in turn. The
 * first is never given up, nor the plainest for one under gates; of each type one stays where that can be: a cycle
 * may need it.
 */
static unsigned victim(const struct rd_edge *e, const struct rd_sample *s)
{
	unsigned turn = 1 + e->seen % (e->count - 1u), keep = plainest(e), best = turn, i;
	int most = -1;

	for (i = e->count - 1u; i > 0; i--) {
		const struct rd_sample *of = rd_edge_sample(e, i);
		int score = (i == turn) + 2 * (of->thread == s->thread) + 4 * (gates_in(of) > gates_in(s)) +
			    4 * (gates_in(of) >= gates_in(s)) + 16;

		if (i == keep && gates_in(s) > gates_in(of))
			score -= 12;
		if (alone_of_type(e, i, s))
			score -= 14;
		if (score > most) {
			most = score;
			best = i;
		}
	}
	return best;
}

static bool widen(struct rd_edge *e, unsigned room)
{
	struct rd_sample *wide = rd_mem_alloc(room * sizeof(*wide));

	if (!wide)
		return false;
	memcpy(wide, rd_edge_sample(e, 0), e->count * sizeof(*wide));
	if (e->room > 1)
		rd_mem_free(e->sample.array, e->room * sizeof(*wide));
	e->sample.array = wide;
	e->room = (uint8_t)room;
	return true;
}

static bool widen_by_one(struct rd_edge *e)
{
	return e->room < RD_SAMPLES && widen(e, e->room + 1u);
}

void rd_edge_widen(struct rd_edge *e)
{
	if (e->room < RD_SAMPLES_OPEN)
		widen(e, RD_SAMPLES_OPEN);
}

bool rd_sample_keep(struct rd_thread *t, uint32_t id, struct rd_edge *e, struct rd_sample *s,
		    const struct rdep_held *held)
{
	unsigned i, at = e->count;

	for (i = 0; i < e->count; i++) {
		if (covers(rd_edge_sample(e, i), s))
			return false;
		/* The first stands in the journal under the edge's own number. */
		if (i && covers(s, rd_edge_sample(e, i)))
			at = i;
	}
	i = at;
	if (at == e->room && !widen_by_one(e)) {
		if (e->room == 1)
			return false;
		i = victim(e, s);
		if (e->open)
			rd_count(RDEP_C_SAMPLES_CUT);
	} else if (at == e->count) {
		e->count++;
	}
	rd_sample_add_stacks(t, s, held);
	s->index = RD_UNTOLD;
	*rd_edge_sample(e, i) = *s;
	e->seen++;
	if (e->told && e->journaled < RD_SAMPLES_TOLD)
		rd_sample_told(id, i);
	return true;
}

static uint8_t edge_type(const struct rdep_held *held, const struct rd_target *target)
{
	bool shared = held->mode != RDEP_WRITE, recursive = target->mode == RDEP_READ_REC;

	/* What the handler takes, the interrupted thread may have: it waits for itself no more than a reader does. */
	if (held->kind == RDEP_SIGNAL && target->recursive)
		recursive = true;

	if (shared)
		return recursive ? RDEP_TYPE_SR : RDEP_TYPE_SN;
	return recursive ? RDEP_TYPE_ER : RDEP_TYPE_EN;
}

void rd_edge_begin(struct rd_thread *t, struct rd_edge *e, struct rd_sample *s, const struct rdep_held *held,
		   const struct rd_target *target)
{
	rd_sample_add_stacks(t, s, held);
	if (e->room > 1)
		rd_mem_free(e->sample.array, e->room * sizeof(*e->sample.array));
	*e = (struct rd_edge){.from = held->cls,
			      .to = target->cls,
			      .count = 1,
			      .room = 1,
			      .sample = {.first = *s}};
}

/* The cycle that the edge from -> to of that type closes goes to cycle[1..]; its length with that edge, 0: none. */
static int search(uint32_t from, uint32_t to, uint8_t type, uint32_t *cycle)
{
	int n = rd_graph_cycle(graph, from, to, type, cycle + 1, PATH_LONGEST - 1);

	if (n)
		rd_circle_component(graph, from, to);
	if (n == RD_GRAPH_CUT || n >= (int)RD_GRAPH_LONG) {
		rd_count(RDEP_C_SEARCH_CUT);
		return 0;
	}
	return n > 0 ? n + 1 : from == to;
}

static uint32_t new_edge(struct rd_thread *t, struct rd_sample *s, const struct rdep_held *held,
			 const struct rd_target *target, uint32_t *cycle, int *cycle_count)
{
	bool hidden = rd_sem_unproven(held->cls) || rd_sem_unproven(target->cls);
	struct rd_edge *e;
	uint32_t id;

	/* The search comes first: of the edges there were. */
	*cycle_count = hidden ? 0 : search(held->cls, target->cls, s->type, cycle);
	rd_chain_brought();
	id = rd_graph_add(graph, held->cls, target->cls, s->type);
	if (!id || !rd_array_need(&edges, id)) {
		rd_count(RDEP_C_EDGES_DROPPED);
		*cycle_count = 0;
		return 0;
	}
	cycle[0] = id;
	if (hidden)
		rd_graph_hide(graph, id, true);
	e = rd_edge_at(id);
	if (!e->count) {
		rd_edge_begin(t, e, s, held, target);
		rd_sample_told(id, 0);
	} else {
		rd_sample_keep(t, id, e, s, held);
	}
	return id;
}

/*
 * The shortest cycle is not always the worst: gates or threads may keep its sides apart, and not those of another
 * one that the new edge closes. Looks for one that weighs more, with the edges of the known ones hidden in turn. Those
 * that don't are kept in mind: what keeps their sides apart may be missing later, where no edge is new.
 */
static bool look_further(struct rd_thread *t, uint8_t type, const uint32_t *known, uint32_t count,
			 struct rd_finding *beside, unsigned deep)
{
	static uint32_t cycles[LOOK_DEEP + 1][PATH_LONGEST];
	enum rdep_verdict verdict = beside->verdict;
	uint32_t *cycle = cycles[deep];
	const struct rd_edge *e = rd_edge_at(known[0]);
	bool found = false;
	uint32_t i;

	for (i = 1; i < count && !found && looks; i++) {
		struct rd_finding *f;
		int n;

		looks--;
		rd_graph_hide(graph, known[i], true);
		n = rd_graph_cycle(graph, e->from, e->to, type, cycle + 1, PATH_LONGEST - 1);
		if (n > 0 && n < (int)RD_GRAPH_LONG) {
			cycle[0] = known[0];
			f = rd_finding_cycle(t, cycle, (uint32_t)n + 1, beside);
			found = f && f->verdict > verdict;
			if (!found && deep)
				found = look_further(t, type, cycle, (uint32_t)n + 1, beside, deep - 1);
		}
		rd_graph_hide(graph, known[i], false);
	}
	return found;
}

static void found_cycle(struct rd_thread *t, uint8_t type, const uint32_t *cycle, uint32_t count)
{
	struct rd_finding *f = rd_finding_cycle(t, cycle, count, NULL);

	if (!f || f->verdict >= RDEP_POSSIBLE)
		return;
	if (looks_left == 0) {
		rd_count(RDEP_C_SAMPLES_CUT);
		return;
	}
	looks = looks_left < LOOKS ? looks_left : LOOKS;
	looks_left -= looks;
	look_further(t, type, cycle, count, f, LOOK_DEEP);
	looks_left += looks;
}

struct rd_sample rd_sample_of(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target)
{
	struct rd_where where = {.held_site = held->site, .gfp = target->gfp, .raw_gfp = target->raw_gfp};

	return (struct rd_sample){
		.from_address = held->address,
		.from_generation = held->generation,
		.to_address = target->address,
		.to_generation = target->generation,
		.where = rd_where_number(&where),
		.thread = t->id,
		.clock = t->clock,
		.gates = gates_of(t, held),
		.within = is_context(held) || !is_held(t, held),
		.from_role = rd_class_role_at(held->address, held->cls, held->generation),
		.to_role = rd_class_role_at(target->address, target->cls, target->generation),
		.type = edge_type(held, target),
		.from_mode = held->mode,
		.to_mode = target->mode,
		.flags = (uint8_t)(target->edge_flags | (t->contexts ? RDEP_EDGE_IN_CONTEXT : 0) |
				   (held->kind == RDEP_LIFE && t->awaited ? RDEP_EDGE_AWAITED : 0)),
	};
}

void rd_depend_sample(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target,
		      struct rd_sample *s)
{
	static uint32_t cycle[PATH_LONGEST];
	uint8_t types = 0;
	uint32_t id;
	int n = 0;

	if (!graph || rd_class_at(held->cls)->novalidate || rd_class_at(target->cls)->novalidate ||
	    !rd_file_ordered(held->address, target->address))
		return;
	id = rd_graph_find(graph, held->cls, target->cls, &types);
	if (!id || !(types & s->type)) {
		id = new_edge(t, s, held, target, cycle, &n);
		if (n)
			found_cycle(t, s->type, cycle, (uint32_t)n);
		return;
	}
	rd_edge_again(t, id, rd_edge_at(id), s, held);
}

void rd_edge_again(struct rd_thread *t, uint32_t id, struct rd_edge *e, struct rd_sample *s,
		   const struct rdep_held *held)
{
	if (rd_sample_keep(t, id, e, s, held) && e->open)
		rd_finding_reconsider(t, id);
	/* Joins under a lock are few, and each is of another thread. */
	if (e->watched && !is_life(e->to) && --e->budget == 0) {
		rd_edge_unwatch(id);
		rd_count(RDEP_C_SAMPLES_CUT);
	}
}

void rd_depend(struct rd_thread *t, const struct rdep_held *held, const struct rd_target *target)
{
	struct rd_sample s = rd_sample_of(t, held, target);

	rd_depend_sample(t, held, target, &s);
}

void rd_depend_awaited(uint32_t life, uint32_t thread, const struct rdep_held *held)
{
	uint32_t id = graph ? rd_graph_find(graph, life, held->cls, NULL) : 0, i;
	struct rd_edge *e = id ? rd_edge_at(id) : NULL;

	for (i = 0; e && i < e->count; i++) {
		struct rd_sample *s = rd_edge_sample(e, i);

		if (s->from_address == thread && s->to_address == held->address &&
		    s->to_generation == held->generation)
			s->flags |= RDEP_EDGE_AWAITED;
	}
}

/* ---- semaphores ---- */

static int show(void *arg, uint32_t id)
{
	static uint32_t cycle[PATH_LONGEST];
	uint32_t from, to;
	uint8_t types, type;
	int n = 0;

	rd_graph_edge(graph, id, &from, &to, &types);
	if (rd_sem_unproven(from) || rd_sem_unproven(to))
		return 0;
	rd_graph_hide(graph, id, false);
	cycle[0] = id;
	for (type = RDEP_TYPE_EN; type <= RDEP_TYPE_SR && !n; type <<= 1) {
		if (types & type)
			n = search(from, to, type, cycle);
		if (n)
			found_cycle(arg, type, cycle, (uint32_t)n);
	}
	return 0;
}

void rd_depend_show(struct rd_thread *t, uint32_t cls)
{
	if (!graph)
		return;
	rd_graph_each(graph, cls, 0, show, t);
	rd_graph_each(graph, cls, 1, show, t);
}

static int retire(void *arg, uint32_t id)
{
	(void)arg;
	rd_graph_hide(graph, id, true);
	rd_finding_retire(id);
	return 0;
}

void rd_depend_retire(uint32_t cls)
{
	if (!graph)
		return;
	rd_graph_each(graph, cls, 0, retire, NULL);
	rd_graph_each(graph, cls, 1, retire, NULL);
}

/* ---- classes that were split ---- */

void rd_depend_readd(struct rd_thread *t, const struct rd_sample *s, uint32_t from, uint32_t to)
{
	static uint32_t cycle[PATH_LONGEST];
	uint8_t types = 0;
	uint32_t id = rd_graph_find(graph, from, to, &types);
	bool known = id && types & s->type;
	struct rd_edge *e;
	int n = known ? 0 : rd_graph_cycle(graph, from, to, s->type, cycle + 1, PATH_LONGEST - 1);

	if (!known)
		id = rd_graph_add(graph, from, to, s->type);
	e = id ? rd_array_need(&edges, id) : NULL;
	if (!e) {
		rd_count(RDEP_C_EDGES_DROPPED);
		return;
	}
	if (!e->count) {
		*e = (struct rd_edge){.from = from,
				      .to = to,
				      .count = 1,
				      .room = 1,
				      .sample = {.first = *s}};
		rd_sample_told(id, 0);
	} else if (e->count < e->room || widen_by_one(e)) {
		*rd_edge_sample(e, e->count) = *s;
		rd_edge_sample(e, e->count++)->index = RD_UNTOLD;
		if (e->open)
			rd_finding_reconsider(t, id);
	}
	if (n > 0 && n < (int)RD_GRAPH_LONG) {
		cycle[0] = id;
		found_cycle(t, s->type, cycle, (uint32_t)n + 1);
	}
}

static bool moves(const struct rd_edge *e, const struct rd_sample *s, uint32_t cls, uint32_t *from, uint32_t *to)
{
	*from = e->from == cls ? rd_class_now(cls, s->from_role) : e->from;
	*to = e->to == cls ? rd_class_now(cls, s->to_role) : e->to;
	return *from != e->from || *to != e->to;
}

/* The old ones are out of the way before the first new one is looked at. */
void rd_depend_move(struct rd_thread *t, uint32_t cls)
{
	uint32_t n = rd_edge_count(), id, from, to, i;
	struct rd_edge *e;

	for (id = 1; id <= n; id++) {
		e = rd_edge_at(id);
		if (!e->count || e->moved || (e->from != cls && e->to != cls))
			continue;
		for (i = 0; i < e->count; i++)
			e->moved |= moves(e, rd_edge_sample(e, i), cls, &from, &to);
		if (!e->moved)
			continue;
		rd_graph_hide(graph, id, true);
		rd_finding_retire(id);
	}
	for (id = 1; id <= n; id++) {
		e = rd_edge_at(id);
		for (i = 0; e->moved && (e->from == cls || e->to == cls) && i < e->count; i++) {
			moves(e, rd_edge_sample(e, i), cls, &from, &to);
			if (from != to)
				rd_depend_readd(t, rd_edge_sample(e, i), from, to);
		}
	}
	rd_nest_move(t, cls);
}

void rd_depend_fork_child(void)
{
	uint32_t id, n = rd_edge_count(), i;

	for (id = 1; id <= n; id++) {
		struct rd_edge *e = rd_edge_at(id);

		for (i = 0; e && i < e->count; i++)
			rd_edge_sample(e, i)->flags |= RDEP_EDGE_INHERITED;
	}
}

void rd_depend_reset(void)
{
	memset(edges.segment, 0, sizeof(edges.segment));
	rd_gates_reset();
	rd_where_reset();
	rd_kin_reset();
	rd_role_reset();
	rd_split_reset();
	rd_nest_reset();
	rd_map_reset(&lock_sites);
	rd_map_reset(&site_frames);
	looks_left = LOOKS_IN_ALL;
	graph = NULL;
}
