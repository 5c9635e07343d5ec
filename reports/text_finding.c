/* SPDX-License-Identifier: MIT */
/*
 * text_finding.c - one finding as text, in the order in which lockdep's reports are
 * read: what is being acquired, what is held, what already depends on it, how the two
 * come together, and what to do.
 */
#include <string.h>
#include "reports/text.h"

static enum rdep_paint severity_paint(enum rdep_severity s)
{
	return s == RDEP_ERROR ? RDEP_RED : s == RDEP_WARNING ? RDEP_YELLOW : RDEP_BOLD;
}

/* Does the cycle go through a thread that is joined? */
static bool joins(const struct rdep_mfinding *f)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++)
		if (f->edges[i].to->life)
			return true;
	return false;
}

/* Its sides were seen in different processes. */
static const char *across_meaning(const struct rdep_mfinding *f)
{
	switch (f->verdict) {
	case RDEP_SINGLE_THREAD:
		return "no process showed all of it; in each of them the first thread did its part";
	case RDEP_GUARDED:
		return "no process showed all of it, and a common lock was held on both sides";
	default:
		if (rdep_is_of_files(f))
			return "no process showed all of it; two that run this code can wait for each other";
		return "no process showed all of it; one that does what these did can deadlock";
	}
}

const char *rdep_text_verdict(const struct rdep_mfinding *f)
{
	if (rdep_is_across(f))
		return across_meaning(f);
	if (f->kind == RDEP_K_DEADLOCK)
		return f->verdict == RDEP_CERTAIN ? "it happened in this run"
						  : "unless somebody else posts the semaphore";
	switch (f->verdict) {
	case RDEP_CERTAIN:
		if (joins(f))
			return "the very thread that is joined, and nothing that keeps the two "
			       "sides apart";
		return f->edge_count ? "the same locks, and nothing that keeps the two sides apart"
				     : "it happened in this run";
	case RDEP_POSSIBLE:
		if (f->kind == RDEP_K_SIGNAL_INVERSION)
			return "in this run the handler ran in another thread than the one that holds the lock, or took "
			       "another lock of its class";
		if (rdep_is_of_files(f))
			return "two processes that run this code can wait for each other, whatever the threads of one do";
		if (f->kind == RDEP_K_WAIT_INVERSION && !joins(f))
			return "unless somebody signals without that lock";
		if (joins(f))
			return "in this run the thread was through with it before it was joined, "
			       "and nothing that is "
			       "followed makes sure of that";
		return "by the rules that these locks follow; this run did not show the same locks "
		       "on "
		       "both sides";
	case RDEP_SINGLE_THREAD:
		return "one thread did all of it in this run";
	case RDEP_ORDERED:
		return "in this run, creating and joining threads kept the two sides apart";
	case RDEP_GUARDED:
		if (joins(f))
			return "conditions are waited for or signalled under the lock, so the thread may have said under "
			       "it that it was through with it";
		return "in this run, a common lock was held on both sides";
	}
	return "a verdict that this version does not know";
}

void rdep_text_thread(struct rdep_text *t, const struct rdep_mthread *m)
{
	fprintf(t->out, "thread %u", m->own);
	if (*m->label)
		fprintf(t->out, " (%s, tid %u)", m->label, m->tid);
	else if (m->tid)
		fprintf(t->out, " (tid %u)", m->tid);
	if (m->origin)
		fprintf(t->out, " of %s", m->origin->words);
}

void rdep_text_class(struct rdep_text *t, const struct rdep_mclass *c)
{
	if (t->rich)
		t->rich->class(t, c);
	else
		rdep_text_paint(t, RDEP_BOLD, "%s", c->name);
	if (!c->domain)
		fprintf(t->out, " (%s%s%s)", c->kind, *c->detail ? "; " : "", c->detail);
}

void rdep_text_occurrence(struct rdep_text *t, const struct rdep_mfinding *f)
{
	const struct rdep_process *p = f->process;

	if (!f->thread.origin)
		fprintf(t->out, "%s (pid %u), ", p->name, p->record->header.pid);
	rdep_text_thread(t, &f->thread);
	if (f->count > 1)
		fprintf(t->out, "; %zu occurrences in %zu processes", f->count, f->processes);
	if (f->suppressed)
		fprintf(t->out, "\nsuppressed by %s:%u: %s", f->suppressed->file, f->suppressed->line,
			f->suppressed->text);
	if (f->known)
		fputs("\nknown: it stands in the baseline", t->out);
	if (f->raw->edge_count && f->edges_lost)
		fprintf(t->out, "\nincomplete: %zu of its %u dependencies are not in the record", f->edges_lost,
			f->raw->edge_count);
}

static void print_heading(struct rdep_text *t, const struct rdep_mfinding *f)
{
	fputc('\n', t->out);
	rdep_text_paint(t, RDEP_DIM,
			"==============================================================="
			"=================\n");
	rdep_text_paint(t, severity_paint(f->severity), "%s: %s: ", rdep_severity_id(f->severity),
			f->kind_id);
	rdep_text_paint(t, RDEP_BOLD, "%s\n", f->title);
	fprintf(t->out, "%s: %s\n", f->verdict_id, rdep_text_verdict(f));
	rdep_text_occurrence(t, f);
	fputs("\n\n", t->out);
}

/* "by an allocation: malloc(), which counts as GFP_KERNEL" */
void rdep_text_allocation(struct rdep_text *t, const struct rdep_medge *e)
{
	struct rdep_report *r = t->report;
	uint32_t gfp = e->raw->gfp, raw = e->raw->raw_gfp;

	if (!(e->raw->flags & RDEP_EDGE_ALLOC)) {
		fputs(", which reclaim may be waited for in", t->out);
		return;
	}
	fputs(", by an allocation", t->out);
	if (e->callee)
		fprintf(t->out, " through %s()", e->callee);
	fprintf(t->out, " with %s", rdep_gfp_text(r, raw ? raw : gfp));
	if (raw && raw != gfp)
		fprintf(t->out, " (%s in force, after the thread's scopes)", rdep_gfp_text(r, gfp));
}

void rdep_text_edge_acquired(struct rdep_text *t, const struct rdep_medge *e)
{
	fputs("    ", t->out);
	rdep_text_class(t, e->to);
	if (e->to->life) {
		fputs(", ", t->out);
		rdep_text_thread(t, &e->joined);
	} else if (e->from == e->to && !e->to->domain)
		fprintf(t->out, " at 0x%llx", (unsigned long long)e->raw->to_inst.address);
	if (e->to->domain)
		rdep_text_allocation(t, e);
	else
		fputs(rdep_mode_words(e->to, e->raw->to_inst.mode), t->out);
	fputs(":\n", t->out);
	rdep_text_stack(t, &e->acquire, "        ");
}

/* How far the callers in a held stack are those of then. */
static const char *taken_words(uint32_t flags)
{
	return !(flags & RDEP_EDGE_HELD_LIVE)  ? "taken at (callers as first seen at this site)"
	       : flags & RDEP_EDGE_HELD_CALLER ? "taken at (its caller is shown where it was later)"
					       : "taken at";
}

/* How much the held side's stack tells: the truth about it in a few words. */
const char *rdep_text_held_words(const struct rdep_medge *e)
{
	if (e->from->domain)
		return "entered at";
	if (e->from->life)
		return "made at (callers as first seen at this site)";
	return e->raw->held_stack ? taken_words(e->raw->flags) : "taken at (its callers were not kept)";
}

void rdep_text_edge_held(struct rdep_text *t, const struct rdep_medge *e)
{
	fputs("    ", t->out);
	if (!e->from->life)
		rdep_text_class(t, e->from);
	if (e->from == e->to && !e->from->domain && !e->from->life)
		fprintf(t->out, " at 0x%llx", (unsigned long long)e->raw->from_inst.address);
	if (!e->from->domain)
		fputs(rdep_mode_words(e->from, e->raw->from_inst.mode), t->out);
	fprintf(t->out, "%s%s:\n", e->from->life ? "" : ", ", rdep_text_held_words(e));
	rdep_text_stack(t, &e->held, "        ");
}

/* What ties the two stacks of a dependency together. */
static const char *held_link(const struct rdep_medge *e, const char *held)
{
	if (e->from->domain)
		return "inside";
	if (!e->from->life)
		return held;
	return e->raw->flags & RDEP_EDGE_AWAITED ? "while it was being joined; it was" : "before it ended; it was";
}

void rdep_text_dependency(struct rdep_text *t, const struct rdep_medge *e, size_t number, size_t count)
{
	fputc('\n', t->out);
	if (count > 1)
		fprintf(t->out, "  %zu of %zu: ", number, count);
	else
		fputs("  ", t->out);
	rdep_text_paint(t, RDEP_BOLD, "%s -> %s", e->from->name, e->to->name);
	if (e->lost) {
		fputs(", which is not in the record: where it was seen is lost\n", t->out);
		return;
	}
	fputs(e->raw->flags & RDEP_EDGE_TOLD ? ", told of in " : ", seen in ", t->out);
	rdep_text_thread(t, &e->thread);
	if (e->raw->flags & RDEP_EDGE_INHERITED)
		fputs(", in the process that forked this one", t->out);
	if (e->raw->flags & RDEP_EDGE_TOLD) {
		fputs(": reclaim may take\n", t->out);
		rdep_text_edge_acquired(t, e);
		return;
	}
	if (e->from->event) {
		fprintf(t->out, ", which signals %s under\n", e->from->name);
		rdep_text_edge_acquired(t, e);
		return;
	}
	fprintf(t->out, ", which %s\n", e->to->life ? "joined" : e->to->event ? "waited on" : "acquired");
	rdep_text_edge_acquired(t, e);
	fprintf(t->out, "  %s\n", held_link(e, "while it held"));
	rdep_text_edge_held(t, e);
}

static void print_cycle(struct rdep_text *t, const struct rdep_mfinding *f)
{
	const struct rdep_medge *first = &f->edges[0];
	size_t i, others = f->edge_count - 1;

	if (first->lost) {
		fprintf(t->out, "It acquires %s while it holds %s (this is not in the record: where, is lost)\n", first->to->name,
			first->from->name);
	} else if (first->from->event) {
		fprintf(t->out, "It signals %s under\n", first->from->name);
		rdep_text_edge_acquired(t, first);
	} else {
		fprintf(t->out, "It %s\n", first->to->life ? "joins" : first->to->event ? "waits on" : "acquires");
		rdep_text_edge_acquired(t, first);
		fprintf(t->out, "%s\n", held_link(first, "while it holds"));
		rdep_text_edge_held(t, first);
	}
	if (first->raw->flags & RDEP_EDGE_TOLD)
		fputs("(the program says that it may; it was not seen to)\n", t->out);
	if (!first->lost && first->thread.id != f->thread.id) {
		fputs("(as seen in ", t->out);
		rdep_text_thread(t, &first->thread);
		fputs(")\n", t->out);
	}
	if (others && first->to->life && first->from != first->to)
		fprintf(t->out, "\nBut to end, %s needs %s:\n", first->to->name, first->from->name);
	else if (others)
		fprintf(t->out, "\nBut the other way round, %s already depends on %s:\n",
			first->from->name, first->to->name);
	for (i = 1; i < f->edge_count && i <= RDEP_EDGES_SHOWN; i++)
		rdep_text_dependency(t, &f->edges[i], i, others);
	if (others > RDEP_EDGES_SHOWN)
		fprintf(t->out, "\n  ... and %zu more dependencies (--format=json has all)\n",
			others - RDEP_EDGES_SHOWN);
	if (f->raw->edge_count > f->edge_count)
		fprintf(t->out, "\n  (%zu dependencies of this finding are not in the record)\n",
			(size_t)f->raw->edge_count - f->edge_count);
	rdep_text_scenario(t, f);
}

static void print_one_lock(struct rdep_text *t, const struct rdep_mfinding *f)
{
	bool unlock = f->kind == RDEP_K_UNLOCK_UNHELD;
	bool site_only = !f->raw->held_stack;

	fputs(unlock ? "It unlocks\n    " : "It acquires\n    ", t->out);
	rdep_text_class(t, f->cls);
	if (f->raw->inst.address)
		fprintf(t->out, " at 0x%llx", (unsigned long long)f->raw->inst.address);
	fputs(":\n", t->out);
	rdep_text_stack(t, &f->acquire, "        ");
	if (!f->held.count)
		return;
	fprintf(t->out, "%s%s:\n", unlock ? "which was " : "which it holds already, ",
		site_only ? "taken at (its callers were not kept)" : taken_words(f->raw->flags));
	rdep_text_stack(t, &f->held, "        ");
}

/* "at:", or what is not certain about it. Where a lock was destroyed is not where it was taken. */
static const char *place_words(const struct rdep_mfinding *f)
{
	if (!f->raw->held_stack)
		return "at (its callers were not kept)";
	return taken_words(f->raw->flags) + strlen("taken ");
}

static void print_place(struct rdep_text *t, const struct rdep_mfinding *f)
{
	if (f->acquire.count) {
		fprintf(t->out, "%s", rdep_place_went(t->report, f));
		if (rdep_is_misuse(f)) {
			fputs("\n    ", t->out);
			rdep_text_class(t, f->cls);
			fprintf(t->out, " at 0x%llx", (unsigned long long)f->raw->inst.address);
		}
		fputs(":\n", t->out);
		rdep_text_stack(t, &f->acquire, "        ");
	}
	if (!f->held.count)
		return;
	fprintf(t->out, "%s %s:\n", rdep_place_held(t->report, f), place_words(f));
	rdep_text_stack(t, &f->held, "        ");
}

void rdep_text_body(struct rdep_text *t, const struct rdep_mfinding *f)
{
	if (f->edge_count && f->kind == RDEP_K_SIGNAL_INVERSION)
		rdep_text_signal(t, f);
	else if (f->edge_count)
		print_cycle(t, f);
	else if (f->leg_count)
		rdep_text_circle(t, f);
	else if (rdep_is_place(f))
		print_place(t, f);
	else
		print_one_lock(t, f);
}

void rdep_text_finding(struct rdep_text *t, const struct rdep_mfinding *f)
{
	print_heading(t, f);
	rdep_text_body(t, f);
	fputc('\n', t->out);
	rdep_text_paint(t, RDEP_BOLD, "Fix: ");
	fprintf(t->out, "%s.\n", f->fix);
	fprintf(t->out, "Suppression: %s\n", f->suppression);
	fprintf(t->out, "Fingerprint: %s\n", f->fingerprint);
}
