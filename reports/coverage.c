/* SPDX-License-Identifier: MIT */
/* coverage.c - gathering what the report does not know; see coverage.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/coverage.h"
#include "reports/coverage_modules.h"

struct builder {
	struct rdep_report *report;
	struct rdep_coverage *coverage;
	struct rdep_map known;	 /* hash of kind and text -> line + 1 */
	struct rdep_map scanned; /* module pointer */
	uint8_t used[RDEP_HOOKS_MAX];
};

const char *rdep_coverage_kind_id(enum rdep_coverage_kind kind)
{
	static const char *const ids[] = {
		[RDEP_COVERAGE_UNREAD] = "unread", [RDEP_COVERAGE_DAMAGE] = "damage",
		[RDEP_COVERAGE_LOSS] = "loss",	   [RDEP_COVERAGE_NOTE] = "note",
		[RDEP_COVERAGE_MODULE] = "module", [RDEP_COVERAGE_SYMBOLS] = "symbols",
	};

	return ids[kind];
}

/* Adds a line, or adds its count to the one that says the same. */
static void add_line(struct builder *b, struct rdep_coverage_line line)
{
	uint64_t key = rdep_hash(line.kind, line.text, strlen(line.text));
	uint64_t *known = rdep_map_put(&b->known, key);
	struct rdep_coverage *c = b->coverage;

	if (*known) {
		c->lines[*known - 1].count += line.count;
		return;
	}
	RDEP_GROW(c->lines, c->count);
	c->lines[c->count++] = line;
	*known = c->count;
}

/* ---- what the records say of themselves ---- */

static void add_damage(struct builder *b, const struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	struct rdep_arena *a = &b->report->arena;
	const char *path = rdep_clean(a, rdep_record_name(r), strlen(rdep_record_name(r)));

	if (r->cut)
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_DAMAGE,
				    .process = p,
				    .id = "cut-short",
				    .count = r->header.journal_end - r->size,
				    .text = rdep_arena_printf(
					    a,
					    "%s: cut short: the file ends at offset %llu, its "
					    "journal at %llu",
					    path, (unsigned long long)r->size,
					    (unsigned long long)r->header.journal_end)});
	if (r->header_lost)
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_DAMAGE,
				    .process = p,
				    .id = "header-lost",
				    .count = 1,
				    .text = rdep_arena_printf(a,
							      "%s: the header, offset 0 to 4096, is lost: how the process "
							      "ended, and what was dropped, is not known",
							      path)});
	if (r->places_damaged)
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_DAMAGE,
				    .process = p,
				    .id = "damaged",
				    .count = r->bytes_skipped,
				    .text = rdep_arena_printf(
					    a,
					    "%s: damaged in %llu places, the first at offset %llu: "
					    "%llu bytes skipped",
					    path, (unsigned long long)r->places_damaged,
					    (unsigned long long)r->first_damage,
					    (unsigned long long)r->bytes_skipped)});
	if (r->items_bad)
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_DAMAGE,
				    .process = p,
				    .id = "items-bad",
				    .count = r->items_bad,
				    .text = rdep_arena_printf(
					    a, "%s: %llu items that make no sense were left out",
					    path, (unsigned long long)r->items_bad)});
	if (r->items_unknown)
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_DAMAGE,
				    .process = p,
				    .minor = true,
				    .id = "items-unknown",
				    .count = r->items_unknown,
				    .text = rdep_arena_printf(
					    a, "%s: %llu items of a later version were left out",
					    path, (unsigned long long)r->items_unknown)});
}

/* One line per counter, over all processes. */
static void add_counters(struct builder *b)
{
	struct rdep_report *r = b->report;
	unsigned c;

	for (c = 0; c < RDEP_COUNTERS; c++) {
		uint64_t sum = 0;
		size_t i, processes = 0;
		const char *id = rdep_counter_id(c), *help = rdep_counter_help(c);

		for (i = 0; i < r->process_count; i++) {
			const struct rdep_record *of = r->processes[i]->record;
			const struct rdep_merged_count *told = rdep_record_count(of, RDEP_MERGED_COUNTERS, c);

			if (r->processes[i]->covered)
				continue;
			sum += of->header.counters[c];
			processes += told ? told->processes : of->header.counters[c] != 0;
		}
		if (!sum)
			continue;
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_LOSS,
				    .minor = !rdep_counter_loss(c),
				    .id = id ? id : "unknown",
				    .count = sum,
				    .text = rdep_arena_printf(
					    &r->arena, "%s: %llu in %zu processes (%s)",
					    id ? id : "a counter of a later version",
					    (unsigned long long)sum, processes,
					    help ? help : "no more is known")});
	}
}

static void add_notes(struct builder *b, const struct rdep_process *p)
{
	struct rdep_arena *a = &b->report->arena;
	size_t i;

	for (i = 0; i < p->record->note_count; i++) {
		const struct rdep_rnote *n = &p->record->notes[i];
		const struct rdep_merged_count *told =
			rdep_record_count(p->record, RDEP_MERGED_NOTES, (uint32_t)i + 1);
		const char *text = rdep_clean(a, n->text, n->len);

		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_NOTE,
				    .process = p,
				    .id = "",
				    .count = told ? told->count : 1,
				    .text = p->record->header.merged
						    ? text
						    : rdep_arena_printf(a, "%s: %s", p->name, text)});
	}
}

/* Classes that were split -> into how many. */
static struct rdep_map parts_of(const struct rdep_record *r)
{
	struct rdep_map parts = {0};
	size_t i;

	for (i = 0; i < r->class_count; i++)
		if (r->classes[i].raw->lump)
			++*rdep_map_put(&parts, r->classes[i].raw->lump);
	return parts;
}

/* Functions that turned out to make locks of several roles. */
static void add_splits(struct builder *b, struct rdep_process *p)
{
	struct rdep_arena *a = &b->report->arena;
	struct rdep_map split = parts_of(p->record);
	size_t i;

	for (i = 0; split.count && i < p->record->class_count; i++) {
		uint64_t *parts = rdep_map_get(&split, p->record->classes[i].raw->id);
		const struct rdep_mclass *c;
		const struct rdep_mframe *at;
		const char *function;

		if (!parts)
			continue;
		c = rdep_model_class(p, p->record->classes[i].raw->id);
		at = rdep_model_frame(&c->origin);
		function = at && at->function ? at->function : "FUNCTION";
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_NOTE,
				    .process = p,
				    .id = "split",
				    .count = *parts,
				    .text = rdep_arena_printf(
					    a,
					    "%s: class \"%s\" made in %s was split by its callers into %llu: it makes locks of "
					    "several roles (wrapper=%s says so from the start)",
					    p->name, c->name, rdep_model_where(b->report, at),
					    (unsigned long long)*parts, function)});
	}
	rdep_map_free(&split);
}

/* ---- what the modules say ---- */

static void add_module(struct builder *b, const struct rdep_process *p, bool minor, const char *id,
		       const char *text)
{
	add_line(b, (struct rdep_coverage_line){.kind = RDEP_COVERAGE_MODULE,
						.minor = minor,
						.process = p,
						.id = id,
						.count = 1,
						.text = text});
}

/* The names of a set of hooks, of that class, in one text; NULL when there are none. */
static const char *names_of(struct builder *b, const uint8_t *set, int cls, const char *family)
{
	struct rdep_buf buf = {0};
	char *text = NULL;
	size_t i, n = 0;

	for (i = 0; i < rdep_hook_count; i++) {
		if (!set[i] || (int)rdep_hook_names[i].cls != cls ||
		    (family && strcmp(rdep_hook_names[i].family, family) != 0))
			continue;
		if (n++ < 8)
			rdep_buf_printf(&buf, "%s%s", buf.len ? ", " : "", rdep_hook_names[i].name);
	}
	if (n > 8)
		rdep_buf_printf(&buf, " and %zu more", n - 8);
	if (n)
		text = rdep_arena_text(&b->report->arena, buf.text, buf.len);
	rdep_buf_free(&buf);
	return text;
}

static bool same_set(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, RDEP_HOOKS_MAX) == 0;
}

static void add_definitions(struct builder *b, const struct rdep_process *p,
			    const struct rdep_symbol_module *m, const struct rdep_module_scan *s)
{
	static const uint8_t none[RDEP_HOOKS_MAX];
	struct rdep_arena *a = &b->report->arena;
	const char *kernel = names_of(b, s->defines, RDEP_HOOK_KERNEL, NULL);
	const char *local = names_of(b, s->local, RDEP_HOOK_KERNEL, NULL);
	const char *heap = names_of(b, s->defines, RDEP_HOOK_LIBC, "MALLOC");
	const char *locks = names_of(b, s->defines, RDEP_HOOK_LIBC, "MUTEX");

	if (same_set(s->defines, none) && same_set(s->local, none) && !s->sanitizer)
		return;
	if (local)
		add_module(b, p, false, "static-names",
			   rdep_arena_printf(
				   a,
				   "%s has its own static %s: calls to them are bound inside; what "
				   "they call in turn is seen",
				   m->name, local));
	if (s->sanitizer && s->executable)
		add_module(b, p, false, "static-sanitizer",
			   rdep_arena_printf(
				   a,
				   "%s has %s built in, which takes malloc first: its allocations "
				   "are not seen; its locks are",
				   m->name, s->sanitizer));
	else if (s->executable && heap)
		add_module(b, p, false, "own-malloc",
			   rdep_arena_printf(
				   a, "%s defines %s itself: what is allocated with it is not seen",
				   m->name, heap));
	if (s->executable && locks && !s->sanitizer)
		add_module(b, p, false, "own-pthread",
			   rdep_arena_printf(
				   a, "%s defines %s itself: locks taken with it are not seen",
				   m->name, locks));
	if (s->executable && kernel)
		add_module(
			b, p, false, "own-names",
			rdep_arena_printf(
				a,
				"%s defines %s itself: calls to them are bound inside; what they "
				"call in turn is seen",
				m->name, kernel));
	else if (s->symbolic && kernel)
		add_module(b, p, false, "symbolic",
			   rdep_arena_printf(
				   a,
				   "%s defines %s and was linked with -Bsymbolic: its own calls to "
				   "them are bound inside",
				   m->name, kernel));
}

static void add_unseen(struct builder *b, const struct rdep_process *p,
		       const struct rdep_symbol_module *m, const struct rdep_module_scan *s)
{
	size_t i;

	for (i = 0; i < rdep_unseen_count; i++)
		if (s->unseen >> i & 1)
			add_module(b, p, !s->executable || rdep_unseen_names[i].minor, "no-hook",
				   rdep_arena_printf(&b->report->arena,
						     "%s uses %s, for which there is no hook",
						     m->name, rdep_unseen_names[i].what));
}

/* The runtime itself, and what it stands on: their calls are not the program's. */
static bool is_ours(const char *name)
{
	static const char *const prefixes[] = {
		"libreclaimdep", "libc.so",   "libc-", "ld-linux",   "libpthread",
		"libunwind",	 "libstdc++", "[",     "linux-vdso", NULL};
	const char *const *p;

	for (p = prefixes; *p; p++)
		if (strncmp(name, *p, strlen(*p)) == 0)
			return true;
	return false;
}

static void add_unnamed(struct builder *b, const struct rdep_symbol_module *m)
{
	struct rdep_coverage_line line;

	if (!rdep_coverage_names(b->report, m, &line))
		return;
	line.minor |= is_ours(m->name);
	add_line(b, line);
}

/* Servers of debug files. */
static void add_search(struct builder *b)
{
	const char *said;
	size_t i;

	for (i = 0; (said = rdep_module_search_said(b->report->symbols->search, i)); i++)
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_SYMBOLS, .id = "debuginfod", .count = 1, .text = said});
}

static void scan_module(struct builder *b, const struct rdep_process *p,
			struct rdep_symbol_module *m, bool executable)
{
	uint64_t *known = rdep_map_put(&b->scanned, (uintptr_t)m);
	struct rdep_module_scan s;
	size_t i;

	if (*known)
		return;
	*known = 1;
	add_unnamed(b, m);
	if (is_ours(m->name))
		return;
	rdep_module_scan(m, executable, &s);
	for (i = 0; i < rdep_hook_count; i++)
		b->used[i] |= s.imports[i];
	add_definitions(b, p, m, &s);
	add_unseen(b, p, m, &s);
}

/* A program none of whose calls came by is not among the modules: that is what is to be told. The
 * record has no build-id of it, so its file counts only when it is older than the run. */
static void scan_executable(struct builder *b, const struct rdep_process *p)
{
	const struct rdep_record *r = p->record;

	if (r->exe)
		scan_module(b, p,
			    rdep_symbols_module(b->report->symbols, r->exe, NULL, 0, r->header.start_realtime_ns),
			    true);
}

static void scan_modules(struct builder *b, struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	bool met = false;
	size_t i;

	for (i = 0; i < r->module_count; i++) {
		const struct rdep_rmodule *rm = &r->modules[i];
		bool executable = r->exe && strcmp(rm->path, r->exe) == 0;

		met |= executable;
		scan_module(b, p, rdep_model_module(p, (uint32_t)i + 1), executable);
	}
	if (!met)
		scan_executable(b, p);
}

static void add_hooks(struct builder *b)
{
	struct rdep_coverage *c = b->coverage;
	size_t i, k;

	for (i = 0; i < rdep_hook_count; i++) {
		for (k = 0; k < c->hook_count; k++)
			if (strcmp(c->hooks[k].family, rdep_hook_names[i].family) == 0)
				break;
		if (k == c->hook_count) {
			RDEP_GROW(c->hooks, c->hook_count);
			c->hooks[c->hook_count++] =
				(struct rdep_hook_use){rdep_hook_names[i].family, false};
		}
		c->hooks[k].used |= b->used[i];
	}
}

/* A process that became another program, which left no record. */
static void add_lost_program(struct builder *b, const struct rdep_process *p)
{
	const char *skipped = rdep_run_option(&b->report->arena, p->record, "skip");
	const struct rdep_report *r = b->report;
	size_t i;

	if (p->record->header.state != RDEP_EXECING)
		return;
	for (i = 0; i < r->process_count; i++)
		if (r->processes[i]->replaced == p)
			return;
	add_line(b, (struct rdep_coverage_line){
			    .kind = RDEP_COVERAGE_NOTE,
			    .process = p,
			    .id = "exec-unseen",
			    .count = 1,
			    .text = rdep_arena_printf(
				    &b->report->arena,
				    "%s (pid %u) became another program by exec, which was not followed: static, "
				    "setuid, of another machine, %s it ended before it started",
				    p->name, p->record->header.pid, skipped ? "named by skip=, or" : "or")});
}

/* Lines that say the same are one. */
static void add_skipped(struct builder *b, const struct rdep_process *p)
{
	const char *list = rdep_run_option(&b->report->arena, p->record, "skip");

	if (list)
		add_line(b, (struct rdep_coverage_line){
				    .kind = RDEP_COVERAGE_NOTE,
				    .id = "skipped",
				    .count = 1,
				    .text = rdep_arena_printf(
					    &b->report->arena,
					    "programs that skip=%s names were not followed: nothing is known of them", list)});
}

const struct rdep_coverage *rdep_coverage(struct rdep_report *r)
{
	struct builder b = {.report = r};
	struct rdep_coverage *kept;
	struct rdep_coverage c = {0};
	size_t i;

	b.coverage = &c;
	for (i = 0; i < r->trouble_count; i++)
		add_line(&b, (struct rdep_coverage_line){
				     .kind = RDEP_COVERAGE_UNREAD,
				     .id = "unread",
				     .count = 1,
				     .text = rdep_clean(&r->arena, r->troubles[i].text,
							strlen(r->troubles[i].text))});
	for (i = 0; i < r->process_count; i++)
		add_damage(&b, r->processes[i]);
	add_counters(&b);
	for (i = 0; i < r->process_count; i++)
		add_notes(&b, r->processes[i]);
	for (i = 0; i < r->process_count; i++)
		add_splits(&b, r->processes[i]);
	for (i = 0; i < r->process_count; i++)
		add_lost_program(&b, r->processes[i]);
	for (i = 0; i < r->process_count; i++)
		add_skipped(&b, r->processes[i]);
	for (i = 0; i < r->process_count; i++)
		scan_modules(&b, r->processes[i]);
	add_search(&b);
	add_hooks(&b);
	kept = rdep_arena_copy(&r->arena, &c, sizeof(c));
	kept->lines = rdep_arena_copy(&r->arena, c.lines, c.count * sizeof(*c.lines));
	kept->hooks = rdep_arena_copy(&r->arena, c.hooks, c.hook_count * sizeof(*c.hooks));
	free(c.lines);
	free(c.hooks);
	rdep_map_free(&b.known);
	rdep_map_free(&b.scanned);
	return kept;
}
