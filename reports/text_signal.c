/* SPDX-License-Identifier: MIT */
/*
 * text_signal.c - a cycle through a signal as text: what its handler takes, who holds that, or what it
 * leads to, with the signal open, and how the two meet in one thread.
 */
#include "reports/text.h"

/* The edge into a signal that the cycle is told from, as a number; the next one leads out of it. */
static size_t into_signal(const struct rdep_mfinding *f)
{
	size_t i;

	for (i = 0; i + 1 < f->edge_count && !f->edges[i].to->signal; i++)
		;
	return i;
}

static void print_handler(struct rdep_text *t, const struct rdep_medge *out)
{
	fputs("The handler of ", t->out);
	rdep_text_paint(t, RDEP_BOLD, "%s", out->from->name);
	fputs(", as it ran in ", t->out);
	rdep_text_thread(t, &out->thread);
	fputs(", acquires\n", t->out);
	rdep_text_edge_acquired(t, out);
}

static void print_open(struct rdep_text *t, const struct rdep_medge *in)
{
	fprintf(t->out, "and %s is open (handled, and not blocked) where ", in->to->name);
	rdep_text_thread(t, &in->thread);
	fputs(" holds\n", t->out);
	rdep_text_edge_held(t, in);
	if (in->raw->acquire_stack == in->raw->held_stack || !in->acquire.count)
		return;
	fputs("  with the signal open at\n", t->out);
	rdep_text_stack(t, &in->acquire, "        ");
}

void rdep_text_signal(struct rdep_text *t, const struct rdep_mfinding *f)
{
	size_t n = f->edge_count, at = into_signal(f), i;

	print_handler(t, &f->edges[(at + 1) % n]);
	print_open(t, &f->edges[at]);
	if (n > 2)
		fprintf(t->out, "\nThe two meet, because %s depends on %s:\n", f->edges[(at + 1) % n].to->name,
			f->edges[at].from->name);
	for (i = 2; i < n && i < RDEP_EDGES_SHOWN; i++)
		rdep_text_dependency(t, &f->edges[(at + i) % n], i - 1, n - 2);
	if (n > RDEP_EDGES_SHOWN)
		fprintf(t->out, "\n  ... and %zu more dependencies (--format=json has all)\n", n - RDEP_EDGES_SHOWN);
	rdep_text_scenario(t, f);
}
