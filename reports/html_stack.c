/* SPDX-License-Identifier: MIT */
/* html_stack.c - a stack as a list, with the lines of source where they can be read; see html.h. */
#include <string.h>
#include "reports/html.h"
#include "reports/markup.h"

#define AROUND 3u	   /* lines on each side */
#define LINE_MAX_SHOWN 200u /* bytes of one */
#define FRAMES_WITH_SOURCE 6u
#define SOURCES_MAX 3000u /* in all of the page */

static const char *next_line(const char *s)
{
	s = strchr(s, '\n');
	return s ? s + 1 : NULL;
}

/* One line with its tabs as blanks, clean. */
static const char *line_text(struct rdep_arena *a, const char *line)
{
	char text[LINE_MAX_SHOWN + 8];
	size_t n = 0;

	for (; *line && *line != '\n' && *line != '\r' && n < LINE_MAX_SHOWN; line++) {
		if (*line != '\t') {
			text[n++] = *line;
			continue;
		}
		do
			text[n++] = ' ';
		while (n % 8 && n < LINE_MAX_SHOWN);
	}
	return rdep_clean(a, text, n);
}

static void print_source(struct rdep_page *p, const struct rdep_source *s, unsigned line)
{
	unsigned first = line > AROUND ? line - AROUND : 1, n = 1;
	const char *at = s->text;

	for (; at && n < first; n++)
		at = next_line(at);
	rdep_page_tags(p, "<pre class=\"source\">");
	for (; at && *at && n <= line + AROUND; n++, at = next_line(at)) {
		rdep_page_tags(p, "<span%s><i>%5u</i> ", n == line ? " class=\"here\"" : "", n);
		rdep_page_words(p, "%s", line_text(&p->report->arena, at));
		rdep_page_tags(p, "</span>\n");
	}
	rdep_page_tags(p, "</pre>");
	if (s->newer)
		rdep_page_tags(p, "<p class=\"dim\">This file is newer than what was built: lines may have moved.</p>");
}

/* How many lines the text has, as far as `line`. */
static bool has_line(const char *text, unsigned line)
{
	while (text && *text && --line)
		text = next_line(text);
	return text && *text;
}

/* What is newer than what was built is shown only where somebody vouched for the directory. */
static const struct rdep_source *source_of(struct rdep_page *p, const struct rdep_mframe *f)
{
	const struct rdep_source *s;

	if (!f->module || !f->file || !f->line || p->sources >= SOURCES_MAX)
		return NULL;
	s = rdep_source(f->module, f->file, p->source_root);
	if (!s || (s->newer && !p->source_root) || !has_line(s->text, f->line))
		return NULL;
	p->sources++;
	return s;
}

static void print_place(struct rdep_page *p, const struct rdep_mframe *f)
{
	rdep_page_tags(p, "<span class=\"fn\">");
	rdep_page_words(p, "%s", f->function ? f->function : "??");
	rdep_page_tags(p, "</span>");
	if (f->file) {
		rdep_page_tags(p, " <span class=\"at\">");
		rdep_page_words(p, "%s:%u", rdep_locate_frame(p->report, &p->root, f).path, f->line);
		rdep_page_tags(p, "</span>");
	}
	rdep_page_tags(p, " <span class=\"dim\">");
	rdep_page_words(p, "%s", rdep_text_module(p->report, f));
	rdep_page_tags(p, "</span>");
}

void rdep_page_stack(struct rdep_text *t, const struct rdep_mstack *s, size_t first, size_t end)
{
	struct rdep_page *p = t->page;
	size_t i;

	if (!s->count) {
		rdep_page_tags(p, "<div class=\"stack dim\">%s</div>", rdep_text_no_stack(s->flags));
		return;
	}
	rdep_page_tags(p, "<ol class=\"stack\" start=\"%zu\">", first);
	for (i = first; i < end; i++) {
		const struct rdep_source *source = i < first + FRAMES_WITH_SOURCE ? source_of(p, &s->frames[i]) : NULL;

		rdep_page_tags(p, "<li>");
		if (source)
			rdep_page_tags(p, "<details%s><summary>", i == first ? " open" : "");
		print_place(p, &s->frames[i]);
		if (source) {
			rdep_page_tags(p, "</summary>");
			print_source(p, source, s->frames[i].line);
			rdep_page_tags(p, "</details>");
		}
		rdep_page_tags(p, "</li>");
	}
	if (*rdep_text_stack_end(s->flags)) {
		rdep_page_tags(p, "<li class=\"dim\">");
		rdep_page_words(p, "%s", rdep_text_stack_end(s->flags));
		rdep_page_tags(p, "</li>");
	}
	rdep_page_tags(p, "</ol>");
}
