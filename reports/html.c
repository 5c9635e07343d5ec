/* SPDX-License-Identifier: MIT */
/* html.c - the report as one page; see html.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/coverage.h"
#include "reports/formats.h"
#include "reports/html.h"
#include "reports/markup.h"
#include "reports/sha256.h"
#include "reports/svg.h"

#define PROCESSES_SHOWN 200u /* in full */
#define STATIC_CLASSES 60u   /* a graph of so many is drawn for readers without scripts, too */
#define STATIC_EDGES 120u

/* A graph of which no more is put into a page: browsers hold that, and more takes long to write and to load. */
#define PAGE_CLASSES 30000u
#define PAGE_EDGES 150000u

static const char style[] = {
#include "reports/html/page_css.def"
};

static const char script[] = {
#include "reports/html/page_js.def"
};

/* ---- words and tags ---- */

static ssize_t escape(void *out, const char *text, size_t n)
{
	rdep_markup_textn(out, text, n);
	return ferror((FILE *)out) ? 0 : (ssize_t)n;
}

void rdep_page_words(struct rdep_page *p, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(p->words, format, ap);
	va_end(ap);
	fflush(p->words);
}

void rdep_page_tags(struct rdep_page *p, const char *format, ...)
{
	va_list ap;

	fflush(p->words);
	va_start(ap, format);
	vfprintf(p->out, format, ap);
	va_end(ap);
}

static void paint(struct rdep_text *t, int paint, const char *text)
{
	static const char *const names[] = {
		[RDEP_PLAIN] = "plain", [RDEP_BOLD] = "bold",	  [RDEP_DIM] = "dim",
		[RDEP_RED] = "red",	[RDEP_YELLOW] = "yellow", [RDEP_CYAN] = "fn",
	};

	rdep_page_tags(t->page, "<span class=\"%s\">", names[paint]);
	rdep_page_words(t->page, "%s", text);
	rdep_page_tags(t->page, "</span>");
}

/* As a part of a link behind the '#': all but letters and digits is %XX. */
static void print_fragment(FILE *out, const char *s)
{
	for (; *s; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || *s == '_')
			fputc(*s, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*s);
}

/* A class's name leads to its place in the graph. */
static void class_name(struct rdep_text *t, const struct rdep_mclass *c)
{
	struct rdep_page *p = t->page;
	size_t at = p->graph && p->process ? rdep_graph_class(p->graph, p->process, c->id) : SIZE_MAX;

	if (at == SIZE_MAX) {
		paint(t, RDEP_BOLD, c->name);
		return;
	}
	rdep_page_tags(p, "<a class=\"class\" href=\"#class=");
	print_fragment(p->out, p->graph->classes[at].key);
	rdep_page_tags(p, "\">");
	rdep_page_words(p, "%s", c->name);
	rdep_page_tags(p, "</a>");
}

static const struct rdep_rich rich = {paint, class_name, rdep_page_stack};

/* ---- head ---- */

static void print_head(struct rdep_page *p, const char *title)
{
	struct rdep_buf css = {0};
	char of_style[RDEP_SHA256_TEXT], of_script[RDEP_SHA256_TEXT];

	rdep_buf_add(&css, style);
	rdep_buf_add(&css, rdep_svg_rules);
	rdep_sha256_text(css.text, css.len, of_style);
	rdep_sha256_text(script, strlen(script), of_script);
	rdep_page_tags(p,
		       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-%s'; "
		       "style-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
		       "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"reclaimdep\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
		       of_script, of_style);
	rdep_page_words(p, "%s", title);
	rdep_page_tags(p, "</title>\n<style>%s</style>\n</head>\n<body>\n", css.text);
	rdep_buf_free(&css);
}

/* "minifs", "minifs and 3 others". */
static const char *programs(const struct rdep_report *r)
{
	const char *first = r->process_count ? r->processes[0]->name : "nothing";
	size_t i, others = 0;

	for (i = 1; i < r->process_count; i++)
		others += !r->processes[i]->across && strcmp(r->processes[i]->name, first) != 0;
	return others ? rdep_arena_printf((struct rdep_arena *)&r->arena, "%s and %zu other%s", first, others,
					  others > 1 ? "s" : "")
		      : first;
}

/* The last line of the text report, and where to go on. */
static void print_top(struct rdep_page *p, bool whole)
{
	rdep_page_tags(p, "<header>\n<h1>reclaimdep <span class=\"dim\">");
	rdep_page_words(p, "%s", programs(p->report));
	rdep_page_tags(p, "</span></h1>\n<p id=\"summary\">");
	if (whole)
		rdep_text_last_line(&p->text);
	else
		rdep_page_words(p, "%zu of %zu classes, %zu of %zu dependencies", p->graph->chosen_classes,
				p->graph->class_count, p->graph->chosen_edges, p->graph->edge_count);
	rdep_page_tags(p, "</p>\n<nav aria-label=\"Parts of the report\">%s"
			  "<a href=\"#graph\">Graph</a> <a href=\"#classes\">Classes</a>%s</nav>\n</header>\n<main>\n",
		       whole ? "<a href=\"#findings\">Findings</a> " : "",
		       whole ? " <a href=\"#coverage\">Coverage</a> <a href=\"#processes\">Processes</a>" : "");
}

/* ---- the graph: for readers without scripts, a drawing where it is small ---- */

static void print_graph(struct rdep_page *p)
{
	struct rdep_error err = {""};

	rdep_page_tags(p, "<section id=\"graph\" aria-label=\"The dependency graph\">\n<h2>Graph</h2>\n"
			  "<div id=\"explore\"></div>\n<noscript>\n");
	if (p->graph->chosen_classes <= STATIC_CLASSES && p->graph->chosen_edges <= STATIC_EDGES) {
		rdep_page_tags(p, "<div class=\"static\">");
		rdep_graph_drawing(p->graph, p->out, &err);
		rdep_page_tags(p, "</div>\n");
	} else {
		rdep_page_tags(p, "<p>With scripts, the graph is drawn and searched here. Without, ask "
				  "<code>reclaimdep graph --format=svg --around=CLASS</code> for a part of it.</p>\n");
	}
	rdep_page_tags(p, "</noscript>\n</section>\n<section id=\"classes\" aria-label=\"Classes of locks\">\n<h2>Classes</h2>\n"
			  "<div id=\"classlist\"></div>\n<noscript><p>With scripts, the classes are listed here. Without, "
			  "<code>reclaimdep graph --format=text</code> lists them.</p></noscript>\n</section>\n");
}

/* ---- coverage ---- */

static const char *const coverage_titles[RDEP_COVERAGE_KINDS] = {
	[RDEP_COVERAGE_UNREAD] = "Records that could not be read",
	[RDEP_COVERAGE_DAMAGE] = "Damage",
	[RDEP_COVERAGE_LOSS] = "What was dropped",
	[RDEP_COVERAGE_NOTE] = "Remarks of the runtime",
	[RDEP_COVERAGE_MODULE] = "Calls that come by no hook",
	[RDEP_COVERAGE_SYMBOLS] = "Modules without names",
};

static size_t count_lines(const struct rdep_coverage *c, enum rdep_coverage_kind kind, bool minor)
{
	size_t i, n = 0;

	for (i = 0; i < c->count; i++)
		n += c->lines[i].kind == kind && c->lines[i].minor == minor;
	return n;
}

static void print_lines(struct rdep_page *p, const struct rdep_coverage *c, enum rdep_coverage_kind kind, bool minor)
{
	size_t i;

	rdep_page_tags(p, "<ul>\n");
	for (i = 0; i < c->count; i++) {
		if (c->lines[i].kind != kind || c->lines[i].minor != minor)
			continue;
		rdep_page_tags(p, "<li>");
		rdep_page_words(p, "%s", c->lines[i].text);
		rdep_page_tags(p, "</li>\n");
	}
	rdep_page_tags(p, "</ul>\n");
}

static void print_hooks(struct rdep_page *p, const struct rdep_coverage *c, bool used)
{
	size_t i, n = 0;

	for (i = 0; i < c->hook_count; i++)
		n += c->hooks[i].used == used;
	if (!n)
		return;
	rdep_page_tags(p, "<h3>%s</h3>\n<p class=\"families\">", used ? "Hooks that a module of the run calls" : "Hooks that none does");
	for (i = 0; i < c->hook_count; i++)
		if (c->hooks[i].used == used) {
			rdep_page_tags(p, "<span>");
			rdep_page_words(p, "%s", c->hooks[i].family);
			rdep_page_tags(p, "</span> ");
		}
	rdep_page_tags(p, "</p>\n");
}

static void print_coverage(struct rdep_page *p)
{
	const struct rdep_coverage *c = rdep_coverage(p->report);
	unsigned kind;
	size_t n;

	rdep_page_tags(p, "<section id=\"coverage\" aria-label=\"Coverage\">\n<h2>What was not seen, or not kept</h2>\n");
	if (!c->count)
		rdep_page_tags(p, "<p>Nothing was dropped, and every record was read in full.</p>\n");
	for (kind = 0; kind < RDEP_COVERAGE_KINDS; kind++) {
		if (!count_lines(c, kind, false) && !count_lines(c, kind, true))
			continue;
		rdep_page_tags(p, "<h3>%s</h3>\n", coverage_titles[kind]);
		if (count_lines(c, kind, false))
			print_lines(p, c, kind, false);
		n = count_lines(c, kind, true);
		if (!n)
			continue;
		rdep_page_tags(p, "<details><summary>%zu lesser remark%s</summary>\n", n, n > 1 ? "s" : "");
		print_lines(p, c, kind, true);
		rdep_page_tags(p, "</details>\n");
	}
	print_hooks(p, c, true);
	print_hooks(p, c, false);
	rdep_page_tags(p, "</section>\n");
}

/* ---- processes ---- */

static void print_process(struct rdep_page *p, struct rdep_process *process)
{
	const char *state = rdep_state_text(process);

	p->process = process;
	rdep_page_tags(p, "<details class=\"process\"><summary><b>");
	rdep_page_words(p, "%s", process->name);
	rdep_page_tags(p, "</b> ");
	if (process->record->header.merged)
		rdep_page_words(p, "(%u processes)", process->record->header.merged);
	else
		rdep_page_words(p, "(pid %u)", process->record->header.pid);
	rdep_page_tags(p, " <span class=\"state\">");
	rdep_page_words(p, "%s", state);
	rdep_page_tags(p, "</span> <span class=\"dim\">");
	rdep_page_words(p, "%zu classes, %zu dependencies, %zu threads", process->record->class_count,
			process->record->edge_count, process->record->thread_count);
	rdep_page_tags(p, "</span></summary>\n<div class=\"plain fixed\">");
	rdep_text_record(&p->text, process);
	rdep_page_tags(p, "</div></details>\n");
	p->process = NULL;
}

/* A process that was killed, or hangs: what its threads hold. */
static void print_leftover(struct rdep_page *p, struct rdep_process *process)
{
	if (process->record->header.state != RDEP_RUNNING)
		return;
	p->process = process;
	rdep_page_tags(p, "<div class=\"plain fixed left\">");
	rdep_text_held(&p->text, process, "    ");
	rdep_page_tags(p, "</div>\n");
	p->process = NULL;
}

static void print_processes(struct rdep_page *p)
{
	const struct rdep_report *r = p->report;
	size_t i;

	rdep_page_tags(p, "<section id=\"processes\" aria-label=\"Processes\">\n<h2>Processes and their threads</h2>\n");
	for (i = 0; i < r->process_count; i++)
		print_leftover(p, r->processes[i]);
	for (i = 0; i < r->process_count && i < PROCESSES_SHOWN; i++)
		if (!r->processes[i]->across)
			print_process(p, r->processes[i]);
	if (i < r->process_count)
		rdep_page_tags(p, "<p>... and %zu more: <code>reclaimdep info</code> tells of all.</p>\n",
			       r->process_count - i);
	rdep_page_tags(p, "</section>\n");
}

/* ---- the page ---- */

static void page_begin(struct rdep_page *p, struct rdep_report *r, FILE *out, struct rdep_graph *g, const char *root)
{
	static const cookie_io_functions_t functions = {.write = escape};
	static const struct rdep_text_options usual = {.verbosity = 1};

	memset(p, 0, sizeof(*p));
	rdep_graph_trim(g, PAGE_CLASSES, PAGE_EDGES);
	p->out = out;
	p->words = fopencookie(out, "w", functions);
	p->report = r;
	p->graph = g;
	p->source_root = root;
	rdep_text_begin(&p->text, r, p->words, &usual);
	p->text.rich = &rich;
	p->text.page = p;
	rdep_root_init(&p->root, root);
}

static void page_end(struct rdep_page *p)
{
	rdep_page_tags(p, "</main>\n<script type=\"application/json\" id=\"data\">");
	rdep_page_data(p);
	rdep_page_tags(p, "</script>\n<script>%s</script>\n</body>\n</html>\n", script);
	rdep_text_end(&p->text);
	fclose(p->words);
	rdep_root_free(&p->root);
}

int rdep_format_html(struct rdep_report *r, FILE *out, const struct rdep_format_options *o)
{
	struct rdep_graph *g = rdep_graph_new(r);
	struct rdep_page p;

	page_begin(&p, r, out, g, o->source_root);
	print_head(&p, rdep_arena_printf(&r->arena, "reclaimdep: %s", programs(r)));
	print_top(&p, true);
	rdep_page_findings(&p);
	print_graph(&p);
	print_coverage(&p);
	print_processes(&p);
	page_end(&p);
	rdep_graph_free(g);
	return ferror(out) ? -1 : 0;
}

int rdep_graph_html(struct rdep_graph *g, FILE *out, const struct rdep_graph_options *o)
{
	struct rdep_page p;

	page_begin(&p, g->report, out, g, o->source_root);
	print_head(&p, rdep_arena_printf(&g->report->arena, "reclaimdep graph: %s", programs(g->report)));
	print_top(&p, false);
	print_graph(&p);
	page_end(&p);
	return ferror(out) ? -1 : 0;
}
