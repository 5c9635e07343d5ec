/* SPDX-License-Identifier: MIT */
/* graph_text.c - a graph as text: what each class leads to; or what reclaim can reach, and by which way. */
#include "reports/graph.h"

static void print_class(FILE *out, const struct rdep_mclass *c)
{
	fprintf(out, "%s", c->name);
	if (!c->domain)
		fprintf(out, " (%s%s%s)", c->kind, *c->detail ? "; " : "", c->detail);
}

static const struct rdep_mfinding *finding_of(const struct rdep_graph *g, const struct rdep_gedge *e)
{
	return e->finding ? g->report->findings[e->finding - 1] : NULL;
}

static void print_edge(struct rdep_graph *g, FILE *out, const struct rdep_gedge *e, const char *indent, bool from)
{
	const struct rdep_mfinding *f = finding_of(g, e);
	const char *modes = rdep_graph_modes(g->report, e->modes);

	fprintf(out, "%s%s%s-> %s, in %s", indent, from ? g->classes[e->from].cls->name : "", from ? " " : "",
		g->classes[e->to].cls->name, rdep_graph_where(g, e));
	if (*modes)
		fprintf(out, ", %s", modes);
	if (e->flags & RDEP_EDGE_TOLD)
		fputs(", as the program says", out);
	if (f)
		fprintf(out, "  [%s %s]", f->kind_id, f->fingerprint);
	fputc('\n', out);
}

/* ---- what each class leads to ---- */

static void print_from(struct rdep_graph *g, FILE *out, uint32_t class)
{
	uint32_t e;
	uint32_t left = g->classes[class].out;

	fputc('\n', out);
	print_class(out, g->classes[class].cls);
	fputc('\n', out);
	for (e = class < g->paths.node_count ? g->paths.first[class] : 0; e; e = g->paths.edges[e - 1].next) {
		if (!g->edges[e - 1].chosen)
			continue;
		print_edge(g, out, &g->edges[e - 1], "    ", false);
		left--;
	}
	if (!g->classes[class].out)
		fputs("    (nothing was acquired while it was held)\n", out);
	else if (left)
		fprintf(out, "    (and %u more, which were not asked for)\n", left);
}

/* ---- what reclaim can reach ---- */

static void print_way(struct rdep_graph *g, FILE *out, unsigned n, uint32_t class)
{
	uint32_t way[RDEP_WAY_MAX];
	size_t i, length = rdep_graph_way(g, n, class, way), shown = length < RDEP_WAY_MAX ? length : RDEP_WAY_MAX;

	fputs("  ", out);
	print_class(out, g->classes[class].cls);
	fputc('\n', out);
	if (shown < length)
		fprintf(out, "      ... %zu dependencies before these\n", length - shown);
	for (i = 0; i < shown; i++)
		print_edge(g, out, &g->edges[way[i]], "      ", true);
}

/* What leads back to the domain: with that the way is a cycle. */
static void print_back(struct rdep_graph *g, FILE *out, unsigned n, uint32_t class)
{
	uint32_t e;

	for (e = class < g->paths.node_count ? g->paths.first[class] : 0; e; e = g->paths.edges[e - 1].next)
		if (g->edges[e - 1].chosen && g->edges[e - 1].to == g->domain[n] - 1)
			print_edge(g, out, &g->edges[e - 1], "      and back: ", true);
}

static void print_reached(struct rdep_graph *g, FILE *out, unsigned n)
{
	const char *name = g->classes[g->domain[n] - 1].cls->name;
	bool any = false;
	uint32_t i;

	for (i = 0; i < g->class_count; i++) {
		if (!g->classes[i].chosen || !(g->classes[i].shared >> n & 1) || g->classes[i].cls->domain)
			continue;
		if (!any)
			fprintf(out, "\nWhat %s can come to take, and by which way:\n", name);
		any = true;
		print_way(g, out, n, i);
		print_back(g, out, n, i);
	}
	if (!any)
		fprintf(out, "\nNothing that was seen runs inside %s and takes a lock.\n", name);
}

int rdep_graph_text(struct rdep_graph *g, FILE *out, const struct rdep_graph_options *o)
{
	bool any = false;
	uint32_t i;
	unsigned n;

	for (n = 0; n < RDEP_DOMAINS && o->reclaim; n++) {
		if (g->domain[n])
			print_reached(g, out, n);
		any |= g->domain[n] != 0;
	}
	for (i = 0; i < g->class_count && !o->reclaim; i++)
		if (g->classes[i].chosen)
			print_from(g, out, i);
	if (o->reclaim && !any)
		fputs("\nNo reclaim domain is in these records: nothing ran inside reclaim, and nothing that was held "
		      "met an allocation that may reclaim.\n",
		      out);
	fprintf(out, "\nreclaimdep: %zu of %zu classes, %zu of %zu dependencies, from %zu processes\n", g->chosen_classes,
		g->class_count, g->chosen_edges, g->edge_count, rdep_report_processes(g->report));
	return ferror(out) ? -1 : 0;
}
