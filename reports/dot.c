/* SPDX-License-Identifier: MIT */
/* dot.c - the dependency graph for Graphviz; what findings go through is coloured. */
#include <string.h>
#include "reports/graph.h"

/* The names that make text a part of the language, escaped; controls are gone already. */
static void print_escaped(FILE *out, const char *s)
{
	for (; *s; s++) {
		size_t n = strcspn(s, "\"\\");

		fwrite(s, 1, n, out);
		s += n;
		if (!*s)
			break;
		fputc('\\', out);
		fputc(*s, out);
	}
}

static void print_quoted(FILE *out, const char *s)
{
	fputc('"', out);
	print_escaped(out, s);
	fputc('"', out);
}

static void print_class(FILE *out, const struct rdep_gclass *c)
{
	fputs("\t", out);
	print_quoted(out, c->key);
	fputs(" [label=", out);
	print_quoted(out, c->cls->name);
	fputs(", tooltip=", out);
	print_quoted(out, *c->cls->detail ? c->cls->detail : c->cls->kind);
	fputs(c->cls->domain   ? ", shape=hexagon, style=filled, fillcolor=lightyellow];\n"
	      : c->cls->signal ? ", shape=octagon, style=filled, fillcolor=lightcyan];\n"
	      : c->cls->life   ? ", shape=ellipse, style=dashed];\n"
			       : "];\n",
	      out);
}

static void print_edge(struct rdep_graph *g, FILE *out, const struct rdep_gedge *e)
{
	static const char *const colors[] = {"gray40", "orange", "red"};
	const char *modes = rdep_graph_modes(g->report, e->modes);

	fputs("\t", out);
	print_quoted(out, g->classes[e->from].key);
	fputs(" -> ", out);
	print_quoted(out, g->classes[e->to].key);
	fputs(" [tooltip=\"", out);
	print_escaped(out, rdep_graph_where(g, e));
	fputs(*modes ? ", " : "", out);
	print_escaped(out, modes);
	fputc('"', out);
	if (*modes)
		fputs(", style=dashed", out);
	if (e->severity)
		fprintf(out, ", color=%s, penwidth=2", colors[e->severity - 1]);
	fputs("];\n", out);
}

int rdep_graph_dot(struct rdep_graph *g, FILE *out)
{
	size_t i;

	fputs("digraph reclaimdep {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"sans-serif\"];\n", out);
	for (i = 0; i < g->class_count; i++) {
		const struct rdep_gclass *c = &g->classes[i];

		/* One that has no dependencies at all tells nothing, unless it was asked for. */
		if (c->chosen && (c->in || c->out || g->chosen_classes < g->class_count))
			print_class(out, c);
	}
	for (i = 0; i < g->edge_count; i++)
		if (g->edges[i].chosen)
			print_edge(g, out, &g->edges[i]);
	fputs("}\n", out);
	return ferror(out) ? -1 : 0;
}
