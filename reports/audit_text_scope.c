/* SPDX-License-Identifier: MIT */
/* audit_text_scope.c - the audit's scopes for people. */
#include <string.h>
#include "reports/audit_text.h"

#define INSIDE_SHOWN 12u
#define WIDTH_MAX 44

static const char *const verdict_words[] = {[SCOPE_NOT_NEEDED] = "not needed",
					    [SCOPE_UNKNOWN] = "unknown",
					    [SCOPE_NEEDED] = "needed",
					    [SCOPE_APART] = "apart"};

static enum rdep_paint verdict_paint(enum audit_scope_verdict v)
{
	return v == SCOPE_NEEDED ? RDEP_CYAN : v == SCOPE_NOT_NEEDED ? RDEP_YELLOW : RDEP_PLAIN;
}

static const char *times(struct rdep_text *t, uint64_t n)
{
	return n == 1 ? "once"
		      : rdep_arena_printf(&t->report->arena, "%llu times", (unsigned long long)n);
}

static const char *domain_name(uint32_t domain)
{
	return domain == RDEP_CLASS_FS_RECLAIM	 ? "fs_reclaim"
	       : domain == RDEP_CLASS_IO_RECLAIM ? "io_reclaim"
						 : "reclaim";
}

static const char *because(struct rdep_text *t, const struct audit_scope *s)
{
	struct rdep_arena *a = &t->report->arena;

	switch (s->verdict) {
	case SCOPE_NEEDED:
		return rdep_arena_printf(a, "%zu of %zu allocation paths in it need it%s%s",
					 s->needing, s->needing + s->idle,
					 s->need.step_count ? ", for " : "",
					 s->need.step_count ? s->need.held->cls->name : "");
	case SCOPE_NOT_NEEDED:
		if (s->within)
			return rdep_arena_printf(a, "always within the %s scope of %s",
						 audit_scope_name(s->within->bit),
						 s->within->place.where);
		return rdep_arena_printf(a,
					 "no lock that %s takes was held in it over an allocation",
					 audit_domains_text(t->report, s->avoids));
	case SCOPE_UNKNOWN:
		if (!s->idle)
			return s->inside_count
				       ? "no allocation that it would restrict was seen in it"
				       : "no allocation was seen in it";
		return rdep_arena_printf(a, "nothing in these records runs in what it avoids (%s)",
					 audit_domains_text(t->report, s->unseen));
	case SCOPE_APART:
		break;
	}
	return s->avoids ? "it is reclaim's own" : "it keeps nothing out of reclaim";
}

static const char *outside_words(const struct audit_scope *s)
{
	bool early = false, late = false;
	size_t i;

	for (i = 0; i < s->outside_count; i++) {
		early |= s->outside[i].when > 0;
		late |= s->outside[i].when < 0;
	}
	return late && early	  ? "; opens late and closes early"
	       : late		  ? "; opens late"
	       : early		  ? "; closes early"
	       : s->outside_count ? "; does not cover all under its locks"
				  : "";
}

void audit_text_scopes(struct rdep_text *t, const struct rdep_audit *a)
{
	int names = 0, places = 0, n;
	size_t i;

	if (!a->scope_count)
		return;
	rdep_text_paint(t, RDEP_BOLD, "\nIs the scope needed?\n\n");
	for (i = 0; i < a->scope_count; i++) {
		n = (int)strlen(audit_scope_name(a->scopes[i]->bit));
		names = n > names ? n : names;
		n = (int)strlen(a->scopes[i]->place.where);
		places = n > WIDTH_MAX ? WIDTH_MAX : n > places ? n : places;
	}
	for (i = 0; i < a->scope_count; i++) {
		const struct audit_scope *s = a->scopes[i];

		fputs("  ", t->out);
		rdep_text_paint(t, verdict_paint(s->verdict), "%-10s", verdict_words[s->verdict]);
		fprintf(t->out, "  %-*s  %-*s  opened %s: %s%s%s%s\n", names,
			audit_scope_name(s->bit), places, s->place.where, times(t, s->count),
			because(t, s), outside_words(s),
			s->weaker ? "; memalloc_nofs would do" : "",
			s->narrower ? "; could be narrower" : "");
	}
}

/* ---- in full ---- */

static void print_held(struct rdep_text *t, const struct audit_scope *s)
{
	size_t i;

	fputs("  Held where it opens: ", t->out);
	if (!s->held_count)
		fputs("nothing", t->out);
	for (i = 0; i < s->held_count; i++)
		fprintf(t->out, "%s%s (%s)", i ? ", " : "", s->held[i].cls->name,
			s->held[i].taken.where);
	fputc('\n', t->out);
}

static void print_inside(struct rdep_text *t, const struct audit_row *row)
{
	size_t i;

	fprintf(t->out, "    %s", rdep_gfp_text(t->report, row->site->raw_gfp));
	if (row->gfp != row->site->raw_gfp)
		fprintf(t->out, ", %s in force,", rdep_gfp_text(t->report, row->gfp));
	fprintf(t->out, " in %s, %s%s", row->place.where,
		row->flags & RDEP_SITE_PLAIN ? "plain malloc, at least " : "",
		times(t, row->count));
	for (i = 0; i < row->held_count; i++)
		fprintf(t->out, "%s%s", i ? ", " : ", under ", row->held[i].cls->name);
	fputs(row->flags & RDEP_SITE_IN_CONTEXT ? ", in reclaim\n" : "\n", t->out);
}

static void print_need(struct rdep_text *t, const struct audit_scope *s)
{
	const struct audit_need *need = &s->need;
	const struct audit_step *last = audit_last(need->steps, need->step_count);

	if (!last) {
		fprintf(t->out, "  Needed: %s itself is held in it.\n", domain_name(need->domain));
		return;
	}
	fprintf(t->out, "  Needed: in %s a lock is held, %s (taken in %s),\n",
		s->needed_by->place.where, need->held->cls->name, need->held->taken.where);
	fprintf(t->out, "    that %s reaches:", domain_name(need->domain));
	if (need->step_count > 1)
		fprintf(t->out, " in %zu steps, the last of them", need->step_count);
	fprintf(t->out, " in %s, %s %s.\n",
		rdep_model_where(t->report, rdep_model_frame(&last->edge.acquire)),
		last->edge.from->domain ? "inside" : "under", last->edge.from->name);
}

static void print_outside(struct rdep_text *t, const struct audit_outside *o)
{
	static const char *const words[] = {"Opens late", "Does not cover", "Closes early"};

	fputs("  ", t->out);
	rdep_text_paint(t, RDEP_YELLOW, "%s: ", words[o->when + 1]);
	fprintf(t->out, "%s allocates under %s (taken in %s) %s, and %s takes that lock.\n",
		o->place.where, o->held->cls->name, o->held->taken.where,
		o->when < 0   ? "before the scope opens"
		: o->when > 0 ? "after it was restored"
			      : "outside of it",
		domain_name(o->domain));
}

static void print_scope(struct rdep_text *t, const struct audit_scope *s)
{
	size_t i, shown = t->options.verbosity >= 2 ? s->inside_count : INSIDE_SHOWN;

	fputc('\n', t->out);
	rdep_text_paint(t, verdict_paint(s->verdict), "%s", verdict_words[s->verdict]);
	rdep_text_paint(t, RDEP_BOLD, " %s in %s", audit_scope_name(s->bit), s->place.where);
	fprintf(t->out, ", opened %s: %s\n", times(t, s->count), because(t, s));
	if (*s->reason)
		fprintf(t->out, "  Its reason, as told: %s\n", s->reason);
	rdep_text_stack(t, &s->place.stack, "        ");
	print_held(t, s);
	if (s->needed_by)
		print_need(t, s);
	if (s->inside_count)
		fputs("  Allocated in it:\n", t->out);
	for (i = 0; i < s->inside_count && i < shown; i++)
		print_inside(t, s->inside[i]);
	if (i < s->inside_count)
		fprintf(t->out, "    ... and %zu more: --verbosity=2 shows them\n",
			s->inside_count - i);
	for (i = 0; i < s->outside_count; i++)
		print_outside(t, &s->outside[i]);
	if (s->weaker)
		fputs("  Could be weaker: memalloc_nofs would do, nothing seen in it needs to "
		      "leave out IO.\n",
		      t->out);
	if (s->narrower)
		fprintf(t->out,
			"  Could be narrower: %zu of %zu allocation paths in it do not need it; %s "
			"is taken in it, in %s.\n",
			s->idle, s->needing + s->idle, s->need.held->cls->name,
			s->need.held->taken.where);
}

void audit_text_scopes_full(struct rdep_text *t, const struct rdep_audit *a)
{
	size_t i;

	for (i = 0; i < a->scope_count; i++)
		print_scope(t, a->scopes[i]);
}
