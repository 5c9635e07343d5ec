/* SPDX-License-Identifier: MIT */
/*
 * text_scenario.c - how a cycle becomes a deadlock: one column per side, in time order.
 *
 * Every dependency is a side: it has its first lock, and then waits for its second. A
 * reclaim domain is not waited for but entered: the side that runs inside it is reclaim,
 * in the allocating thread itself or in another.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/text.h"

#define COLUMNS_MAX 3u
#define LINE 100

/* Has an edge before this one the same thread? What one thread did in turn, two can do at once. */
static bool same_thread_before(const struct rdep_mfinding *f, const struct rdep_medge *e)
{
	const struct rdep_medge *before;

	for (before = f->edges; before < e; before++)
		if (before->thread.id == e->thread.id && !before->from->domain && !before->from->signal &&
		    !before->from->life && !e->from->life)
			return true;
	return false;
}

/* Where all are of one class, the locks are told apart: "inode->lock #2". */
static const char *lock_name(struct rdep_text *t, const struct rdep_mfinding *f,
			     const struct rdep_mclass *c, const struct rdep_instance *inst)
{
	size_t i;

	if (f->kind != RDEP_K_SAME_CLASS_NESTING)
		return c->name;
	for (i = 0; i < f->edge_count; i++)
		if (f->edges[i].raw->from_inst.address == inst->address)
			break;
	return rdep_arena_printf(&t->report->arena, "%s #%zu", c->name, i + 1);
}

const char *rdep_text_thread_name(struct rdep_arena *a, const struct rdep_mthread *t)
{
	const char *label = *t->label ? rdep_arena_printf(a, " (%s)", t->label) : "";

	if (t->origin)
		return rdep_arena_printf(a, "%s %u: thread %u%s", t->origin->program, t->origin->pid, t->own, label);
	return rdep_arena_printf(a, "thread %u%s", t->own, label);
}

static const char *thread_title(struct rdep_text *t, const struct rdep_mfinding *f, const struct rdep_medge *e)
{
	struct rdep_arena *a = &t->report->arena;

	/* Locks of files that only another process waits for. */
	if (!e->thread.origin && f->verdict == RDEP_POSSIBLE && rdep_is_of_files(f))
		return e == f->edges ? "a process" : "another process";
	if (same_thread_before(f, e))
		return "another thread";
	if (!e->thread.id)
		return "a thread";
	return rdep_text_thread_name(a, &e->thread);
}

/* Into a signal and out of it: one side, the thread that has the lock as the signal comes. */
static void make_interrupted(struct rdep_text *t, const struct rdep_mfinding *f, const struct rdep_medge *e,
			     struct rdep_column *c)
{
	const struct rdep_medge *out = e + 1 < f->edges + f->edge_count ? e + 1 : f->edges;
	struct rdep_arena *a = &t->report->arena;

	c->title = thread_title(t, f, e);
	c->has = rdep_arena_printf(a, "%s(%s);", rdep_lock_verb(e->from, e->raw->from_inst.mode), e->from->name);
	c->wants = out->to->domain
			   ? rdep_arena_printf(a, "<%s> its handler allocates: enters %s", e->to->name, out->to->name)
			   : rdep_arena_printf(a, "<%s> its handler: %s(%s);", e->to->name,
					       rdep_lock_verb(out->to, out->raw->to_inst.mode), out->to->name);
}

static void make_column(struct rdep_text *t, const struct rdep_mfinding *f,
			const struct rdep_medge *e, struct rdep_column *c)
{
	struct rdep_arena *a = &t->report->arena;

	if (e->to->signal) {
		make_interrupted(t, f, e, c);
		return;
	}
	c->in_domain = e->from->domain;
	c->into_domain = e->to->domain;
	if (e->from->domain) {
		c->title = rdep_arena_printf(a, "reclaim (in any thread)");
		c->has = rdep_arena_printf(a, "runs in %s", e->from->name);
	} else {
		c->title = thread_title(t, f, e);
		/* It need not do anything to hold its own life. */
		c->has = e->from->life || e->from->event
				       ? ""
				       : rdep_arena_printf(a, "%s(%s);",
							   rdep_lock_verb(e->from, e->raw->from_inst.mode),
							   lock_name(t, f, e->from, &e->raw->from_inst));
	}
	if (e->to->life)
		c->wants = rdep_arena_printf(a, "join(thread %u);", e->joined.own);
	else if (!e->to->domain)
		c->wants = rdep_arena_printf(
			a, "%s(%s);", rdep_lock_verb(e->to, e->raw->to_inst.mode),
			lock_name(t, f, e->to, &e->raw->to_inst));
	else if (e->callee)
		c->wants = rdep_arena_printf(a, "%s(): enters %s", e->callee, e->to->name);
	else
		c->wants = rdep_arena_printf(a, "alloc(%s): enters %s",
					     rdep_gfp_text(t->report, e->raw->gfp), e->to->name);
}

static const char *has_text(struct rdep_arena *a, const struct rdep_mleg *leg)
{
	if (!leg->held || leg->raw->flags & RDEP_LEG_AHEAD)
		return "";
	return rdep_arena_printf(a, "%s(%s);", rdep_lock_verb(leg->held, leg->raw->held.mode), leg->held->name);
}

static const char *wants_text(struct rdep_arena *a, const struct rdep_mleg *leg, const struct rdep_mleg *next)
{
	if (!leg->wanted)
		return rdep_arena_printf(a, "join(thread %u);", next->thread.own);
	if (leg->raw->wait == RDEP_WAIT_RETAKE)
		return rdep_arena_printf(a, "wait(..., %s);", leg->wanted->name);
	return rdep_arena_printf(a, "%s(%s);", rdep_lock_verb(leg->wanted, leg->raw->wait_inst.mode),
				 leg->wanted->name);
}

static void make_leg_column(struct rdep_text *t, const struct rdep_mfinding *f, size_t i, struct rdep_column *c)
{
	const struct rdep_mleg *leg = &f->legs[i];
	struct rdep_arena *a = &t->report->arena;

	c->in_domain = c->into_domain = false;
	c->title = rdep_text_thread_name(a, &leg->thread);
	c->has = has_text(a, leg);
	c->wants = wants_text(a, leg, &f->legs[(i + 1) % f->leg_count]);
}

/* All have what they have; then who allocates brings reclaim about; then what runs in it begins; then all wait. */
size_t rdep_text_cells(const struct rdep_column *columns, size_t n, struct rdep_cell *cells)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		if (!columns[i].in_domain && *columns[i].has)
			cells[count++] = (struct rdep_cell){i, columns[i].has};
	for (i = 0; i < n; i++)
		if (columns[i].into_domain)
			cells[count++] = (struct rdep_cell){i, columns[i].wants};
	for (i = 0; i < n; i++)
		if (columns[i].in_domain)
			cells[count++] = (struct rdep_cell){i, columns[i].has};
	for (i = 0; i < n; i++)
		if (!columns[i].into_domain)
			cells[count++] = (struct rdep_cell){i, columns[i].wants};
	return count;
}

static void print_columns(struct rdep_text *t, const struct rdep_column *columns, size_t n, int width)
{
	struct rdep_cell *cells;
	size_t i, count;

	fputs("    ", t->out);
	for (i = 0; i < n; i++)
		fprintf(t->out, "%-*s", i + 1 < n ? width : 0, columns[i].title);
	fputs("\n    ", t->out);
	for (i = 0; i < n; i++) {
		char rule[LINE + 1];
		size_t len = strlen(columns[i].title);

		memset(rule, '-', sizeof(rule));
		rule[len < LINE ? len : LINE] = 0;
		fprintf(t->out, "%-*s", i + 1 < n ? width : 0, rule);
	}
	fputc('\n', t->out);
	cells = rdep_alloc(2 * n * sizeof(*cells));
	count = rdep_text_cells(columns, n, cells);
	for (i = 0; i < count; i++)
		fprintf(t->out, "    %*s%s\n", (int)cells[i].column * width, "", cells[i].text);
	free(cells);
}

/* One below the other: too many sides, or too long names. */
static void print_rows(struct rdep_text *t, const struct rdep_column *columns, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fprintf(t->out, "    %s:\n%s%s%s        %s\n", columns[i].title,
			*columns[i].has ? "        " : "", columns[i].has,
			*columns[i].has ? "\n" : "", columns[i].wants);
}

static size_t longest(const struct rdep_column *c)
{
	size_t a = strlen(c->title), b = strlen(c->has), w = strlen(c->wants);

	return a > b ? (a > w ? a : w) : (b > w ? b : w);
}

struct rdep_column *rdep_text_columns(struct rdep_text *t, const struct rdep_mfinding *f, size_t *n)
{
	struct rdep_column *columns;
	size_t i, first = 0;

	*n = 0;
	if (f->edge_count + f->leg_count < 2)
		return NULL;
	columns = rdep_alloc((f->edge_count + f->leg_count) * sizeof(*columns));
	/* Who runs inside reclaim comes last: the allocation brings it about. */
	for (i = 0; i < f->leg_count; i++)
		make_leg_column(t, f, i, &columns[(*n)++]);
	while (first + 1 < f->edge_count && (f->edges[first].from->domain || f->edges[first].from->signal))
		first++;
	for (i = 0; i < f->edge_count; i++) {
		const struct rdep_medge *e = &f->edges[(first + i) % f->edge_count];

		/* The side that leads out of a signal is the one that leads into it. */
		if (!e->from->signal)
			make_column(t, f, e, &columns[(*n)++]);
	}
	return columns;
}

const char *rdep_text_scenario_title(const struct rdep_mfinding *f)
{
	return f->leg_count ? "How it deadlocked" : "How it deadlocks";
}

void rdep_text_scenario(struct rdep_text *t, const struct rdep_mfinding *f)
{
	struct rdep_column *columns;
	size_t i, n, width = 0;

	if (t->rich)
		return;
	columns = rdep_text_columns(t, f, &n);
	if (!columns)
		return;
	for (i = 0; i < n; i++) {
		if (longest(&columns[i]) + 2 > width)
			width = longest(&columns[i]) + 2;
	}
	rdep_text_paint(t, RDEP_BOLD, "\n%s:\n", rdep_text_scenario_title(f));
	if (n <= COLUMNS_MAX && n * width <= LINE)
		print_columns(t, columns, n, (int)width);
	else
		print_rows(t, columns, n);
	rdep_text_paint(t, RDEP_RED, "     *** DEADLOCK ***\n");
	free(columns);
}
