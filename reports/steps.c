/* SPDX-License-Identifier: MIT */
/* steps.c - a finding as what each of its threads does, step by step; see location.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/location.h"

struct maker {
	struct rdep_report *report;
	struct rdep_flows flows;
	struct rdep_step *steps; /* of all flows, as they come */
	size_t *flow_of;	 /* of each step */
};

static const char *thread_title(struct rdep_report *r, const struct rdep_mthread *t)
{
	if (!t->id)
		return "a thread";
	return rdep_arena_printf(&r->arena, "thread %u%s%s%s%s%s", t->own, *t->label ? " (" : "", t->label,
				 *t->label ? ")" : "", t->origin ? " of " : "", t->origin ? t->origin->words : "");
}

/* The flow of that thread, made where there is none yet. */
static size_t flow_of(struct maker *m, const struct rdep_mthread *t)
{
	size_t i;

	for (i = 0; i < m->flows.count; i++)
		if (m->flows.list[i].thread == t->id)
			return i;
	m->flows.list[i].thread = t->id;
	m->flows.list[i].title = thread_title(m->report, t);
	m->flows.count++;
	return i;
}

static void add(struct maker *m, const struct rdep_mthread *t, enum rdep_step_kind kind, size_t order,
		const struct rdep_mstack *stack, const char *text)
{
	size_t i = m->flows.steps++;

	m->steps[i] = (struct rdep_step){
		.kind = kind, .text = text, .stack = stack, .order = (unsigned)order};
	m->flow_of[i] = flow_of(m, t);
	m->flows.list[m->flow_of[i]].count++;
}

/* Gives each flow its steps. */
static void deal_out(struct maker *m)
{
	struct rdep_step *at = rdep_arena_alloc(&m->report->arena, (m->flows.steps + 1) * sizeof(*at));
	size_t i;

	for (i = 0; i < m->flows.count; i++) {
		m->flows.list[i].steps = at;
		at += m->flows.list[i].count;
		m->flows.list[i].count = 0;
	}
	for (i = 0; i < m->flows.steps; i++) {
		struct rdep_flow *f = &m->flows.list[m->flow_of[i]];

		f->steps[f->count++] = m->steps[i];
	}
}

/* ---- a cycle: each dependency is a thread that has one thing and wants the next ---- */

static void add_has(struct maker *m, const struct rdep_medge *e, size_t order)
{
	struct rdep_arena *a = &m->report->arena;
	const char *name = e->from->name;

	if (e->from->domain)
		add(m, &e->thread, RDEP_STEP_ENTERS, order, &e->held, rdep_arena_printf(a, "runs inside %s", name));
	else if (e->from->signal)
		add(m, &e->thread, RDEP_STEP_ENTERS, order, &e->held, rdep_arena_printf(a, "runs the handler of %s", name));
	else if (e->from->life)
		add(m, &e->thread, RDEP_STEP_CALLS, order, &e->held, "is made");
	else
		add(m, &e->thread, RDEP_STEP_TAKES, order, &e->held,
		    rdep_arena_printf(a, "takes %s%s", name, rdep_mode_words(e->from, e->raw->from_inst.mode)));
}

static const char *while_words(struct rdep_arena *a, const struct rdep_medge *e)
{
	if (e->from->domain || e->from->signal)
		return rdep_arena_printf(a, "inside %s", e->from->name);
	if (e->from->life)
		return "before it ends";
	return rdep_arena_printf(a, "while it holds %s", e->from->name);
}

static void add_wants(struct maker *m, const struct rdep_medge *e, size_t order)
{
	struct rdep_arena *a = &m->report->arena;
	const char *name = e->to->name, *when = while_words(a, e);
	enum rdep_step_kind kind = RDEP_STEP_WAITS;
	const char *text;

	if (e->raw->flags & RDEP_EDGE_TOLD)
		text = rdep_arena_printf(a, "may acquire %s, as the program says, %s", name, when);
	else if (e->to->signal)
		text = rdep_arena_printf(a, "can be interrupted by %s %s", name, when);
	else if (e->to->life)
		text = rdep_arena_printf(a, "joins thread %u %s", e->joined.own, when);
	else if (e->to->domain && e->raw->flags & RDEP_EDGE_ALLOC)
		text = rdep_arena_printf(a, "allocates with %s, which may enter %s, %s",
					 rdep_gfp_text(m->report, e->raw->raw_gfp ? e->raw->raw_gfp : e->raw->gfp),
					 name, when);
	else if (e->to->domain)
		text = rdep_arena_printf(a, "may wait for %s %s", name, when);
	else
		text = rdep_arena_printf(a, "acquires %s%s %s", name, rdep_mode_words(e->to, e->raw->to_inst.mode),
					 when);
	if (e->to->domain || e->to->signal)
		kind = RDEP_STEP_CALLS;
	add(m, &e->thread, kind, order, &e->acquire, text);
}

/* Does each dependency have a thread of its own? Then it is told in the order that deadlocks. */
static bool all_apart(const struct rdep_mfinding *f)
{
	size_t i, k;

	for (i = 0; i < f->edge_count && i < 64; i++)
		for (k = 0; k < i; k++)
			if (f->edges[i].thread.id == f->edges[k].thread.id)
				return false;
	return f->edge_count <= 64;
}

/*
 * All take what they have; then who allocates brings reclaim about; then what runs in it begins;
 * then all wait. The i-th of n.
 */
static size_t has_order(const struct rdep_medge *e, size_t i, size_t n)
{
	return (e->from->domain ? 2 * n : 0) + i + 1;
}

static size_t wants_order(const struct rdep_medge *e, size_t i, size_t n)
{
	return (e->to->domain && !e->from->domain ? n : 3 * n) + i + 1;
}

static void add_cycle(struct maker *m, const struct rdep_mfinding *f)
{
	bool apart = all_apart(f);
	size_t i, first = 0, all = f->edge_count, n = all < RDEP_STEPS_MAX / 2 ? all : RDEP_STEPS_MAX / 2;

	/* Who runs inside reclaim, or in a handler, comes after who brings it about. */
	while (first + 1 < all && (f->edges[first].from->domain || f->edges[first].from->signal))
		first++;
	for (i = 0; i < n; i++) {
		const struct rdep_medge *e = &f->edges[(first + i) % all];

		add_has(m, e, apart ? has_order(e, i, n) : 0);
		add_wants(m, e, apart ? wants_order(e, i, n) : 0);
	}
	m->flows.left_out = 2 * (f->edge_count - n);
}

/* ---- a deadlock that is there ---- */

static void add_circle(struct maker *m, const struct rdep_mfinding *f)
{
	struct rdep_arena *a = &m->report->arena;
	size_t i, n = f->leg_count < RDEP_STEPS_MAX / 2 ? f->leg_count : RDEP_STEPS_MAX / 2;

	m->flows.left_out = 2 * (f->leg_count - n);
	for (i = 0; i < n; i++) {
		const struct rdep_mleg *leg = &f->legs[i], *next = &f->legs[(i + 1) % f->leg_count];

		if (leg->held && !(leg->raw->flags & RDEP_LEG_AHEAD))
			add(m, &leg->thread, RDEP_STEP_TAKES, i + 1, &leg->taken,
			    rdep_arena_printf(a, "takes %s%s", leg->held->name,
					      rdep_mode_words(leg->held, leg->raw->held.mode)));
		add(m, &leg->thread, RDEP_STEP_WAITS, n + i + 1, &leg->waits,
		    leg->wanted ? rdep_arena_printf(a, "waits for %s%s", leg->wanted->name,
						    rdep_mode_words(leg->wanted, leg->raw->wait_inst.mode))
				: rdep_arena_printf(a, "waits for the end of %s",
						    thread_title(m->report, &next->thread)));
	}
}

/* ---- one lock, one place ---- */

static const char *place_held(struct rdep_report *r, const struct rdep_mfinding *f)
{
	if (f->raw->cls)
		return rdep_arena_printf(&r->arena, f->kind == RDEP_K_DESTROYED_USED ? "destroys %s" : "takes %s",
					 f->cls->name);
	if (f->raw->scope)
		return rdep_arena_printf(&r->arena, "saves the %s scope", rdep_scope_text(r, f->raw->scope));
	return "comes to where it must not sleep";
}

/* What the text report says of it, with the thread for its subject. */
static const char *place_went(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const char *words = rdep_place_went(r, f);
	struct rdep_arena *a = &r->arena;

	if (f->kind == RDEP_K_HELD_AT_EXIT)
		return "is made";
	if (f->kind == RDEP_K_WRONG_MUTEX)
		return rdep_arena_printf(a, "waits on a condition with %s", f->cls->name);
	if (f->kind == RDEP_K_FORK_HELD)
		return rdep_arena_printf(a, "takes %s in the child", f->cls->name);
	if (strncmp(words, "It ", 3) == 0)
		words += 3;
	if (f->kind >= RDEP_K_UNLOCK_FOREIGN && f->kind <= RDEP_K_DESTROYED_USED)
		return rdep_arena_printf(a, "%s %s", words, f->cls->name);
	/* There the lock is what forbids the call, not what it is about. */
	if (f->kind == RDEP_K_SLEEP_IN_ATOMIC || !f->raw->cls)
		return words;
	return rdep_arena_printf(a, "%s: %s", words, f->cls->name);
}

static void add_place(struct maker *m, const struct rdep_mfinding *f)
{
	struct rdep_mthread holder = rdep_names_holder(f) ? rdep_model_thread(f->process, f->raw->holder) : f->thread;
	bool made_first = f->kind == RDEP_K_HELD_AT_EXIT;

	if (f->acquire.count && made_first)
		add(m, &f->thread, RDEP_STEP_CALLS, 1, &f->acquire, place_went(m->report, f));
	if (f->held.count)
		add(m, &holder,
		    f->raw->scope && !f->raw->cls	? RDEP_STEP_ENTERS
		    : f->kind == RDEP_K_DESTROYED_USED ? RDEP_STEP_CALLS
						       : RDEP_STEP_TAKES,
		    made_first ? 2 : 1, &f->held, place_held(m->report, f));
	if (f->acquire.count && !made_first)
		add(m, &f->thread, RDEP_STEP_CALLS, 2, &f->acquire, place_went(m->report, f));
}

static void add_one_lock(struct maker *m, const struct rdep_mfinding *f)
{
	bool unlock = f->kind == RDEP_K_UNLOCK_UNHELD;
	struct rdep_arena *a = &m->report->arena;

	if (f->held.count)
		add(m, &f->thread, RDEP_STEP_TAKES, 1, &f->held, rdep_arena_printf(a, "takes %s", f->cls->name));
	if (f->acquire.count)
		add(m, &f->thread, unlock ? RDEP_STEP_CALLS : RDEP_STEP_WAITS, 2, &f->acquire,
		    rdep_arena_printf(a, unlock ? "unlocks %s" : "acquires %s again", f->cls->name));
}

struct rdep_flows rdep_flows(struct rdep_report *r, const struct rdep_mfinding *f)
{
	size_t most = 2 * (f->edge_count + f->leg_count) + 2;
	struct maker m = {.report = r};

	if (most > RDEP_STEPS_MAX)
		most = RDEP_STEPS_MAX;
	m.steps = rdep_alloc(most * sizeof(*m.steps));
	m.flow_of = rdep_alloc(most * sizeof(*m.flow_of));
	m.flows.list = rdep_arena_alloc(&r->arena, most * sizeof(*m.flows.list));
	if (f->edge_count)
		add_cycle(&m, f);
	else if (f->leg_count)
		add_circle(&m, f);
	else if (rdep_is_place(f))
		add_place(&m, f);
	else if (f->raw->cls)
		add_one_lock(&m, f);
	deal_out(&m);
	free(m.steps);
	free(m.flow_of);
	return m.flows;
}

static int heavier(const void *pa, const void *pb)
{
	const struct rdep_mfinding *a = *(const struct rdep_mfinding *const *)pa,
				   *b = *(const struct rdep_mfinding *const *)pb;

	if (rdep_stands(a) != rdep_stands(b))
		return rdep_stands(a) ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

const struct rdep_mfinding **rdep_by_weight(const struct rdep_report *r)
{
	const struct rdep_mfinding **list = rdep_alloc((r->finding_count + 1) * sizeof(*list));
	size_t i;

	for (i = 0; i < r->finding_count; i++)
		list[i] = r->findings[i];
	qsort(list, r->finding_count, sizeof(*list), heavier);
	return list;
}
