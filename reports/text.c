/* SPDX-License-Identifier: MIT */
/* text.c - the report as text: which findings, the coverage, the last lines. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/coverage.h"
#include "reports/text.h"

#define LINES_MAX 20 /* of a kind in the coverage, unless all is asked for */

void rdep_text_begin(struct rdep_text *t, struct rdep_report *r, FILE *out,
		     const struct rdep_text_options *options)
{
	static const struct rdep_text_options usual = {.verbosity = 1};
	char *cwd = getcwd(NULL, 0);

	memset(t, 0, sizeof(*t));
	t->out = out;
	t->report = r;
	t->options = options ? *options : usual;
	if (cwd && strcmp(cwd, "/") != 0 && asprintf(&t->here, "%s/", cwd) < 0)
		t->here = NULL;
	free(cwd);
	rdep_model_join(r);
}

void rdep_text_end(struct rdep_text *t)
{
	free(t->here);
	fflush(t->out);
}

void rdep_text_paint(struct rdep_text *t, enum rdep_paint paint, const char *format, ...)
{
	static const char *const codes[] = {
		[RDEP_PLAIN] = "0",  [RDEP_BOLD] = "1",	     [RDEP_DIM] = "2",
		[RDEP_RED] = "1;31", [RDEP_YELLOW] = "1;33", [RDEP_CYAN] = "36",
	};
	bool color = t->options.color && paint != RDEP_PLAIN;
	va_list ap;

	if (t->rich) {
		struct rdep_buf b = {0};

		va_start(ap, format);
		rdep_buf_vprintf(&b, format, ap);
		va_end(ap);
		t->rich->paint(t, paint, b.text ? b.text : "");
		rdep_buf_free(&b);
		return;
	}
	if (color)
		fprintf(t->out, "\033[%sm", codes[paint]);
	va_start(ap, format);
	vfprintf(t->out, format, ap);
	va_end(ap);
	if (color)
		fputs("\033[0m", t->out);
}

static const char *short_path(const struct rdep_text *t, const char *path)
{
	size_t n = t->here ? strlen(t->here) : 0;

	return n && strncmp(path, t->here, n) == 0 ? path + n : path;
}

const char *rdep_text_module(struct rdep_report *r, const struct rdep_mframe *f)
{
	struct rdep_arena *a = &r->arena;

	if (!f->module && f->function)
		return ""; /* a signal */
	if (!f->module)
		return rdep_arena_printf(a, "[0x%llx, in no known module]", (unsigned long long)f->pc);
	if (f->inlined)
		return rdep_arena_printf(a, "(%s, inlined)", f->module->name);
	if (f->file)
		return rdep_arena_printf(a, "(%s)", f->module->name);
	if (f->function || !*f->module->build_id)
		return rdep_arena_printf(a, "(%s+0x%llx)", f->module->name, (unsigned long long)f->address);
	return rdep_arena_printf(a, "(%s+0x%llx, build-id %.16s)", f->module->name, (unsigned long long)f->address,
				 f->module->build_id);
}

const char *rdep_text_no_stack(unsigned flags)
{
	return flags & RDEP_STACK_LOST ? "(its stack is lost: it is not in the record)" : "(no stack was kept)";
}

const char *rdep_text_stack_end(unsigned flags)
{
	return flags & RDEP_STACK_LOST	   ? "...  (its callers are lost: they are not in the record)"
	       : flags & RDEP_STACK_CUT	   ? "...  (more frames than stack_depth keeps)"
	       : flags & RDEP_STACK_BROKEN ? "...  (the next frame has no unwind data)"
					   : "";
}

static void print_frame(struct rdep_text *t, const struct rdep_mframe *f, size_t number,
			const char *indent)
{
	const char *module;
	char label[24];

	snprintf(label, sizeof(label), "#%zu", number);
	fprintf(t->out, "%s%-4s", indent, label);
	if (f->function)
		rdep_text_paint(t, RDEP_CYAN, "%s", f->function);
	else
		fputs("??", t->out);
	if (f->file)
		fprintf(t->out, "  %s:%u", short_path(t, f->file), f->line);
	module = rdep_text_module(t->report, f);
	if (*module)
		rdep_text_paint(t, RDEP_DIM, "  %s", module);
	fputc('\n', t->out);
}

/* Does a thread begin there? Debian's libc has no names for its own places. */
static bool is_start(const struct rdep_mframe *f)
{
	static const char *const starts[] = {"_start",
					     "__libc_start_main",
					     "__libc_start_main_impl",
					     "__libc_start_call_main",
					     "start_thread",
					     "clone",
					     "__clone",
					     "clone3",
					     "__clone3",
					     NULL};
	const char *const *p;

	if (!f->function)
		return f->module && strncmp(f->module->name, "libc.so.", 8) == 0;
	for (p = starts; *p; p++)
		if (strcmp(f->function, *p) == 0)
			return true;
	return false;
}

/* Frames below main and a thread's routine are libc's, and those above the call the C++ library's. */
void rdep_text_telling(const struct rdep_mstack *s, size_t *first, size_t *end)
{
	size_t n = s->count, i = 0;

	while (n > 1 && !(s->flags & RDEP_STACK_CUT) && is_start(&s->frames[n - 1]))
		n--;
	while (i < n && rdep_model_is_wrapper(&s->frames[i]))
		i++;
	*first = i < n ? i : 0;
	*end = n;
}

void rdep_text_stack(struct rdep_text *t, const struct rdep_mstack *s, const char *indent)
{
	size_t i, first, end;

	rdep_text_telling(s, &first, &end);
	if (t->rich) {
		t->rich->stack(t, s, first, end);
		return;
	}
	if (!s->count)
		fprintf(t->out, "%s%s\n", indent, rdep_text_no_stack(s->flags));
	for (i = first; i < end; i++)
		print_frame(t, &s->frames[i], i, indent);
	if (s->count && *rdep_text_stack_end(s->flags))
		fprintf(t->out, "%s%s\n", indent, rdep_text_stack_end(s->flags));
}

bool rdep_text_shows(const struct rdep_text *t, const struct rdep_mfinding *f)
{
	return t->options.verbosity >= 2 || (f->severity > RDEP_NOTE_SEVERITY && rdep_stands(f));
}

static void print_findings(struct rdep_text *t, bool untold_only)
{
	size_t i;

	for (i = 0; i < t->report->finding_count; i++) {
		struct rdep_mfinding *f = t->report->findings[i];

		if (!rdep_text_shows(t, f) || (untold_only && f->told))
			continue;
		rdep_text_finding(t, f);
		f->told = true;
	}
}

/* ---- what was left behind, and what could not be seen ---- */

/* A process that was killed, or hangs: what its threads hold. */
static void print_leftovers(struct rdep_text *t)
{
	size_t i;

	for (i = 0; i < t->report->process_count; i++) {
		struct rdep_process *p = t->report->processes[i];

		if (p->record->header.state == RDEP_RUNNING)
			rdep_text_held(t, p, "    ");
	}
}

static void print_hooks(struct rdep_text *t, const struct rdep_coverage *c, bool used,
			const char *what)
{
	size_t i;
	bool any = false;

	for (i = 0; i < c->hook_count; i++) {
		if (c->hooks[i].used != used)
			continue;
		if (!any)
			fputs(what, t->out);
		any = true;
		fprintf(t->out, " %s", c->hooks[i].family);
	}
	if (any)
		fputc('\n', t->out);
}

void rdep_text_coverage(struct rdep_text *t)
{
	const struct rdep_coverage *c = rdep_coverage(t->report);
	size_t i, shown[RDEP_COVERAGE_KINDS] = {0}, left = 0;
	bool all = t->options.verbosity >= 2, any = false;

	for (i = 0; i < c->count; i++) {
		const struct rdep_coverage_line *l = &c->lines[i];

		if (!all && (l->minor || shown[l->kind] >= LINES_MAX)) {
			left++;
			continue;
		}
		if (!any)
			rdep_text_paint(t, RDEP_BOLD, "\nWhat was not seen, or not kept:\n");
		any = true;
		shown[l->kind]++;
		fprintf(t->out, "  - %s\n", l->text);
	}
	if (any && left)
		fprintf(t->out, "  (%zu lesser remarks: --verbosity=2 shows them)\n", left);
	if (!all)
		return;
	print_hooks(t, c, true, "Hooks that a module of the run calls:");
	print_hooks(t, c, false, "Hooks that none does:");
}

/* A line for each of the first few kinds that are shown. False when there is none. */
static bool print_help(struct rdep_text *t)
{
	enum { KINDS = 3 };
	unsigned told[KINDS];
	size_t i, k, n = 0;

	for (i = 0; i < t->report->finding_count && n < KINDS; i++) {
		const struct rdep_mfinding *f = t->report->findings[i];

		for (k = 0; k < n && told[k] != f->kind; k++)
			;
		if (k < n || !rdep_stands(f) || !rdep_text_shows(t, f))
			continue;
		told[n++] = f->kind;
		fprintf(t->out, "%s reclaimdep help %s%s\n", n == 1 ? "Next:" : "     ", rdep_kind_id(f->kind),
			n == 1 ? "   (what it is, and the usual fixes)" : "");
	}
	return n > 0;
}

/* Several processes, each of which was looked at by itself: is there more to be found? */
static bool may_merge(const struct rdep_report *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->process_count; i++) {
		if (r->processes[i]->record->header.merged)
			return false;
		n += r->processes[i]->record->edge_count != 0;
	}
	return n > 1 && !r->looked_across;
}

static void print_merge(struct rdep_text *t, const char *records)
{
	if (may_merge(t->report))
		fprintf(t->out,
			"Each process was looked at by itself; for inversions across them: reclaimdep report --merge%s%s\n",
			records ? " " : "", records ? records : "");
}

static void print_next(struct rdep_text *t, const char *records)
{
	size_t i, notes = 0;

	for (i = 0; i < t->report->finding_count; i++)
		notes += rdep_stands(t->report->findings[i]) &&
			 !rdep_text_shows(t, t->report->findings[i]);
	if (notes)
		fprintf(t->out,
			"%zu notes are not shown; to see them: reclaimdep report --verbosity=2 "
			"%s\n",
			notes, records);
	if (!t->report->finding_count) {
		fprintf(t->out, "Next: reclaimdep info %s   (what was followed)\n", records);
		return;
	}
	fprintf(t->out, "%s reclaimdep report %s   (all findings again; --format=json for programs)\n",
		print_help(t) ? "     " : "Next:", records);
}

static int render(struct rdep_report *r, FILE *out, const struct rdep_text_options *options,
		  bool untold_only, const char *records)
{
	struct rdep_text t;

	rdep_text_begin(&t, r, out, options);
	print_findings(&t, untold_only);
	if (t.options.verbosity >= 1) {
		print_leftovers(&t);
		rdep_text_coverage(&t);
		rdep_text_provoked(&t);
		rdep_text_decided(&t, !records);
		if (records)
			print_next(&t, records);
		print_merge(&t, records);
		rdep_text_last_line(&t);
	}
	rdep_text_end(&t);
	return ferror(out) ? -1 : 0;
}

int rdep_report_text(struct rdep_report *r, FILE *out, const struct rdep_text_options *options)
{
	return render(r, out, options, false, NULL);
}

int rdep_report_summary(struct rdep_report *r, FILE *out, const struct rdep_text_options *options,
			const char *records)
{
	return render(r, out, options, true, records);
}
