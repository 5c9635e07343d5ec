/* SPDX-License-Identifier: MIT */
/*
 * audit_text.c - the audit for people: a line per question first, then what the answers stand on.
 */
#include <string.h>
#include "reports/audit.h"
#include "reports/audit_text.h"

#define ROWS_SHOWN 6u
#define WIDTH_MAX 44

static const char *times(struct rdep_text *t, uint64_t n)
{
	return n == 1 ? "once"
		      : rdep_arena_printf(&t->report->arena, "%llu times", (unsigned long long)n);
}

static const char *mask(struct rdep_text *t, uint32_t gfp)
{
	return rdep_gfp_text(t->report, gfp);
}

static void heading(struct rdep_text *t, const char *text)
{
	fputc('\n', t->out);
	rdep_text_paint(t, RDEP_BOLD, "%s\n\n", text);
}

/* "evict at inode.c:109, inside fs_reclaim", "journal_start at journal.c:25, under inode->lock" */
static const char *made_shared_by(struct rdep_text *t, const struct audit_step *steps, size_t n)
{
	const struct audit_step *last = audit_last(steps, n);

	if (!last)
		return "";
	return rdep_arena_printf(&t->report->arena, "%s, %s %s",
				 rdep_model_where(t->report, rdep_model_frame(&last->edge.acquire)),
				 last->edge.from->domain ? "inside" : "under",
				 last->edge.from->name);
}

/* ---- a line per site ---- */

static const char *const verdict_words[] = {
	[AUDIT_DROP] = "drop", [AUDIT_UNKNOWN] = "unknown", [AUDIT_KEEP] = "keep"};

static enum rdep_paint verdict_paint(enum audit_verdict v)
{
	return v == AUDIT_DROP ? RDEP_CYAN : v == AUDIT_KEEP ? RDEP_RED : RDEP_YELLOW;
}

static const char *scopes_of(struct rdep_text *t, const struct audit_row *row)
{
	struct rdep_buf b = {0};
	const char *text;
	size_t i;

	if (!row->scope)
		return "no scope";
	for (i = 0; i < row->scope_count; i++)
		rdep_buf_printf(&b, "%s%s (%s)", b.len ? ", " : "",
				audit_scope_name(row->scopes[i]->bit), row->scopes[i]->place.where);
	for (i = 0; i < 5 && !row->scope_count; i++)
		if (row->scope >> i & 1)
			rdep_buf_printf(&b, "%s%s", b.len ? ", " : "", audit_scope_name(1u << i));
	text = rdep_arena_text(&t->report->arena, b.text ? b.text : "", b.len);
	rdep_buf_free(&b);
	return text;
}

/* The scope that gives what the mask asks for, where it is known. */
static const char *giving_scope(struct rdep_text *t, const struct audit_site *s)
{
	const struct audit_row *row = s->why;
	size_t i;

	for (i = 0; i < row->scope_count; i++)
		if ((row->scopes[i]->avoids & s->avoids) == s->avoids)
			return rdep_arena_printf(
				&t->report->arena, "always in a %s scope, opened in %s%s",
				audit_scope_name(row->scopes[i]->bit), row->scopes[i]->place.where,
				s->row_count > 1 ? " or another" : "");
	return rdep_arena_printf(&t->report->arena, "always in a scope that gives it (%s)",
				 scopes_of(t, row));
}

static const char *unshared(struct rdep_text *t, const struct audit_site *s)
{
	const char *domains = audit_domains_text(t->report, s->avoids);
	bool held = false, in_scope = false;
	size_t i;

	for (i = 0; i < s->row_count; i++) {
		held |= s->rows[i]->held_count != 0;
		in_scope |= s->rows[i]->reason == AUDIT_IN_SCOPE;
	}
	return rdep_arena_printf(
		&t->report->arena, "%s%s", in_scope ? "outside of its scopes " : "",
		!held ? "no lock was ever held"
		      : rdep_arena_printf(&t->report->arena, "no lock that %s takes was ever held",
					  domains));
}

/* The locks on the way: "journal->lock and journal->checkpoint". */
static const char *through(struct rdep_text *t, const struct audit_step *steps, size_t n)
{
	const char *text = "";
	size_t i;

	for (i = 1; i < n; i++)
		text = rdep_arena_printf(&t->report->arena, "%s%s%s", text,
					 i == 1	     ? ""
					 : i + 1 < n ? ", "
						     : " and ",
					 steps[i].edge.from->name);
	return text;
}

static const char *shared_with(struct rdep_text *t, const struct audit_need *need)
{
	struct rdep_arena *a = &t->report->arena;
	const char *domain = need->domain == RDEP_CLASS_FS_RECLAIM   ? "fs_reclaim"
			     : need->domain == RDEP_CLASS_IO_RECLAIM ? "io_reclaim"
								     : "reclaim";

	if (!need->step_count)
		return rdep_arena_printf(a, "inside %s itself", domain);
	if (need->step_count == 1)
		return rdep_arena_printf(
			a, "under %s, which %s takes in %s", need->held->cls->name, domain,
			rdep_model_where(t->report,
					 rdep_model_frame(&need->steps[0].edge.acquire)));
	return rdep_arena_printf(a, "under %s, which %s reaches through %s", need->held->cls->name,
				 domain, through(t, need->steps, need->step_count));
}

static const char *because(struct rdep_text *t, const struct audit_site *s)
{
	struct rdep_arena *a = &t->report->arena;

	switch (s->reason) {
	case AUDIT_IN_SCOPE:
		return giving_scope(t, s);
	case AUDIT_UNSHARED:
		return unshared(t, s);
	case AUDIT_UNSEEN:
		return rdep_arena_printf(a, "nothing in these records runs in what it avoids (%s)",
					 audit_domains_text(t->report, s->unseen));
	case AUDIT_NOLOCKDEP:
		return "__GFP_NOLOCKDEP, or an annotation, keeps it from being looked at";
	case AUDIT_IN_CONTEXT:
		return "inside reclaim itself, where locks do not tell";
	case AUDIT_SHARED:
		return shared_with(t, &s->need);
	case AUDIT_REASONS:
		break;
	}
	return "";
}

static const char *beside(const struct audit_site *s)
{
	return s->insufficient ? "; and it is not enough, an inversion stands"
	       : s->weaker     ? "; GFP_NOFS would do"
			       : "";
}

static int width_of(const char *text, int width)
{
	int n = (int)strlen(text);

	return n > WIDTH_MAX ? WIDTH_MAX : n > width ? n : width;
}

static void print_lines(struct rdep_text *t, const struct rdep_audit *a)
{
	int masks = 0, places = 0;
	size_t i, n = 0;

	for (i = 0; i < a->site_count && a->sites[i]->restricted; i++, n++) {
		masks = width_of(mask(t, a->sites[i]->raw_gfp), masks);
		places = width_of(a->sites[i]->place.where, places);
	}
	heading(t, "May the mask be dropped (be GFP_KERNEL)?");
	if (!n)
		fputs("  No allocation with a mask that leaves out IO or FS was seen.\n", t->out);
	for (i = 0; i < n; i++) {
		const struct audit_site *s = a->sites[i];

		fputs("  ", t->out);
		rdep_text_paint(t, verdict_paint(s->verdict), "%-7s", verdict_words[s->verdict]);
		fprintf(t->out, "  %-*s  %-*s  seen %s: %s%s\n", masks, mask(t, s->raw_gfp), places,
			s->place.where, times(t, s->count), because(t, s), beside(s));
	}
}

/* ---- steps, with both stacks ---- */

static void print_step(struct rdep_text *t, const struct audit_step *step, const char *indent)
{
	const struct rdep_medge *e = &step->edge;
	char deep[32];

	snprintf(deep, sizeof(deep), "%s        ", indent);
	fprintf(t->out, "%s", indent);
	rdep_text_paint(t, RDEP_BOLD, "%s -> %s", e->from->name, e->to->name);
	if (step->hypothetical)
		fputs(", hypothetical", t->out);
	else if (e->thread.id) {
		fputs(e->raw->flags & RDEP_EDGE_TOLD ? ", told of in " : ", seen in ", t->out);
		rdep_text_thread(t, &e->thread);
	}
	fprintf(t->out, ":\n%s    ", indent);
	rdep_text_class(t, e->to);
	if (e->to->domain)
		fprintf(t->out, ", by an allocation with %s", mask(t, e->raw->raw_gfp));
	else
		fputs(rdep_mode_words(e->to, e->raw->to_inst.mode), t->out);
	fputs(", acquired at\n", t->out);
	rdep_text_stack(t, &e->acquire, deep);
	fprintf(t->out, "%s    %s ", indent, e->from->domain ? "inside" : "while it held");
	rdep_text_class(t, e->from);
	fprintf(t->out, ", %s\n", rdep_text_held_words(e));
	rdep_text_stack(t, &e->held, deep);
}

static void print_need(struct rdep_text *t, const struct audit_need *need)
{
	size_t i;

	fputs("  under ", t->out);
	rdep_text_class(t, need->held->cls);
	fprintf(t->out, "%s, taken at\n", need->held->shared ? ", as a reader" : "");
	rdep_text_stack(t, &need->held->taken.stack, "        ");
	if (need->step_count)
		fputs("  which reclaim reaches:\n", t->out);
	for (i = 0; i < need->step_count; i++)
		print_step(t, &need->steps[i], "    ");
}

/* ---- sites in full ---- */

static void print_locks(struct rdep_text *t, const struct audit_held *held, size_t n,
			const char *none)
{
	size_t i;

	if (!n)
		fputs(none, t->out);
	for (i = 0; i < n; i++)
		fprintf(t->out, "%s%s%s", i ? ", " : "under ", held[i].cls->name,
			held[i].shared ? " (reader)" : "");
}

static void print_row(struct rdep_text *t, const struct audit_row *row)
{
	static const char *const words[] = {
		[AUDIT_IN_SCOPE] = "scope gives it", [AUDIT_UNSHARED] = "not needed",
		[AUDIT_UNSEEN] = "not known",	     [AUDIT_NOLOCKDEP] = "not looked at",
		[AUDIT_IN_CONTEXT] = "in reclaim",   [AUDIT_SHARED] = "needed"};

	fprintf(t->out, "    %-15s %s, %s, ", words[row->reason], times(t, row->count),
		scopes_of(t, row));
	print_locks(t, row->held, row->held_count, "no lock held");
	fputc('\n', t->out);
}

static void print_rows(struct rdep_text *t, const struct audit_site *s)
{
	size_t i, shown = t->options.verbosity >= 2 || s->row_count < ROWS_SHOWN ? s->row_count
										 : ROWS_SHOWN;

	fputs("  It was seen:\n", t->out);
	for (i = 0; i < shown; i++)
		print_row(t, s->rows[i]);
	if (i < s->row_count)
		fprintf(t->out, "    ... and %zu ways more: --verbosity=2 shows them\n",
			s->row_count - i);
}

static const char *scope_for(uint32_t domain)
{
	return domain == RDEP_CLASS_FS_RECLAIM ? "memalloc_nofs" : "memalloc_noio";
}

static void print_advice(struct rdep_text *t, const struct audit_site *s)
{
	const struct audit_need *need = &s->need;

	if (s->weaker)
		fputs("  GFP_NOFS would do: nothing seen needs it to leave out IO.\n", t->out);
	if (s->insufficient)
		fputs("  It is not enough: an inversion through this allocation stands "
		      "(`reclaimdep report` shows it).\n",
		      t->out);
	if (s->reason != AUDIT_SHARED || !need->step_count || need->domain == RDEP_CLASS_RECLAIM)
		return;
	fputs("  ", t->out);
	rdep_text_paint(t, RDEP_BOLD, "To drop it: ");
	fprintf(t->out,
		"open a %s scope where %s is taken, in %s (%s_save() there, %s_restore() after the "
		"unlock).\n",
		scope_for(need->domain), need->held->cls->name, need->held->taken.where,
		scope_for(need->domain), scope_for(need->domain));
}

static void print_site(struct rdep_text *t, const struct audit_site *s)
{
	fputc('\n', t->out);
	rdep_text_paint(t, verdict_paint(s->verdict), "%s", verdict_words[s->verdict]);
	rdep_text_paint(t, RDEP_BOLD, " %s in %s", mask(t, s->raw_gfp), s->place.where);
	fprintf(t->out, ", seen %s: %s\n", times(t, s->count), because(t, s));
	fprintf(t->out, "  It allocates%s%s%s at\n", s->callee ? ", through " : "",
		s->callee ? s->callee : "", s->callee ? "()," : "");
	rdep_text_stack(t, &s->why->place.stack, "        ");
	if (s->reason == AUDIT_SHARED)
		print_need(t, &s->need);
	print_rows(t, s);
	print_advice(t, s);
}

static void print_sites(struct rdep_text *t, const struct rdep_audit *a)
{
	size_t i;

	for (i = 0; i < a->site_count && a->sites[i]->restricted; i++)
		if (a->sites[i]->verdict != AUDIT_DROP || t->options.verbosity >= 2)
			print_site(t, a->sites[i]);
}

/* ---- locks shared with reclaim ---- */

static void print_path(struct rdep_text *t, const struct audit_shared *s)
{
	size_t i;

	if (s->step_count < 2)
		return;
	fputs("  (", t->out);
	for (i = 0; i < s->step_count; i++)
		fprintf(t->out, "%s -> ", s->steps[i].edge.from->name);
	fprintf(t->out, "%s)", s->cls->name);
}

/* The steps before the last are those of other locks in the list. */
static void print_shared(struct rdep_text *t, const struct rdep_audit *a)
{
	uint32_t domain = 0;
	size_t i;

	heading(t, "Locks shared with reclaim, by the acquisition that made them so:");
	if (!a->shared_count)
		fputs("  None: no lock was taken inside of reclaim.\n", t->out);
	for (i = 0; i < a->shared_count; i++) {
		const struct audit_shared *s = &a->shared[i];
		const struct audit_step *last = audit_last(s->steps, s->step_count);

		if (s->domain != domain)
			fprintf(t->out, "%s  with %s:\n", i ? "\n" : "",
				a->nodes[s->domain - 1].cls->name);
		domain = s->domain;
		fprintf(t->out, "    ");
		rdep_text_paint(t, RDEP_BOLD, "%s", s->cls->name);
		fprintf(t->out, ", in %s", made_shared_by(t, s->steps, s->step_count));
		print_path(t, s);
		fputc('\n', t->out);
		if (last)
			print_step(t, last, "      ");
	}
	if (a->shared_more)
		fprintf(t->out, "    ... and %zu more\n", a->shared_more);
}

/* ---- what would be ---- */

static void print_missing_one(struct rdep_text *t, const struct audit_missing *m)
{
	const struct rdep_mfinding *f = &m->finding;
	const struct rdep_medge *first = &f->edges[0];
	size_t i;

	fputc('\n', t->out);
	rdep_text_paint(t, RDEP_DIM,
			"=========================================================================="
			"======\n");
	rdep_text_paint(t, RDEP_YELLOW, "hypothetical: %s: ", f->kind_id);
	rdep_text_paint(t, RDEP_BOLD, "%s\n", f->title);
	fprintf(t->out, "It is not there today: %zu %s out of it (%s).\n\n", m->site_count,
		m->site_count == 1 ? "mask keeps" : "masks keep", times(t, m->count));
	fputs("It would acquire\n    ", t->out);
	rdep_text_class(t, first->to);
	fprintf(t->out, ", by an allocation%s%s%s with %s instead of %s:\n",
		first->callee ? " through " : "", first->callee ? first->callee : "",
		first->callee ? "()" : "", mask(t, first->raw->raw_gfp),
		mask(t, m->sites[0]->raw_gfp));
	rdep_text_stack(t, &first->acquire, "        ");
	fputs("while it holds\n    ", t->out);
	rdep_text_class(t, first->from);
	fprintf(t->out, ", %s:\n", rdep_text_held_words(first));
	rdep_text_stack(t, &first->held, "        ");
	if (f->edge_count > 1)
		fprintf(t->out, "\nAnd %s depends on %s:\n", first->from->name, first->to->name);
	for (i = 1; i < f->edge_count; i++) {
		struct audit_step step = {f->edges[i], !f->edges[i].thread.id};

		print_step(t, &step, "  ");
	}
	rdep_text_scenario(t, f);
	fputc('\n', t->out);
	rdep_text_paint(t, RDEP_BOLD, "Missing scope: ");
	fprintf(t->out, "%s.\n", f->fix);
	if (m->more)
		fprintf(t->out, "It would prevent %zu %s more, of other locks held there.\n",
			m->more, m->more == 1 ? "inversion" : "inversions");
	for (i = 0; i < m->site_count; i++)
		fprintf(t->out, "%s%s in %s%s",
			i ? ", " : "It would do for: ", mask(t, m->sites[i]->raw_gfp),
			m->sites[i]->place.where, i + 1 < m->site_count ? "" : ".\n");
	fprintf(t->out, "Suppression: %s\n", f->suppression);
}

static void print_missing(struct rdep_text *t, const struct rdep_audit *a)
{
	size_t i;

	if (!a->assumed)
		return;
	heading(t, "If every mask were GFP_KERNEL:");
	fprintf(t->out, "  %zu %s missing.%s\n", a->missing_count,
		a->missing_count == 1 ? "scope is" : "scopes are",
		a->missing_count ? " What follows is hypothetical: today the masks prevent it."
				 : "");
	if (a->standing)
		fprintf(t->out,
			"  %zu allocations would join inversions that stand already (`reclaimdep "
			"report` shows them).\n",
			a->standing);
	for (i = 0; i < a->missing_count; i++)
		print_missing_one(t, a->missing[i]);
}

/* ---- what it rests on ---- */

static void print_domains(struct rdep_text *t, const struct rdep_audit *a)
{
	static const char *const meant[] = {"any direct reclaim", "masks with IO", "masks with FS"};
	size_t i, k;

	for (i = AUDIT_DOMAINS; i-- > 0;) {
		fprintf(t->out, "  %-10s (%s): ", a->nodes[i].cls->name, meant[i]);
		if (!(a->entered >> i & 1))
			fputs("nothing was seen that runs in it, so no lock is known to be shared "
			      "with it\n",
			      t->out);
		else if (!a->entry_count[i])
			fputs("was entered\n", t->out);
		for (k = 0; k < a->entry_count[i]; k++)
			fprintf(t->out, "%s%s%s", k ? ", " : "entered in ", a->entries[i][k],
				k + 1 < a->entry_count[i] ? "" : "\n");
	}
}

static void print_basis(struct rdep_text *t, const struct rdep_audit *a)
{
	uint64_t allocations = 0, opened = 0;
	size_t i, edges = 0, plain = 0;

	for (i = 0; i < a->site_count; i++) {
		plain += a->sites[i]->plain;
		if (!a->sites[i]->plain)
			allocations += a->sites[i]->count;
	}
	for (i = 0; i < a->scope_count; i++)
		opened += a->scopes[i]->count;
	for (i = 0; i < a->report->process_count; i++)
		edges += a->report->processes[i]->record->edge_count;
	heading(t, "What this rests on:");
	fprintf(t->out,
		"  %zu processes: %llu allocations with a mask at %zu call sites, %llu scopes "
		"opened at %zu places,\n"
		"  %zu dependencies; in scopes under locks, %zu call sites of plain malloc\n",
		rdep_report_processes(a->report), (unsigned long long)allocations, a->site_count - plain,
		(unsigned long long)opened, a->scope_count, edges, plain);
	print_domains(t, a);
	fputs("  A verdict is about the paths that these records have seen. More runs, and every "
	      "path of reclaim\n"
	      "  entered in them, make it stronger: give all their records to one audit.\n",
	      t->out);
	if (!a->budget)
		fputs("  Scopes are too many here to compare each with all allocations outside of "
		      "it: some that open late\n"
		      "  are not told.\n",
		      t->out);
	rdep_text_coverage(t);
}

static void print_last_line(struct rdep_text *t, const struct rdep_audit *a)
{
	size_t masks[3] = {0}, scopes[4] = {0}, i;

	for (i = 0; i < a->site_count && a->sites[i]->restricted; i++)
		masks[a->sites[i]->verdict]++;
	for (i = 0; i < a->scope_count; i++)
		scopes[a->scopes[i]->verdict]++;
	fputc('\n', t->out);
	if (!a->assumed && masks[AUDIT_KEEP])
		fputs("Next: the same with --assume_gfp=KERNEL says which scopes are missing.\n",
		      t->out);
	fprintf(t->out,
		"reclaimdep audit: masks: %zu drop, %zu keep, %zu unknown; scopes: %zu needed, %zu "
		"not needed, "
		"%zu unknown",
		masks[AUDIT_DROP], masks[AUDIT_KEEP], masks[AUDIT_UNKNOWN], scopes[SCOPE_NEEDED],
		scopes[SCOPE_NOT_NEEDED], scopes[SCOPE_UNKNOWN]);
	if (a->assumed)
		fprintf(t->out, ", %zu missing", a->missing_count);
	fprintf(t->out, "; %zu processes\n", rdep_report_processes(a->report));
}

int rdep_audit_text(struct rdep_audit *a, FILE *out, const struct rdep_text_options *options)
{
	struct rdep_text t;

	rdep_text_begin(&t, a->report, out, options);
	if (a->report->process_count) {
		print_lines(&t, a);
		audit_text_scopes(&t, a);
		if (t.options.verbosity >= 1) {
			print_sites(&t, a);
			audit_text_scopes_full(&t, a);
			print_shared(&t, a);
		}
		print_missing(&t, a);
		print_basis(&t, a);
	}
	print_last_line(&t, a);
	rdep_text_end(&t);
	return ferror(out) ? -1 : 0;
}
