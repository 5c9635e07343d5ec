// SPDX-License-Identifier: MIT
/* verdict.c - see verdict.h. */
#include "verdict.h"
#include "class.h"
#include "depend.h"
#include "file_lock.h"
#include "life.h"
#include "nesting.h"
#include "record.h"
#include "sem.h"
#include "thread_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Pairs of occurrences looked at, about. */
#define WORK_MAX (1u << 20)
#define LONGEST 256u

/* One choice of occurrences, being weighed. */
struct weighing {
	const uint32_t *edges;
	uint32_t count;
	bool context; /* it goes through one */
	bool life;    /* goes through a thread's life */
	bool lives;   /* and through nothing else: nesting.h's, which knows them by instance */
	bool files; /* of file locks alone: the other side may be another process */
	bool one_owner; /* a choice was none: what is waited for is the waiting side's own */
	uint8_t pick[LONGEST]; /* index in rd_edge.sample */
	uint8_t best_pick[LONGEST];
	enum rdep_verdict best;
	int64_t work; /* left */
};

/* What a thread is inside of, and any thread can be: a reclaim domain, or a signal. */
static bool is_context(uint32_t cls)
{
	return cls < RDEP_FIRST_CLASS || rd_class_at(cls)->kind == RDEP_SIGNAL;
}

static const struct rd_sample *picked(const struct weighing *w, uint32_t i)
{
	return rd_edge_sample(rd_edge_at(w->edges[i]), w->pick[i]);
}

static bool is_life(uint32_t cls)
{
	return rd_class_at(cls)->kind == RDEP_LIFE;
}

/* Does edge i end in the instance that the next lock edge begins with? Domains and signals match anything. */
static bool joined(const struct weighing *w, uint32_t i)
{
	uint32_t next = (i + 1) % w->count;
	const struct rd_sample *a = picked(w, i), *b = picked(w, next);

	if (is_context(rd_edge_at(w->edges[i])->to))
		return true;
	/* Of a file's lock the generation is who holds it: not the same, or nobody waits. */
	if (rd_file_address(a->to_address))
		return a->to_address == b->from_address;
	return a->to_address == b->from_address && a->to_generation == b->from_generation;
}

/* Does somebody wait for a file's lock that he has, as far as other threads of this process are concerned? */
static bool one_owner(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; i < w->count; i++) {
		const struct rd_sample *a = picked(w, i), *b = picked(w, (i + 1) % w->count);

		if (rd_file_same_owner(a->to_address, a->to_generation, b->from_address, b->from_generation))
			return true;
	}
	return false;
}

static bool closes(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; i < w->count; i++) {
		if (!joined(w, i))
			return false;
	}
	return true;
}

/* Is edge i that of another thread than the one that the edge before it waits for? */
static bool stands_in(const struct weighing *w, uint32_t i)
{
	uint32_t before = (i + w->count - 1) % w->count;

	return is_life(rd_edge_at(w->edges[i])->from) && picked(w, before)->to_address != picked(w, i)->from_address;
}

/*
 * Who is joined is one thread, not a class of them: others of its class are no part of the cycle. But of what it took
 * not every occurrence is kept; then another thread's stands for it.
 */
static bool other_thread(const struct weighing *w)
{
	uint32_t i;

	if (w->lives && !(w->edges[0] & RD_NEST_EDGE))
		return true;
	for (i = 0; w->life && i < w->count; i++) {
		uint32_t before = (i + w->count - 1) % w->count;

		if (stands_in(w, i) && !rd_life_took(picked(w, before)->to_address, rd_edge_at(w->edges[i])->to))
			return true;
	}
	return false;
}

/* Two edges of one thread, out of its life and on: the edge past both was made as well, and says the same in less. */
static bool detour(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; w->life && w->count > 2 && i < w->count; i++) {
		if (is_life(rd_edge_at(w->edges[i])->from) &&
		    picked(w, i)->thread == picked(w, (i + 1) % w->count)->thread)
			return true;
	}
	return false;
}

/*
 * What a thread took before it was joined it may always take before: where the joiner has learnt that it did, by
 * a condition or a flag under that very lock, all is well. Creation and join tell nothing of that. A join is sure to
 * be too early when the thread has taken it since, or waits for it; or joins.
 */
static bool early(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; w->life && i < w->count; i++) {
		const struct rd_edge *e = rd_edge_at(w->edges[i]);

		if (is_life(e->from) && !is_life(e->to) && !(picked(w, i)->flags & RDEP_EDGE_AWAITED))
			return true;
	}
	return false;
}

/* Does a thread wait on a condition? Somebody else may signal it. */
static bool signalled(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; i < w->count; i++) {
		if (rd_class_at(rd_edge_at(w->edges[i])->to)->kind == RDEP_EVENT)
			return true;
	}
	return false;
}

/*
 * Is it joined under a lock under which conditions are waited for or signalled? Then the thread may have said under it
 * that it is through with it, as those do that are joined one by one as they finish.
 */
static bool announced(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; i < w->count; i++) {
		const struct rd_edge *e = rd_edge_at(w->edges[i]);

		if (is_life(e->from) && !is_life(e->to) && rd_class_at(e->to)->monitor &&
		    !(picked(w, i)->flags & RDEP_EDGE_AWAITED))
			return true;
	}
	return false;
}

/* One lock, that keeps the other thread out? */
static bool same_gate(const struct rd_gate *x, const struct rd_gate *y)
{
	if (rd_file_address(x->address))
		return x->address == y->address &&
		       !rd_file_same_owner(x->address, x->generation, y->address, y->generation);
	return x->address == y->address && x->generation == y->generation;
}

/* A semaphore keeps others out only where it is used as a lock. */
static bool excludes(const struct rd_gate *g)
{
	return g->mode == RDEP_WRITE && !rd_sem_unproven(g->cls);
}

static bool share_gate(const struct rd_sample *a, const struct rd_sample *b, bool by_class)
{
	struct rd_gate_walk i = rd_sample_gates(a), j;
	const struct rd_gate *x, *y;

	while (b->gates && (x = rd_gate_next(&i))) {
		for (j = rd_sample_gates(b); (y = rd_gate_next(&j));) {
			bool same = by_class ? x->cls == y->cls && !rd_file_of_process(x->address) : same_gate(x, y);

			if (same && (excludes(x) || excludes(y)))
				return true;
		}
	}
	return false;
}

/* Does one thread hold, beside its edge, what the other's edge begins with? Then only one of them can be there.
 * (Among writers alone the cycle would be a shorter one; a reader's edge may be too weak for that.) */
static bool holds_first(const struct rd_sample *a, const struct rd_sample *b)
{
	const struct rd_gate other = {.address = b->from_address, .generation = b->from_generation};
	bool exclusive = b->type & (RDEP_TYPE_EN | RDEP_TYPE_ER);
	struct rd_gate_walk w = rd_sample_gates(a);
	const struct rd_gate *g;

	while ((g = rd_gate_next(&w))) {
		if (same_gate(g, &other) && (exclusive || g->mode == RDEP_WRITE))
			return true;
	}
	return false;
}

/* A file's lock that another process can't have meanwhile; but by a description that it inherited it has it as well. */
static bool share_file(const struct rd_sample *s, const struct rd_sample *t)
{
	bool forked = (s->flags ^ t->flags) & RDEP_EDGE_INHERITED;
	struct rd_gate_walk i = rd_sample_gates(s), j;
	const struct rd_gate *a, *b;

	while ((a = rd_gate_next(&i))) {
		if (!rd_file_address(a->address))
			continue;
		for (j = rd_sample_gates(t); (b = rd_gate_next(&j));) {
			if (a->address == b->address && !(forked && a->generation == b->generation) &&
			    (a->mode == RDEP_WRITE || b->mode == RDEP_WRITE))
				return true;
		}
	}
	return false;
}

/* Can two threads not be at these two edges at the same time? Where the instances do not close the cycle, gates
 * are told apart by class. */
static bool kept_apart(const struct rd_sample *a, const struct rd_sample *b, bool closed)
{
	return share_gate(a, b, !closed) || (closed && (holds_first(a, b) || holds_first(b, a)));
}

static bool has_gate(const struct rd_sample *s, uint64_t address, uint32_t generation)
{
	struct rd_gate_walk w = rd_sample_gates(s);
	const struct rd_gate *g = rd_gate_next(&w);

	while (g && (g->address != address || g->generation != generation))
		g = rd_gate_next(&w);
	return g;
}

/* Was that lock held when the one was taken that the edge begins with? */
static bool held_before(const struct rd_sample *s, uint64_t address, uint32_t generation)
{
	struct rd_gate_walk w = rd_sample_gates(s);
	const struct rd_gate *g;
	bool found = false;

	if (s->within)
		return false;
	while ((g = rd_gate_next(&w)) && !found) {
		if (g->address == address && g->generation == generation && w.passed)
			return true;
		found = g->address == address && g->generation == generation;
	}
	while (rd_gate_next(&w))
		;
	/* The one that is being taken is none of those held, and comes after all of them. */
	return found && !w.passed;
}

/*
 * Do edge i and the next make one step of one thread? Over a domain: its allocation reclaims. Over a signal: that
 * interrupts it. Else when the
 * thread held what edge i begins with already as it took what the next one begins with: the edge past both was
 * left out, because it follows.
 */
static bool one_step(const struct weighing *w, uint32_t i)
{
	const struct rd_sample *a = picked(w, i), *b = picked(w, (i + 1) % w->count);

	if (is_context(rd_edge_at(w->edges[i])->to))
		return true;
	if (a->thread != b->thread)
		return false;
	/* Its own life a thread always holds. */
	return is_life(rd_edge_at(w->edges[i])->from) || held_before(b, a->from_address, a->from_generation);
}

/* Are edges i and j parts of one such step? */
static bool one_doing(const struct weighing *w, uint32_t i, uint32_t j)
{
	uint32_t k;

	for (k = i; k != j && one_step(w, k); k = (k + 1) % w->count)
		;
	if (k == j)
		return true;
	for (k = j; k != i && one_step(w, k); k = (k + 1) % w->count)
		;
	return k == i;
}

static bool ordered(const struct rd_sample *a, const struct rd_sample *b)
{
	return rd_thread_before(a->thread, a->clock, b->thread, b->clock) ||
	       rd_thread_before(b->thread, b->clock, a->thread, a->clock);
}

/* Does every thread wait for the next? A reader who is let in beside readers does not wait for one. */
static bool strong(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; i < w->count; i++) {
		const struct rd_sample *a = picked(w, i), *b = picked(w, (i + 1) % w->count);

		if (a->type & (RDEP_TYPE_ER | RDEP_TYPE_SR) && b->type & (RDEP_TYPE_SN | RDEP_TYPE_SR))
			return false;
	}
	return true;
}

/* Does any of the threads wait for one of several permits? What it waits for need not be what the next one holds. */
static bool counted(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; i < w->count; i++) {
		if (picked(w, i)->to_mode != RDEP_WRITE && rd_class_at(rd_edge_at(w->edges[i])->to)->kind == RDEP_SEM)
			return true;
	}
	return false;
}

/* Are they more threads than a semaphore has permits that all of them hold one of? */
static bool too_many(const struct weighing *w)
{
	struct rd_gate_walk gates = rd_sample_gates(picked(w, 0));
	const struct rd_gate *g;
	uint32_t i, threads;

	while ((g = rd_gate_next(&gates))) {
		if (rd_class_at(g->cls)->kind != RDEP_SEM || !rd_class_at(g->cls)->permits || rd_sem_unproven(g->cls))
			continue;
		for (i = 0, threads = 0; i < w->count; i++) {
			if (!has_gate(picked(w, i), g->address, g->generation))
				break;
			threads += !one_step(w, i);
		}
		if (i == w->count && threads > rd_class_at(g->cls)->permits)
			return true;
	}
	return false;
}

/* Was each signal's handler seen in the thread that has the lock? Others may never get that signal. */
static bool handled_there(const struct weighing *w)
{
	uint32_t i;

	for (i = 0; i < w->count; i++) {
		uint32_t to = rd_edge_at(w->edges[i])->to;

		if (to >= RDEP_FIRST_CLASS && is_context(to) && picked(w, i)->thread != picked(w, (i + 1) % w->count)->thread)
			return false;
	}
	return true;
}

/* By what the threads of this process can do to each other. */
static enum rdep_verdict weigh_threads(struct weighing *w)
{
	bool closed = closes(w), single = true, before = false;
	enum rdep_verdict most = closed && !counted(w) && !early(w) && !signalled(w) ? RDEP_CERTAIN : RDEP_POSSIBLE;
	uint32_t i, j;

	for (i = 0; i < w->count; i++) {
		for (j = i + 1; j < w->count; j++) {
			const struct rd_sample *a = picked(w, i), *b = picked(w, j);

			w->work -= 1 + (int64_t)rd_gates_count(a->gates) * rd_gates_count(b->gates) / 8;
			if (a->thread != b->thread) {
				single = false;
				before |= ordered(a, b) && !stands_in(w, i) && !stands_in(w, j);
			}
			if (!one_doing(w, i, j) && kept_apart(a, b, closed))
				return RDEP_GUARDED;
		}
	}
	if (too_many(w) || (w->life && announced(w)))
		return RDEP_GUARDED;
	if (w->context)
		return handled_there(w) ? most : RDEP_POSSIBLE;
	if (single)
		return RDEP_SINGLE_THREAD;
	if (before)
		return RDEP_ORDERED;
	return most;
}

/* By what two processes that run this code can: they share files, and no gates but those. */
static enum rdep_verdict weigh_processes(const struct weighing *w)
{
	uint32_t i, j;

	for (i = 0; i < w->count; i++) {
		for (j = i + 1; j < w->count; j++) {
			if (share_file(picked(w, i), picked(w, j)))
				return RDEP_GUARDED;
		}
	}
	return RDEP_POSSIBLE;
}

/* 0: this choice is no cycle at all. */
static enum rdep_verdict weigh(struct weighing *w)
{
	enum rdep_verdict threads = 0, processes = 0;

	if (!strong(w) || other_thread(w) || detour(w))
		return 0;
	if (!one_owner(w))
		threads = weigh_threads(w);
	if (w->files)
		processes = weigh_processes(w);
	w->one_owner |= !threads && !processes;
	return threads > processes ? threads : processes;
}

/*
 * The next choice that differs at edge `at` or later, the first edges turning fastest; false after the last. The latest
 * occurrence comes first: an open cycle is looked at again because of it.
 */
static bool turn(struct weighing *w, uint32_t at)
{
	uint32_t i;

	for (i = 0; i < w->count; i++) {
		if (i >= at && w->pick[i]-- > 0)
			return true;
		w->pick[i] = (uint8_t)(rd_edge_at(w->edges[i])->count - 1);
	}
	return false;
}

/* The last edge that does not end where the next begins, but for the one that closes the circle: no turning of those
 * before it makes that choice one of instances. count: there is none. */
static uint32_t parted(const struct weighing *w)
{
	uint32_t i;

	for (i = w->count - 1; i-- > 0;) {
		if (!joined(w, i))
			return i;
	}
	return w->count;
}

/* Weighs the choices in turn, those whose instances close the cycle or all. */
static void try_all(struct weighing *w, bool closed_only)
{
	uint32_t i, at;

	for (i = 0; i < w->count; i++)
		w->pick[i] = (uint8_t)(rd_edge_at(w->edges[i])->count - 1);
	w->work = WORK_MAX;
	do {
		enum rdep_verdict v;

		at = closed_only ? parted(w) : w->count;
		w->work -= w->count;
		if (at < w->count)
			continue;
		at = 0;
		v = closed_only && !closes(w) ? 0 : weigh(w);
		if (v > w->best) {
			w->best = v;
			memcpy(w->best_pick, w->pick, w->count);
		}
	} while (w->best != RDEP_CERTAIN && w->work > 0 && turn(w, at));
	if (w->best != RDEP_CERTAIN && w->work <= 0)
		rd_count(RDEP_C_SAMPLES_CUT);
}

enum rdep_verdict rd_verdict(const uint32_t *edges, uint32_t count, bool instances_only, uint32_t *chosen)
{
	static struct weighing w;
	uint32_t i;

	w = (struct weighing){.edges = edges, .count = count, .files = true, .lives = true};
	for (i = 0; i < count; i++) {
		w.files &= rd_file_address(rd_edge_sample(rd_edge_at(edges[i]), 0)->to_address);
		w.context |= is_context(rd_edge_at(edges[i])->to);
		w.life |= is_life(rd_edge_at(edges[i])->to);
		w.lives &= is_life(rd_edge_at(edges[i])->to);
	}
	try_all(&w, true);
	if (!instances_only && w.best < RDEP_CERTAIN)
		try_all(&w, false);
	/* It was one when all its occurrences were there. */
	if (!w.best && !instances_only && !w.one_owner && !w.life)
		w.best = RDEP_POSSIBLE;
	for (i = 0; i < count; i++)
		chosen[i] = w.best_pick[i];
	return w.best;
}
