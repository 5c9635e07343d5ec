/* SPDX-License-Identifier: MIT */
/* text_info.c - what one record holds: for people who have a file and a question. */
#include <signal.h>
#include <string.h>
#include <time.h>
#include "reports/text.h"

#define MODULES_SHOWN 12u
#define SCOPES_SHOWN 12u

static void print_time(struct rdep_text *t, uint64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000u);
	struct tm tm;
	char text[64];

	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%F %T UTC", &tm))
		snprintf(text, sizeof(text), "%llu ns", (unsigned long long)ns);
	fprintf(t->out, "  started    %s\n", ns ? text : "not known");
}

static void print_relatives(struct rdep_text *t, const struct rdep_process *p)
{
	const struct rdep_header *h = &p->record->header;

	if (p->parent)
		fprintf(t->out, "  parent     %s (pid %u)%s\n", p->parent->name,
			p->parent->record->header.pid,
			h->forked ? ", forked: goes on from its snapshot" : "");
	else if (h->parent_id[0] || h->parent_id[1])
		fprintf(t->out, "  parent     pid %u (no record of it here)\n", h->ppid);
	if (p->replaced)
		fprintf(t->out, "  replaced   %s, by exec\n", p->replaced->name);
}

/* ---- counted places ---- */

static const char *scope_name(uint32_t bit)
{
	static const char *const names[] = {"memalloc_nofs", "memalloc_noio", "memalloc_noreclaim",
					    "PR_SET_IO_FLUSHER", "memalloc_pin"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bit == 1u << i)
			return names[i];
	return "scope";
}

/* Where it is: the whole stack may be missing, the call is there. */
static const char *place(struct rdep_process *p, uint32_t stack, uint64_t pc)
{
	struct rdep_mstack s = rdep_model_stack(p, stack);

	if (!s.count)
		s = rdep_model_site(p, pc, 0);
	return rdep_model_where(p->report, rdep_model_frame(&s));
}

static void print_under(struct rdep_text *t, struct rdep_process *p,
			const struct rdep_site_held *held, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fprintf(t->out, "%s%s", i ? ", " : ", under ",
			rdep_model_class(p, held[i].cls)->name);
}

static void print_scope(struct rdep_text *t, struct rdep_process *p, const struct rdep_rscope *s)
{
	fprintf(t->out, "    scope %u  %s in %s, opened %llu times", s->raw->id,
		scope_name(s->raw->bits), place(p, s->raw->stack, s->raw->pc),
		(unsigned long long)s->count);
	print_under(t, p, s->raw->held, s->raw->held_count);
	if (s->reason_len)
		fprintf(t->out, ": \"%s\"",
			rdep_clean(&t->report->arena, s->reason, s->reason_len));
	fputc('\n', t->out);
}

static void print_site(struct rdep_text *t, struct rdep_process *p, const struct rdep_rsite *s)
{
	const struct rdep_site *raw = s->raw;
	uint32_t i;

	fprintf(t->out, "    %s in %s, %s%llu times", rdep_gfp_text(t->report, raw->raw_gfp),
		place(p, raw->stack, raw->pc),
		raw->flags & RDEP_SITE_PLAIN ? "no mask of its own, at least " : "",
		(unsigned long long)s->count);
	if (raw->gfp != raw->raw_gfp)
		fprintf(t->out, ", %s in force", rdep_gfp_text(t->report, raw->gfp));
	for (i = 0; i < raw->scope_count; i++)
		fprintf(t->out, "%s%u", i ? ", " : ", in scope ", raw->scopes[i]);
	print_under(t, p, raw->held, raw->held_count);
	fprintf(t->out, "%s\n", raw->flags & RDEP_SITE_IN_CONTEXT ? ", inside reclaim" : "");
}

/* Scopes are few; the allocation sites are listed on request. */
static void print_places(struct rdep_text *t, struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	size_t i;

	if (r->scope_count)
		fprintf(t->out,
			"  scopes     %zu, by where they are opened and what is held there\n",
			r->scope_count);
	for (i = 0; i < r->scope_count && (i < SCOPES_SHOWN || t->options.verbosity >= 2); i++)
		print_scope(t, p, &r->scopes[i]);
	if (i < r->scope_count)
		fprintf(t->out, "    ... and %zu more: --verbosity=2 shows them\n",
			r->scope_count - i);
	if (!r->site_count)
		return;
	fprintf(t->out, "  allocated  at %zu places, by mask, scopes and locks held%s\n",
		r->site_count,
		t->options.verbosity >= 2
			? ""
			: ": --verbosity=2 shows them, `reclaimdep audit` judges them");
	for (i = 0; i < r->site_count && t->options.verbosity >= 2; i++)
		print_site(t, p, &r->sites[i]);
}

static const char *moment(const struct rdep_record *r)
{
	if (r->stand_count)
		return rdep_record_alive(r) ? "was running when the core was taken" : "ended in a core dump";
	if (rdep_record_alive(r))
		return "is running";
	return rdep_record_where(r) > RDEP_BEFORE_BOOT ? "was running when this was written" : "did not end by itself";
}

static const char *elsewhere_words(struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	struct rdep_arena *a = &p->report->arena;

	switch (rdep_record_where(r)) {
	case RDEP_OTHER_HOST:
		return rdep_arena_printf(a,
					 "it was running when this was written, on the machine %s: whether it still does is not "
					 "known here",
					 rdep_clean(a, r->host_name, strlen(r->host_name)));
	case RDEP_OTHER_PIDS:
		return "it was running when this was written, in another pid namespace (a container): whether it still "
		       "does, its pid does not tell here (--pid=PID tells, with the one that it has here)";
	case RDEP_BEFORE_BOOT:
		return "it did not end by exit(), and the machine was started anew since";
	default:
		return "not known: the header of the record is lost";
	}
}

static const char *state_words(struct rdep_process *p)
{
	const char *state = rdep_state_text(p);

	if (p->record->stand_count)
		return moment(p->record);
	if (strcmp(state, "unknown") == 0 || (strcmp(state, "killed") == 0 && rdep_record_where(p->record)))
		return elsewhere_words(p);
	if (strcmp(state, "killed") == 0)
		return "killed, or it crashed: it did not end by exit(), and there is no such "
		       "process "
		       "(on this machine)";
	if (strcmp(state, "replaced") == 0)
		return "replaced by another image (exec)";
	return state;
}

/* ---- threads ---- */

static const char *held_state(const struct rdep_held *h, bool doubt)
{
	if (doubt)
		return "holds or WAITS for ";
	/* Nobody tells when it is given back. */
	if (h->kind == RDEP_LOADER)
		return "holds, unless dlopen has returned, ";
	if (h->flags & RDEP_HELD_COND)
		return "given up while it waits on a condition, to be taken again: ";
	if (h->flags & RDEP_HELD_WAITING)
		return h->flags & RDEP_HELD_TIMED ? "WAITS (with a timeout) for " : "WAITS for ";
	/* Whether it is a lock, to be given back by this thread, it does not say. */
	if (h->kind == RDEP_SEM)
		return "has a permit of ";
	return h->flags & RDEP_HELD_CONTEXT ? "inside " : "holds ";
}

/* seems: where it was taken is concluded, of a core. */
static void print_held(struct rdep_text *t, struct rdep_process *p, const struct rdep_held *h, bool doubt,
		       bool seems, const char *indent)
{
	struct rdep_mstack site =
		rdep_model_site(p, h->site, rdep_record_module_at(p->record, h->site - 1));
	const struct rdep_mclass *c = rdep_model_class(p, h->cls);
	bool waits = h->flags & RDEP_HELD_WAITING;

	if (c->signal) {
		fprintf(t->out, "%s  in the handler of ", indent);
		rdep_text_paint(t, RDEP_BOLD, "%s", c->name);
		fprintf(t->out, ", which interrupted %s\n", rdep_model_where(t->report, rdep_model_frame(&site)));
		return;
	}
	fprintf(t->out, "%s  %s", indent, held_state(h, doubt));
	if (h->cls)
		rdep_text_paint(t, waits ? RDEP_RED : RDEP_BOLD, "%s", c->name);
	else
		fputs("a lock", t->out);
	if (!c->domain || !h->cls)
		fprintf(t->out, " at 0x%llx", (unsigned long long)h->address);
	/* What a semaphore was taken from says it already. */
	if (h->kind != RDEP_SEM)
		fputs(rdep_mode_words(c, h->mode), t->out);
	if (h->recursion)
		fprintf(t->out, ", %u times", h->recursion + 1u);
	if (h->site)
		fprintf(t->out, ", %s %s\n", waits ? "called from" : seems ? "taken, it seems, in" : "taken in",
			rdep_model_where(t->report, rdep_model_frame(&site)));
	else
		fputs(waits ? ", from where is not known\n" : ", taken where is not known\n", t->out);
}

static void print_wait(struct rdep_text *t, struct rdep_process *p, const struct rdep_slot *s,
		       const char *indent)
{
	struct rdep_mthread joined = rdep_model_thread(p, (uint32_t)s->wait_what);

	if (s->wait_kind == 1 && !s->wait_what)
		fprintf(t->out, "%s  waits for a thread to end\n", indent);
	else if (s->wait_kind == 1)
		fprintf(t->out, "%s  waits for thread %llu%s%s%s to end\n", indent,
			(unsigned long long)s->wait_what, *joined.label ? " (" : "", joined.label,
			*joined.label ? ")" : "");
	else if (s->wait_kind == 2)
		fprintf(t->out, "%s  waits on the condition at 0x%llx\n", indent,
			(unsigned long long)s->wait_what);
	else if (s->wait_kind == 3)
		fprintf(t->out, "%s  waits at the barrier at 0x%llx\n", indent,
			(unsigned long long)s->wait_what);
	else if (s->wait_kind == 5)
		fprintf(t->out, "%s  waits for a post of the semaphore at 0x%llx\n", indent,
			(unsigned long long)s->wait_what);
}

static const char *signal_name(unsigned signal)
{
	const char *name = sigabbrev_np((int)signal);

	return name ? name : "?";
}

/* Where a thread stands, of a record that was made from a core. */
static void print_stand(struct rdep_text *t, struct rdep_process *p, const struct rdep_stand *s, const char *indent)
{
	struct rdep_mstack stack = rdep_model_stack(p, s->stack);
	char deeper[64];

	if (s->signal)
		fprintf(t->out, "%s  got SIG%s", indent, signal_name(s->signal));
	if (s->signal && s->flags & RDEP_STAND_FAULT)
		fprintf(t->out, " at address 0x%llx", (unsigned long long)s->address);
	fprintf(t->out, "%s%s\n", s->signal ? ", and stands in:" : indent, s->signal ? "" : "  stands in:");
	snprintf(deeper, sizeof(deeper), "%s      ", indent);
	rdep_text_stack(t, &stack, deeper);
}

static void print_slot(struct rdep_text *t, struct rdep_process *p, const struct rdep_rslot *s,
		       const char *indent)
{
	static const char *const scopes[] = {"NOFS", "NOIO", "NORECLAIM", "IO_FLUSHER", "PIN"};
	struct rdep_mthread m = rdep_model_thread(p, s->slot.thread);
	const struct rdep_stand *stand;
	size_t i;

	fprintf(t->out, "%sthread %u (%s%stid %u)%s", indent, s->slot.thread, m.label,
		*m.label ? ", " : "", s->slot.tid,
		s->slot.state == RDEP_SLOT_ENDING ? ", ending" : "");
	for (i = 0; i < sizeof(scopes) / sizeof(*scopes); i++)
		if (s->slot.scope >> i & 1)
			fprintf(t->out, ", in a %s scope", scopes[i]);
	fprintf(t->out, "%s\n", s->held_count || s->slot.wait_kind ? "" : ": holds nothing");
	stand = rdep_record_stand(p->record, s->slot.tid);
	for (i = 0; i < s->held_count; i++)
		print_held(t, p, &s->held[i], s->doubt && i + 1 == s->held_count,
			   stand && stand->flags & RDEP_STAND_WORDS, indent);
	if (s->held_cut)
		fprintf(t->out, "%s  ... and more: its held stack could not be read to the end\n",
			indent);
	print_wait(t, p, &s->slot, indent);
	if (stand)
		print_stand(t, p, stand, indent);
}

/* Threads of a core that the runtime did not know. */
static void print_strangers(struct rdep_text *t, struct rdep_process *p, const char *indent)
{
	size_t i;

	for (i = 0; i < p->record->stand_count; i++) {
		const struct rdep_stand *s = p->record->stands[i];

		if (s->thread)
			continue;
		fprintf(t->out, "%sthread (tid %u): not known to reclaimdep, as it took no lock and allocated nothing\n", indent,
			s->tid);
		print_stand(t, p, s, indent);
	}
}

void rdep_text_held(struct rdep_text *t, struct rdep_process *p, const char *indent)
{
	struct rdep_rslot *slots;
	size_t i, n = rdep_record_slots(p->record, &slots);
	bool any = false;

	for (i = 0; i < n; i++) {
		if (!slots[i].held_count && !slots[i].slot.wait_kind && !p->record->stand_count)
			continue;
		if (!any)
			fprintf(t->out, "\n%s (pid %u) %s; its threads at that moment:\n", p->name,
				p->record->header.pid,
				moment(p->record));
		any = true;
		print_slot(t, p, &slots[i], indent);
	}
	print_strangers(t, p, indent);
	rdep_record_slots_free(slots, n);
}

static void print_threads(struct rdep_text *t, struct rdep_process *p)
{
	struct rdep_rslot *slots;
	size_t i, n = rdep_record_slots(p->record, &slots);

	fprintf(t->out, "  threads    %llu seen, %zu there%s\n", (unsigned long long)rdep_record_threads(p->record), n,
		p->record->header.state == RDEP_RUNNING ? "" : " at the end");
	if (!p->record->board_count)
		fputs("    where they stand is not known: the board is not in the record\n", t->out);
	for (i = 0; i < n; i++)
		print_slot(t, p, &slots[i], "    ");
	print_strangers(t, p, "    ");
	rdep_record_slots_free(slots, n);
}

/* ---- the rest ---- */

static void print_modules(struct rdep_text *t, struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	size_t i, shown = t->options.verbosity >= 2 ? r->module_count : MODULES_SHOWN;

	fprintf(t->out, "  modules    %zu\n", r->module_count);
	for (i = 0; i < r->module_count && i < shown; i++) {
		const struct rdep_module *m = r->modules[i].raw;
		const struct rdep_symbol_module *s = rdep_model_module(p, (uint32_t)i + 1);

		fprintf(t->out, "    0x%llx-0x%llx  %.16s%*s  %s%s\n", (unsigned long long)m->start,
			(unsigned long long)m->end, *s->build_id ? s->build_id : "(no build-id)",
			*s->build_id ? 0 : 3, "", s->clean_path,
			r->modules[i].gone ? "  (unloaded)" : "");
	}
	if (i < r->module_count)
		fprintf(t->out, "    ... and %zu more: --verbosity=2 shows them\n",
			r->module_count - i);
}

static void print_classes(struct rdep_text *t, struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	size_t i;

	if (t->options.verbosity < 2)
		return;
	for (i = 0; i < r->class_count; i++) {
		const struct rdep_mclass *c = rdep_model_class(p, r->classes[i].raw->id);

		fprintf(t->out, "    %4u  %s (%s%s%s)\n", c->id, c->name, c->kind,
			*c->detail ? "; " : "", c->detail);
	}
}

static void print_counters(struct rdep_text *t, const struct rdep_record *r)
{
	unsigned c;
	bool any = false;

	for (c = 0; c < RDEP_COUNTERS; c++) {
		if (!r->header.counters[c])
			continue;
		if (!any)
			fputs("  counted\n", t->out);
		any = true;
		fprintf(t->out, "    %s%-18s %llu  %s\n", rdep_counter_loss(c) ? "LOST " : "",
			rdep_counter_id(c) ? rdep_counter_id(c) : "unknown",
			(unsigned long long)r->header.counters[c],
			rdep_counter_help(c) ? rdep_counter_help(c) : "");
	}
	if (!any)
		fputs("  dropped    nothing\n", t->out);
}

#define DAMAGE_SHOWN 8u

static void print_places_damaged(struct rdep_text *t, const struct rdep_record *r)
{
	size_t i, n = r->places_damaged < RDEP_DAMAGE_KEPT ? r->places_damaged : RDEP_DAMAGE_KEPT;

	for (i = 0; i < n && (i < DAMAGE_SHOWN || t->options.verbosity >= 2); i++)
		fprintf(t->out, "    offset %llu to %llu: nothing sound\n", (unsigned long long)r->damage[i].from,
			(unsigned long long)r->damage[i].to);
	if (i < r->places_damaged)
		fprintf(t->out, "    ... and %llu more\n", (unsigned long long)(r->places_damaged - i));
}

static void print_damage(struct rdep_text *t, const struct rdep_record *r)
{
	if (r->header_lost)
		fputs("  DAMAGE     the header, offset 0 to 4096, is lost: image, state and counters are not known\n", t->out);
	if (r->items_behind)
		fprintf(t->out, "  older      the header is older than %llu items behind offset %llu, which were read\n",
			(unsigned long long)r->items_behind, (unsigned long long)r->header.journal_end);
	if (r->cut)
		fprintf(t->out,
			"  DAMAGE     cut short: ends at offset %llu, the journal at %llu\n",
			(unsigned long long)r->size, (unsigned long long)r->header.journal_end);
	if (r->places_damaged)
		fprintf(t->out,
			"  DAMAGE     %llu places, first at offset %llu, %llu bytes skipped\n",
			(unsigned long long)r->places_damaged, (unsigned long long)r->first_damage,
			(unsigned long long)r->bytes_skipped);
	print_places_damaged(t, r);
	if (r->items_bad)
		fprintf(t->out, "  DAMAGE     %llu items make no sense\n",
			(unsigned long long)r->items_bad);
	if (r->items_unknown)
		fprintf(t->out, "  newer      %llu items of a later version\n",
			(unsigned long long)r->items_unknown);
}

/* Of a merged record: what ran, and what was told otherwise in some of them. */
static void print_programs(struct rdep_text *t, const struct rdep_record *r)
{
	struct rdep_arena *a = &t->report->arena;
	size_t i, shown = t->options.verbosity >= 2 ? r->program_count : MODULES_SHOWN;

	for (i = 0; i < r->program_count && i < shown; i++)
		fprintf(t->out, "  ran        %s, in %llu processes\n",
			rdep_clean(a, r->programs[i].text, strlen(r->programs[i].text)),
			(unsigned long long)r->programs[i].processes);
	if (i < r->program_count)
		fprintf(t->out, "             ... and %zu more programs: --verbosity=2 shows them\n",
			r->program_count - i);
	for (i = 0; i < r->told_option_count; i++)
		if (r->told_options[i].processes != r->header.merged)
			fprintf(t->out, "  option     %s in %llu of the processes\n",
				rdep_clean(a, r->told_options[i].text, strlen(r->told_options[i].text)),
				(unsigned long long)r->told_options[i].processes);
}

void rdep_text_record(struct rdep_text *t, struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	const struct rdep_header *h = &r->header;
	size_t i;

	rdep_text_paint(t, RDEP_BOLD, "%s\n",
			rdep_clean(&t->report->arena, rdep_record_name(r), strlen(rdep_record_name(r))));
	if (h->merged)
		fprintf(t->out, "  merged     %s of %s\n", p->cmdline, p->name);
	else
		fprintf(t->out, "  program    %s (pid %u): %s\n", p->name, h->pid, p->cmdline);
	if (h->merged)
		print_programs(t, r);
	else
		fprintf(t->out, "  state      %s\n", state_words(p));
	print_time(t, h->start_realtime_ns);
	print_relatives(t, p);
	fprintf(t->out, "  image      %016llx%016llx, record version %u, %llu bytes\n",
		(unsigned long long)h->image_id[0], (unsigned long long)h->image_id[1], h->version,
		(unsigned long long)r->size);
	fprintf(t->out,
		"  holds      %zu classes, %zu dependencies, %zu stacks, %zu findings, %zu scopes, "
		"%zu allocation sites\n",
		r->class_count, r->edge_count, r->stack_count, r->finding_count, r->scope_count,
		r->site_count);
	print_classes(t, p);
	rdep_text_stats(t, p);
	rdep_text_run_options(t, r);
	print_places(t, p);
	print_threads(t, p);
	print_modules(t, p);
	print_counters(t, r);
	for (i = 0; i < r->note_count; i++)
		fprintf(t->out, "  note       %s\n",
			rdep_clean(&t->report->arena, r->notes[i].text, r->notes[i].len));
	print_damage(t, r);
}

int rdep_report_info(struct rdep_report *r, FILE *out, const struct rdep_text_options *options)
{
	struct rdep_text t;
	size_t i;

	rdep_text_begin(&t, r, out, options);
	for (i = 0; i < r->process_count; i++) {
		if (i)
			fputc('\n', out);
		rdep_text_record(&t, r->processes[i]);
	}
	rdep_text_end(&t);
	return ferror(out) ? -1 : 0;
}
