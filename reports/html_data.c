/* SPDX-License-Identifier: MIT */
/*
 * html_data.c - the graph as JSON for the page's script: rows of numbers that point into tables of texts,
 * frames and stacks, since a graph may have 50,000 dependencies. The script is the only reader; the form may
 * change with it.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/html.h"
#include "reports/markup.h"
#include "reports/progress.h"
#include "reports/stats.h"

#define FRAMES_MAX 500000u /* of all stacks: beyond, a stack has its first telling frame alone */

/* Texts that were printed already, by number. */
struct table {
	struct rdep_map index; /* hash of the text -> number + 1 */
	struct rdep_buf rows;
	size_t count;
};

struct data {
	struct rdep_page *page;
	FILE *out;
	struct table texts, frames, stacks;
	struct rdep_map of_stack; /* process and stack id -> number + 1 */
	size_t frame_refs, cut;
	uint32_t *number; /* of the chosen classes, by class */
	size_t *edge;	  /* of the chosen dependencies, by edge; SIZE_MAX */
};

/* ---- tables ---- */

static size_t put(struct table *t, const char *row)
{
	uint64_t *known = rdep_map_put(&t->index, rdep_hash_text(row));

	if (!*known) {
		if (t->count)
			rdep_buf_add(&t->rows, ",\n");
		rdep_buf_add(&t->rows, row);
		*known = ++t->count;
	}
	return *known - 1;
}

/* The text as JSON; to be freed. */
static char *quoted(const char *text)
{
	char *json;
	size_t n;
	FILE *out = open_memstream(&json, &n);

	rdep_markup_json(out, text);
	fclose(out);
	return json;
}

static size_t put_text(struct data *d, const char *text)
{
	char *json = quoted(text);
	size_t at = put(&d->texts, json);

	free(json);
	return at;
}

static size_t put_frame(struct data *d, const struct rdep_mframe *f)
{
	struct rdep_report *r = d->page->report;
	const char *at = f->file ? rdep_arena_printf(&r->arena, "%s:%u", rdep_locate_frame(r, &d->page->root, f).path, f->line) : "";
	char row[96];

	snprintf(row, sizeof(row), "[%zu,%zu,%zu]", put_text(d, f->function ? f->function : "??"), put_text(d, at),
		 put_text(d, rdep_text_module(r, f)));
	return put(&d->frames, row);
}

static size_t put_frames(struct data *d, const struct rdep_mstack *s, size_t first, size_t end)
{
	struct rdep_buf b = {0};
	size_t i, at, before = d->stacks.count;

	rdep_buf_add(&b, "[");
	for (i = first; i < end; i++)
		rdep_buf_printf(&b, "%s%zu", i > first ? "," : "", put_frame(d, &s->frames[i]));
	rdep_buf_add(&b, "]");
	at = put(&d->stacks, b.text);
	if (d->stacks.count > before)
		d->frame_refs += end - first;
	rdep_buf_free(&b);
	return at;
}

static size_t put_stack(struct data *d, const struct rdep_mstack *s)
{
	size_t first, end;

	if (!s->count)
		return put(&d->stacks, "[]");
	rdep_text_telling(s, &first, &end);
	if (d->frame_refs + end - first > FRAMES_MAX) {
		d->cut++;
		end = first + 1;
	}
	return put_frames(d, s, first, end);
}

/* Stacks have ids in their records: each is put but once. */
static size_t put_known(struct data *d, const struct rdep_process *p, uint32_t id, const struct rdep_mstack *s)
{
	uint64_t *known;

	if (!id)
		return put_stack(d, s);
	known = rdep_map_put(&d->of_stack, (uint64_t)p->index << 32 | id);
	if (!*known) {
		size_t at = put_stack(d, s);

		known = rdep_map_put(&d->of_stack, (uint64_t)p->index << 32 | id);
		*known = at + 1;
	}
	return *known - 1;
}

static void print_table(struct data *d, const char *name, struct table *t)
{
	fprintf(d->out, ",\n\"%s\":[%s]", name, t->rows.text ? t->rows.text : "");
	rdep_buf_free(&t->rows);
	rdep_map_free(&t->index);
}

/* ---- classes ---- */

enum class_flag { DOMAIN = 1, SIGNAL = 2, LIFE = 4, EVENT = 8, CYCLIC = 16 };

static unsigned class_flags(const struct rdep_gclass *c)
{
	return (c->cls->domain ? DOMAIN : 0) | (c->cls->signal ? SIGNAL : 0) | (c->cls->life ? LIFE : 0) |
	       (c->cls->event ? EVENT : 0) | (c->cyclic ? CYCLIC : 0);
}

/* name, key (0: the name), kind, detail, where, flags, shared, severity, processes, [acquired, contended, waited, held] or 0 */
static void print_class(struct data *d, const struct rdep_gclass *c, const struct rdep_stat *s)
{
	const struct rdep_mframe *at = rdep_model_frame(&c->cls->origin);

	fputc('[', d->out);
	rdep_markup_json(d->out, c->cls->name);
	fputc(',', d->out);
	if (strcmp(c->key, c->cls->name) == 0)
		fputc('0', d->out);
	else
		rdep_markup_json(d->out, c->key);
	fprintf(d->out, ",%zu,%zu,%zu,%u,%u,%u,%u,", put_text(d, c->cls->kind), put_text(d, c->cls->detail),
		put_text(d, at ? rdep_model_where(d->page->report, at) : ""), class_flags(c), c->shared, c->severity,
		c->processes);
	if (s->acquisitions)
		fprintf(d->out, "[%llu,%llu,%llu,%llu]]", (unsigned long long)s->acquisitions,
			(unsigned long long)s->contended, (unsigned long long)s->wait_ns, (unsigned long long)s->hold_ns);
	else
		fputs("0]", d->out);
}

/* What stat=1 counted, by class, over all processes. */
static struct rdep_stat *sum_stats(const struct rdep_graph *g)
{
	struct rdep_stat *sums = rdep_alloc((g->class_count + 1) * sizeof(*sums));
	size_t i, k;

	for (i = 0; i < g->report->process_count; i++) {
		struct rdep_mstat *list;
		size_t n = rdep_stats(g->report->processes[i], &list);

		for (k = 0; k < n; k++) {
			size_t at = rdep_graph_class(g, g->report->processes[i], list[k].cls->id);

			if (at == SIZE_MAX)
				continue;
			sums[at].acquisitions += list[k].all.acquisitions;
			sums[at].contended += list[k].all.contended;
			sums[at].wait_ns += list[k].all.wait_ns;
			sums[at].hold_ns += list[k].all.hold_ns;
		}
		free(list);
	}
	return sums;
}

static void print_classes(struct data *d)
{
	const struct rdep_graph *g = d->page->graph;
	struct rdep_stat *sums = sum_stats(g);
	uint32_t n = 0;
	size_t i;

	fputs("\"classes\":[", d->out);
	for (i = 0; i < g->class_count; i++) {
		if (!g->classes[i].chosen)
			continue;
		d->number[i] = n;
		fputs(n++ ? ",\n" : "\n", d->out);
		print_class(d, &g->classes[i], &sums[i]);
	}
	fputc(']', d->out);
	free(sums);
}

/* ---- dependencies ---- */

/* What the text report says of an allocation. */
static const char *allocation(struct data *d, const struct rdep_medge *e)
{
	struct rdep_text t = {.report = d->page->report};
	char *text = NULL;
	const char *copy;
	size_t n;

	if (!e->to->domain)
		return "";
	t.out = open_memstream(&text, &n);
	rdep_text_allocation(&t, e);
	fclose(t.out);
	copy = rdep_arena_text(&d->page->report->arena, text, n);
	free(text);
	return copy;
}

enum edge_flag { ALLOCATES = 1, TOLD = 2, ON_CYCLE = 4, IN_CONTEXT = 8, INHERITED = 16 };

static unsigned edge_flags(const struct rdep_gedge *e)
{
	return (e->flags & RDEP_EDGE_ALLOC ? ALLOCATES : 0) | (e->flags & RDEP_EDGE_TOLD ? TOLD : 0) |
	       (e->cyclic ? ON_CYCLE : 0) | (e->flags & RDEP_EDGE_IN_CONTEXT ? IN_CONTEXT : 0) |
	       (e->flags & RDEP_EDGE_INHERITED ? INHERITED : 0);
}

/*
 * from, to, types, modes, flags, severity, finding (its number, 0: none), occurrences, held stack, words about it,
 * acquiring stack, thread, words about the allocation
 */
static void print_edge(struct data *d, const struct rdep_gedge *e)
{
	struct rdep_process *p = rdep_graph_process(d->page->graph, e);
	struct rdep_arena *a = &d->page->report->arena;
	struct rdep_medge m;

	rdep_model_edge(p, e->id, e->sample, &m);
	fprintf(d->out, "[%u,%u,%u,%u,%u,%u,%u,%llu,%zu,%zu,%zu,%zu,%zu]", d->number[e->from], d->number[e->to], e->types,
		e->modes, edge_flags(e), (unsigned)e->severity, e->finding, (unsigned long long)e->count,
		put_known(d, p, m.raw->held_stack, &m.held), put_text(d, rdep_text_held_words(&m)),
		put_known(d, p, m.raw->acquire_stack, &m.acquire),
		put_text(d, rdep_text_thread_name(a, &m.thread)),
		put_text(d, allocation(d, &m)));
}

static void print_edges(struct data *d)
{
	const struct rdep_graph *g = d->page->graph;
	size_t i, n = 0;

	fputs(",\n\"edges\":[", d->out);
	for (i = 0; i < g->edge_count; i++) {
		d->edge[i] = SIZE_MAX;
		if (!g->edges[i].chosen)
			continue;
		d->edge[i] = n;
		rdep_progress("writing the graph", n, g->chosen_edges);
		fputs(n++ ? ",\n" : "\n", d->out);
		print_edge(d, &g->edges[i]);
	}
	fputc(']', d->out);
}

/* ---- findings ---- */

static size_t edge_of(const struct data *d, const struct rdep_mfinding *f, const struct rdep_medge *e)
{
	struct rdep_graph *g = d->page->graph;
	size_t from = rdep_graph_class(g, f->process, e->from->id), to = rdep_graph_class(g, f->process, e->to->id);

	if (from == SIZE_MAX || to == SIZE_MAX || !rdep_cgraph_has(&g->paths, (uint32_t)from, (uint32_t)to, 0))
		return SIZE_MAX;
	return d->edge[rdep_cgraph_edge(&g->paths, (uint32_t)from, (uint32_t)to, 0) - g->paths.edges];
}

/* number, fingerprint, kind, verdict, severity, title, stands, edges */
static void print_finding(struct data *d, const struct rdep_mfinding *f)
{
	const char *before = "";
	size_t i;

	fprintf(d->out, "[%u,\"%s\",\"%s\",\"%s\",%u,", f->number, f->fingerprint, f->kind_id, f->verdict_id, f->severity);
	rdep_markup_json(d->out, f->title);
	fprintf(d->out, ",%d,[", rdep_stands(f));
	for (i = 0; i < f->edge_count; i++) {
		size_t at = edge_of(d, f, &f->edges[i]);

		if (at == SIZE_MAX)
			continue;
		fprintf(d->out, "%s%zu", before, at);
		before = ",";
	}
	fputs("]]", d->out);
}

static void print_findings(struct data *d)
{
	const struct rdep_mfinding **list = rdep_by_weight(d->page->report);
	size_t i;

	fputs(",\n\"findings\":[", d->out);
	for (i = 0; i < d->page->report->finding_count; i++) {
		fputs(i ? ",\n" : "\n", d->out);
		print_finding(d, list[i]);
	}
	fputc(']', d->out);
	free(list);
}

void rdep_page_data(struct rdep_page *p)
{
	struct data d = {.page = p, .out = p->out};

	d.number = rdep_alloc((p->graph->class_count + 1) * sizeof(*d.number));
	d.edge = rdep_alloc((p->graph->edge_count + 1) * sizeof(*d.edge));
	fputs("{\n", d.out);
	print_classes(&d);
	print_edges(&d);
	print_findings(&d);
	print_table(&d, "stacks", &d.stacks);
	print_table(&d, "frames", &d.frames);
	print_table(&d, "texts", &d.texts);
	fprintf(d.out, ",\n\"cut\":%zu,\"left\":[%zu,%zu]\n}", d.cut, p->graph->trimmed_classes, p->graph->trimmed_edges);
	rdep_map_free(&d.of_stack);
	free(d.number);
	free(d.edge);
}
