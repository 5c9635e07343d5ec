/* SPDX-License-Identifier: MIT */
/* svg.c - a graph as a drawing; see svg.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/markup.h"
#include "reports/svg.h"

#define CHARACTER 7.25 /* the width of one */
#define INSIDE 10.0    /* between a name and its box */
#define MARGIN 16.0
#define LEGEND 34.0

const char rdep_svg_rules[] =
	".d text{font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1c2330}"
	".d .b{fill:#fff;stroke:#7a8699;stroke-width:1.2}.d .domain .b{fill:#f4ecff;stroke:#7c3aed}"
	".d .odd .b{stroke-dasharray:4 3}.d .e{fill:none;stroke:#7a8699;stroke-width:1.3}.d .h{fill:#7a8699}"
	".d .reader .e{stroke-dasharray:5 4}.d .reclaim .e{stroke:#7c3aed}.d .reclaim .h{fill:#7c3aed}"
	".d .sev2 .e{stroke:#c77700;stroke-width:2}.d .sev2 .h{fill:#c77700}"
	".d .sev3 .e{stroke:#cf222e;stroke-width:2}.d .sev3 .h{fill:#cf222e}"
	".d .n{fill:#57606a;font-size:11px}"
	"@media (prefers-color-scheme:dark){"
	".d text{fill:#e6edf3}.d .b{fill:#1c232d;stroke:#8b98a9}.d .domain .b{fill:#2b2140;stroke:#a78bfa}"
	".d .e{stroke:#8b98a9}.d .h{fill:#8b98a9}.d .reclaim .e{stroke:#a78bfa}.d .reclaim .h{fill:#a78bfa}"
	".d .sev2 .e{stroke:#e3a008}.d .sev2 .h{fill:#e3a008}.d .sev3 .e{stroke:#ff7b72}.d .sev3 .h{fill:#ff7b72}"
	".d .n{fill:#9aa7b4}}";

/* The length of the character that begins there. */
static size_t character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s += character(s))
		n++;
	return n;
}

size_t rdep_svg_characters(const char *name)
{
	size_t n = characters(name);

	return n > RDEP_SVG_NAME_MAX ? RDEP_SVG_NAME_MAX : n;
}

double rdep_svg_width(size_t n)
{
	return (double)n * CHARACTER + 2 * INSIDE;
}

static const char *skip(const char *s, size_t n)
{
	while (n-- && *s)
		s += character(s);
	return s;
}

void rdep_svg_name(FILE *out, const char *name, size_t most)
{
	size_t n = characters(name), front = most / 2;

	if (n <= most) {
		rdep_markup_text(out, name);
		return;
	}
	rdep_markup_textn(out, name, (size_t)(skip(name, front) - name));
	fputs("\xe2\x80\xa6", out);
	rdep_markup_text(out, skip(name, n - (most - front - 1)));
}

void rdep_svg_class(FILE *out, const struct rdep_mclass *c, double x, double y, double width)
{
	double h = RDEP_SVG_BOX_HEIGHT;

	fprintf(out, "<g class=\"%s\"><title>", c->domain ? "domain" : c->signal || c->life || c->event ? "odd" : "lock");
	rdep_markup_text(out, c->name);
	if (!c->domain) {
		fputs(" (", out);
		rdep_markup_text(out, c->kind);
		fputs(*c->detail ? "; " : "", out);
		rdep_markup_text(out, c->detail);
		fputc(')', out);
	}
	fputs("</title>", out);
	if (c->domain)
		fprintf(out, "<path class=\"b\" d=\"M%.1f %.1fl8 %.1fh%.1fl8 %.1fl-8 %.1fh%.1fz\"/>", x, y + h / 2, -h / 2,
			width - 16, h / 2, h / 2, 16 - width);
	else
		fprintf(out, "<rect class=\"b\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"/>", x, y,
			width, h);
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x + width / 2, y + h / 2 + 4);
	rdep_svg_name(out, c->name, RDEP_SVG_NAME_MAX);
	fputs("</text></g>\n", out);
}

void rdep_svg_arrow(FILE *out, const char *style, const char *title, const struct rdep_point *p, size_t count)
{
	const struct rdep_point *end = &p[count - 1];
	double back = end->x > p[count - 2].x ? -7 : 7;
	size_t i;

	fprintf(out, "<g class=\"%s\">", style);
	if (title && *title) {
		fputs("<title>", out);
		rdep_markup_text(out, title);
		fputs("</title>", out);
	}
	fprintf(out, "<path class=\"e\" d=\"M%.1f %.1f", p->x, p->y);
	for (i = 0; i + 1 < count; i++) {
		double to = i + 2 < count ? p[i + 1].x : p[i + 1].x + back * 0.8, half = (to - p[i].x) / 2;

		if (i % 2)
			fprintf(out, "L%.1f %.1f", p[i + 1].x, p[i + 1].y);
		else
			fprintf(out, "C%.1f %.1f %.1f %.1f %.1f %.1f", p[i].x + half, p[i].y, to - half, p[i + 1].y, to,
				p[i + 1].y);
	}
	fprintf(out, "\"/><path class=\"h\" d=\"M%.1f %.1fl%.1f -4v8z\"/></g>\n", end->x, end->y, back);
}

const char *rdep_svg_style(bool reclaim, bool reader, unsigned severity)
{
	static const char *const styles[2][2][3] = {
		{{"plain", "sev2", "sev3"}, {"reader", "reader sev2", "reader sev3"}},
		{{"reclaim", "reclaim sev2", "reclaim sev3"}, {"reclaim reader", "reclaim reader sev2", "reclaim reader sev3"}}};

	return styles[reclaim][reader][severity > 2 ? 2 : severity > 1 ? 1 : 0];
}

/* ---- a graph ---- */

static const char *edge_title(const struct rdep_graph *g, const struct rdep_gedge *e)
{
	const char *modes = rdep_graph_modes(g->report, e->modes);
	struct rdep_medge m;

	rdep_graph_edge(g, e, &m);
	return rdep_arena_printf(&g->report->arena, "%s -> %s, in %s%s%s", m.from->name, m.to->name,
				 rdep_model_where(g->report, rdep_model_frame(&m.acquire)), *modes ? ", " : "", modes);
}

static void print_loop(FILE *out, const char *style, const char *title, const struct rdep_layout_box *b)
{
	double x = b->x + b->width - 16, y = b->y;

	fprintf(out, "<g class=\"%s\"><title>", style);
	rdep_markup_text(out, title);
	fprintf(out,
		"</title><path class=\"e\" d=\"M%.1f %.1fc0 -14 12 -14 12 -6\"/>"
		"<path class=\"h\" d=\"M%.1f %.1fl-4 -7h8z\"/></g>\n",
		x - 4, y, x + 8, y);
}

static void print_legend(FILE *out, double y)
{
	static const struct {
		const char *style, *words;
	} rows[] = {{"plain", "acquired while held"},
		    {"reader", "a side as a reader"},
		    {"reclaim", "into or out of reclaim"},
		    {"sev3", "in an error's cycle"},
		    {"sev2", "in a warning's"}};
	double x = MARGIN;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct rdep_point line[] = {{x, y}, {x + 34, y}};

		rdep_svg_arrow(out, rows[i].style, NULL, line, 2);
		fprintf(out, "<text class=\"n\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x + 40, y + 4, rows[i].words);
		x += 60 + (double)strlen(rows[i].words) * 6.7;
	}
}

static struct rdep_layout chosen_layout(const struct rdep_graph *g, uint32_t *index, const struct rdep_gedge **edges)
{
	struct rdep_layout l = {0};
	size_t i;

	l.boxes = rdep_alloc((g->chosen_classes + 1) * sizeof(*l.boxes));
	l.lines = rdep_alloc((g->chosen_edges + 1) * sizeof(*l.lines));
	for (i = 0; i < g->class_count; i++) {
		if (!g->classes[i].chosen)
			continue;
		l.boxes[l.box_count].width = rdep_svg_width(rdep_svg_characters(g->classes[i].cls->name));
		l.boxes[l.box_count].height = RDEP_SVG_BOX_HEIGHT;
		index[i] = (uint32_t)l.box_count++;
	}
	for (i = 0; i < g->edge_count; i++) {
		const struct rdep_gedge *e = &g->edges[i];

		if (!e->chosen)
			continue;
		edges[l.line_count] = e;
		l.lines[l.line_count].from = index[e->from];
		l.lines[l.line_count++].to = index[e->to];
	}
	return l;
}

static void print_graph(const struct rdep_graph *g, FILE *out, const struct rdep_layout *l, const uint32_t *index,
			const struct rdep_gedge *const *edges, bool alone)
{
	double width = l->width + 2 * MARGIN > 760 ? l->width + 2 * MARGIN : 760,
	       height = l->height + 2 * MARGIN + LEGEND;
	size_t i;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"d\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
		"role=\"img\">\n<title>The dependency graph: %zu classes, %zu dependencies</title>\n",
		width, height, width, height, g->chosen_classes, g->chosen_edges);
	if (alone)
		fprintf(out,
			"<style>%s.back{fill:#fff}@media (prefers-color-scheme:dark){.back{fill:#0d1117}}</style>\n"
			"<rect class=\"back\" width=\"%.0f\" height=\"%.0f\"/>\n",
			rdep_svg_rules, width, height);
	fprintf(out, "<g transform=\"translate(%.0f %.0f)\">\n", MARGIN, MARGIN);
	for (i = 0; i < l->line_count; i++) {
		const struct rdep_gedge *e = edges[i];
		const char *style = rdep_svg_style(rdep_graph_is_reclaim(g, e),
						   e->modes & (RDEP_HELD_AS_READER | RDEP_TAKEN_AS_READER), e->severity);

		if (l->lines[i].point_count)
			rdep_svg_arrow(out, style, edge_title(g, e), l->lines[i].points, l->lines[i].point_count);
		else
			print_loop(out, style, edge_title(g, e), &l->boxes[l->lines[i].from]);
	}
	for (i = 0; i < g->class_count; i++)
		if (g->classes[i].chosen)
			rdep_svg_class(out, g->classes[i].cls, l->boxes[index[i]].x, l->boxes[index[i]].y,
				       l->boxes[index[i]].width);
	fputs("</g>\n", out);
	print_legend(out, height - LEGEND / 2);
	fputs("</svg>\n", out);
}

static int draw(struct rdep_graph *g, FILE *out, bool alone, struct rdep_error *err)
{
	uint32_t *index = rdep_alloc((g->class_count + 1) * sizeof(*index));
	const struct rdep_gedge **edges = rdep_alloc((g->chosen_edges + 1) * sizeof(*edges));
	struct rdep_layout l = {0};
	int rc = -1;

	if (g->chosen_classes <= RDEP_SVG_CLASSES_MAX && g->chosen_edges <= RDEP_SVG_EDGES_MAX)
		l = chosen_layout(g, index, edges);
	if (l.boxes && rdep_layout(&l)) {
		print_graph(g, out, &l, index, edges, alone);
		rc = ferror(out) ? -1 : 0;
	} else {
		rdep_error_set(err,
			       "%zu classes with %zu dependencies are too many for one drawing: choose a part with --around=CLASS, "
			       "--cycles or --reclaim, or take --format=html, which is to be searched",
			       g->chosen_classes, g->chosen_edges);
	}
	rdep_layout_free(&l);
	free(index);
	free(edges);
	return rc;
}

int rdep_graph_svg(struct rdep_graph *g, FILE *out, struct rdep_error *err)
{
	return draw(g, out, true, err);
}

int rdep_graph_drawing(struct rdep_graph *g, FILE *out, struct rdep_error *err)
{
	return draw(g, out, false, err);
}
