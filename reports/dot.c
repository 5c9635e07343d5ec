/* SPDX-License-Identifier: MIT */
/*
 * dot.c - the dependency graph for Graphviz: classes and their dependencies, joined over
 * processes by the classes' keys; the cycles of findings are coloured.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/model.h"

/* The names that make text a part of the language, escaped; controls are gone already. */
static void print_quoted(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

static uint64_t edge_key(const struct rdep_mclass *from, const struct rdep_mclass *to)
{
	return rdep_hash(rdep_hash_text(from->key), to->key, strlen(to->key));
}

struct dot {
	FILE *out;
	struct rdep_map cyclic;	      /* edges that findings go through -> severity + 1 */
	struct rdep_map nodes, edges; /* printed already */
};

static void mark_cycles(struct dot *d, const struct rdep_report *r)
{
	size_t i, k;

	for (i = 0; i < r->finding_count; i++) {
		const struct rdep_mfinding *f = r->findings[i];

		for (k = 0; k < f->edge_count; k++) {
			uint64_t *v = rdep_map_put(&d->cyclic,
						   edge_key(f->edges[k].from, f->edges[k].to));

			if (*v < (uint64_t)f->severity + 1)
				*v = (uint64_t)f->severity + 1;
		}
	}
}

static void print_node(struct dot *d, const struct rdep_mclass *c)
{
	uint64_t *known = rdep_map_put(&d->nodes, rdep_hash_text(c->key));

	if (*known)
		return;
	*known = 1;
	fputs("\t", d->out);
	print_quoted(d->out, c->key);
	fputs(" [label=", d->out);
	print_quoted(d->out, c->name);
	fputs(", tooltip=", d->out);
	print_quoted(d->out, *c->detail ? c->detail : c->kind);
	fputs(c->domain   ? ", shape=hexagon, style=filled, fillcolor=lightyellow];\n"
	      : c->signal ? ", shape=octagon, style=filled, fillcolor=lightcyan];\n"
	      : c->life   ? ", shape=ellipse, style=dashed];\n"
			  : "];\n",
	      d->out);
}

static void print_edge(struct dot *d, struct rdep_process *p, const struct rdep_edge *e)
{
	static const char *const colors[] = {"gray40", "orange", "red"};
	const struct rdep_mclass *from = rdep_model_class(p, e->from),
				 *to = rdep_model_class(p, e->to);
	uint64_t key = edge_key(from, to), *known = rdep_map_put(&d->edges, key), *cyclic;
	struct rdep_mstack s;

	if (*known)
		return;
	*known = 1;
	print_node(d, from);
	print_node(d, to);
	s = rdep_model_stack(p, e->acquire_stack);
	cyclic = rdep_map_get(&d->cyclic, key);
	fputs("\t", d->out);
	print_quoted(d->out, from->key);
	fputs(" -> ", d->out);
	print_quoted(d->out, to->key);
	fputs(" [tooltip=", d->out);
	print_quoted(d->out, rdep_model_where(p->report, rdep_model_frame(&s)));
	if (cyclic)
		fprintf(d->out, ", color=%s, penwidth=2", colors[*cyclic - 1]);
	fputs("];\n", d->out);
}

int rdep_report_dot(struct rdep_report *r, FILE *out)
{
	struct dot d = {.out = out};
	size_t i, k;

	rdep_model_join(r);
	mark_cycles(&d, r);
	fputs("digraph reclaimdep {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"sans-serif\"];\n",
	      out);
	for (i = 0; i < r->process_count; i++) {
		struct rdep_process *p = r->processes[i];

		for (k = 0; k < p->record->edge_count; k++)
			print_edge(&d, p, p->record->edges[k].first.raw);
	}
	fputs("}\n", out);
	rdep_map_free(&d.cyclic);
	rdep_map_free(&d.nodes);
	rdep_map_free(&d.edges);
	fflush(out);
	return ferror(out) ? -1 : 0;
}
