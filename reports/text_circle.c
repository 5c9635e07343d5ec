/* SPDX-License-Identifier: MIT */
/* text_circle.c - a deadlock as text: each thread of the circle, what it has and what it waits for. */
#include "reports/text.h"

#define LEGS_SHOWN 16u

static const char *taken_words(const struct rdep_leg *raw)
{
	return !raw->held_stack			      ? "taken at (its callers were not kept)"
	       : !(raw->flags & RDEP_LEG_HELD_LIVE)   ? "taken at (callers as first seen at this site)"
	       : raw->flags & RDEP_LEG_HELD_CALLER    ? "taken at (its caller is shown where it was later)"
						      : "taken at";
}

static void print_lock(struct rdep_text *t, const struct rdep_mclass *c, const struct rdep_instance *inst)
{
	fputs("    ", t->out);
	rdep_text_class(t, c);
	fprintf(t->out, " at 0x%llx%s", (unsigned long long)inst->address, rdep_mode_words(c, inst->mode));
}

static void print_waits(struct rdep_text *t, const struct rdep_mleg *leg, const struct rdep_mleg *next)
{
	if (leg->wanted) {
		print_lock(t, leg->wanted, &leg->raw->wait_inst);
	} else {
		fputs("    the end of ", t->out);
		rdep_text_thread(t, &next->thread);
	}
	if (leg->raw->wait == RDEP_WAIT_RETAKE)
		fputs(", to take it back in a condition wait", t->out);
	fprintf(t->out, ", in%s:\n",
		leg->raw->flags & RDEP_LEG_WAIT_SEEN ? " (callers as first seen at this site)" : "");
	rdep_text_stack(t, &leg->waits, "        ");
}

static void print_held(struct rdep_text *t, const struct rdep_mleg *leg)
{
	print_lock(t, leg->held, &leg->raw->held);
	if (leg->raw->flags & RDEP_LEG_AHEAD) {
		fputs("\n", t->out);
		return;
	}
	fprintf(t->out, ", %s:\n", taken_words(leg->raw));
	rdep_text_stack(t, &leg->taken, "        ");
}

/* What comes between a thread and what it has. */
static const char *has_words(const struct rdep_mleg *leg)
{
	if (!leg->held)
		return ", which is waited for";
	return leg->raw->flags & RDEP_LEG_AHEAD ? " is next, as a writer, for" : " holds";
}

static void print_leg(struct rdep_text *t, const struct rdep_mfinding *f, size_t i)
{
	const struct rdep_mleg *leg = &f->legs[i], *next = &f->legs[(i + 1) % f->leg_count];

	fputc('\n', t->out);
	rdep_text_thread(t, &leg->thread);
	fprintf(t->out, "%s\n", has_words(leg));
	if (leg->held)
		print_held(t, leg);
	fputs(leg->held ? "and waits for\n" : "and itself waits for\n", t->out);
	print_waits(t, leg, next);
}

void rdep_text_circle(struct rdep_text *t, const struct rdep_mfinding *f)
{
	const struct rdep_mleg *first = &f->legs[0];
	size_t i;

	fputs("It waits for\n", t->out);
	print_waits(t, first, &f->legs[1 % f->leg_count]);
	if (first->held) {
		fputs(first->raw->flags & RDEP_LEG_AHEAD ? "and is next, as a writer, for\n" : "while it holds\n",
		      t->out);
		print_held(t, first);
	} else {
		fputs("while its own end is waited for\n", t->out);
	}
	for (i = 1; i < f->leg_count && i <= LEGS_SHOWN; i++)
		print_leg(t, f, i);
	if (f->leg_count > LEGS_SHOWN + 1)
		fprintf(t->out, "\n... and %zu more threads (--format=json has all)\n",
			f->leg_count - LEGS_SHOWN - 1);
	rdep_text_scenario(t, f);
}
