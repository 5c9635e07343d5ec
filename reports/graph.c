/* SPDX-License-Identifier: MIT */
/* graph.c - the dependency graph of all records; see graph.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/graph.h"
#include "reports/progress.h"

/* ---- classes ---- */

static bool is_domain(uint32_t cls)
{
	return cls >= RDEP_CLASS_RECLAIM && cls <= RDEP_CLASS_FS_RECLAIM;
}

static uint32_t new_class(struct rdep_graph *g, struct rdep_process *p, const struct rdep_mclass *c)
{
	uint64_t *same = rdep_map_put(&g->names, rdep_hash_text(c->key));
	const char *key = c->key;

	if (++*same > 1)
		key = rdep_arena_printf(&g->report->arena, "%s (%llu)", key, (unsigned long long)*same);
	RDEP_GROW(g->classes, g->class_count);
	g->classes[g->class_count] = (struct rdep_gclass){.cls = c, .process = p, .key = key, .chosen = true};
	return (uint32_t)g->class_count++;
}

static uint32_t domain_class(struct rdep_graph *g, struct rdep_process *p, uint32_t cls)
{
	uint32_t *known = &g->domain[cls - RDEP_CLASS_RECLAIM];

	if (!*known)
		*known = new_class(g, p, rdep_model_class(p, cls)) + 1;
	return *known - 1;
}

/* The class of a record's id, which need not stand in the record. */
static uint32_t class_of(struct rdep_graph *g, struct rdep_process *p, uint32_t cls)
{
	uint64_t *known;

	if (is_domain(cls))
		return domain_class(g, p, cls);
	known = rdep_map_put(&g->ids[p->index], cls);
	if (!*known)
		*known = new_class(g, p, rdep_model_class(p, cls)) + 1;
	return (uint32_t)*known - 1;
}

static uint32_t join_class(struct rdep_graph *g, struct rdep_process *p, const struct rdep_mclass *c,
			   struct rdep_map *ordinals)
{
	uint64_t key = rdep_join_key(c, ordinals), *known;

	if (!key)
		return new_class(g, p, c);
	known = rdep_map_put(&g->by_key, key);
	if (!*known)
		*known = new_class(g, p, c) + 1;
	return (uint32_t)*known - 1;
}

static void add_classes(struct rdep_graph *g, struct rdep_process *p)
{
	struct rdep_map ordinals = {0};
	size_t i;

	for (i = 0; i < p->record->class_count; i++) {
		const struct rdep_class *raw = p->record->classes[i].raw;
		uint32_t at;

		if (is_domain(raw->id))
			continue;
		at = join_class(g, p, rdep_model_class(p, raw->id), &ordinals);
		*rdep_map_put(&g->ids[p->index], raw->id) = at + 1;
		g->classes[at].processes += !p->across;
	}
	rdep_map_free(&ordinals);
}

size_t rdep_graph_class(const struct rdep_graph *g, const struct rdep_process *p, uint32_t cls)
{
	uint64_t *known;

	if (is_domain(cls))
		return g->domain[cls - RDEP_CLASS_RECLAIM] ? g->domain[cls - RDEP_CLASS_RECLAIM] - 1 : SIZE_MAX;
	known = rdep_map_get(&g->ids[p->index], cls);
	return known ? *known - 1 : SIZE_MAX;
}

/* ---- dependencies ---- */

static unsigned modes_of(const struct rdep_edge *e)
{
	return (e->from_inst.mode == RDEP_WRITE ? RDEP_HELD_AS_WRITER : RDEP_HELD_AS_READER) |
	       (e->to_inst.mode == RDEP_WRITE ? RDEP_TAKEN_AS_WRITER : RDEP_TAKEN_AS_READER);
}

/* What is shown is the plainest: exclusive on both sides, and seen. */
static unsigned plainness(unsigned modes, unsigned flags)
{
	return (modes == (RDEP_HELD_AS_WRITER | RDEP_TAKEN_AS_WRITER) ? 1 : 0) + (flags & RDEP_EDGE_TOLD ? 0 : 2);
}

static void add_occurrence(struct rdep_graph *g, struct rdep_process *p, const struct rdep_edge *e, uint32_t sample)
{
	uint8_t types = e->type & (RDEP_TYPE_EN | RDEP_TYPE_ER | RDEP_TYPE_SN | RDEP_TYPE_SR);
	uint32_t from, to;
	struct rdep_cedge *path;
	struct rdep_gedge *edge;
	size_t at;

	if (!types)
		return;
	from = class_of(g, p, e->from);
	to = class_of(g, p, e->to);
	path = rdep_cgraph_edge(&g->paths, from, to, 0);
	path->types |= types;
	at = (size_t)(path - g->paths.edges);
	if (at == g->edge_count) {
		RDEP_GROW(g->edges, g->edge_count);
		g->edges[g->edge_count++] = (struct rdep_gedge){.from = from, .to = to, .chosen = true};
		g->classes[from].out++;
		g->classes[to].in++;
	}
	edge = &g->edges[at];
	if (!edge->count || plainness(modes_of(e), e->flags) > plainness(edge->modes, edge->flags)) {
		edge->process = (uint32_t)p->index;
		edge->id = e->id;
		edge->sample = sample;
		edge->flags = e->flags;
	}
	edge->types |= types;
	edge->modes |= (uint8_t)modes_of(e);
	edge->count += edge->count < UINT32_MAX;
}

static void add_edges(struct rdep_graph *g, struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	size_t i, k;

	for (i = 0; i < r->edge_count; i++) {
		add_occurrence(g, p, r->edges[i].first.raw, 0);
		for (k = 0; k < r->edges[i].sample_count; k++)
			add_occurrence(g, p, r->edges[i].samples[k].raw, (uint32_t)k + 1);
	}
}

/* ---- cycles: the strongly connected parts of the graph of (class, way of arriving) ---- */

/*
 * One who arrived as a recursive reader goes on only by what was held exclusively: a closed walk over
 * these states is a strong cycle, and an edge lies on one if it stays within a part.
 */
#define RECURSIVE_AT(state) ((state)&1)

/* The states that an edge leads to from a state: bit 0 for the plain one, bit 1 for the recursive. */
static unsigned leads(uint8_t types, unsigned recursive)
{
	if (recursive)
		types &= RDEP_TYPE_EN | RDEP_TYPE_ER;
	return (types & (RDEP_TYPE_EN | RDEP_TYPE_SN) ? 1u : 0u) | (types & (RDEP_TYPE_ER | RDEP_TYPE_SR) ? 2u : 0u);
}

struct parts {
	const struct rdep_cgraph *g;
	uint32_t *index, *low, *part; /* by state; part 0: not told yet */
	uint32_t *stack, *path;	      /* open states; the walk's */
	uint32_t *edge;		      /* by state: the edge to go on with, plus 1 */
	uint8_t *way;		      /* and which of its two ends */
	size_t stacked, depth;
	uint32_t next, parts;
};

static void enter(struct parts *t, uint32_t state)
{
	t->index[state] = t->low[state] = ++t->next;
	t->edge[state] = t->g->first[state >> 1];
	t->stack[t->stacked++] = state;
	t->path[t->depth++] = state;
}

static void leave(struct parts *t, uint32_t state)
{
	uint32_t other;

	t->depth--;
	if (t->depth && t->low[state] < t->low[t->path[t->depth - 1]])
		t->low[t->path[t->depth - 1]] = t->low[state];
	if (t->low[state] != t->index[state])
		return;
	t->parts++;
	do {
		other = t->stack[--t->stacked];
		t->part[other] = t->parts;
	} while (other != state);
}

/* The next state that an edge of `state` leads to; UINT32_MAX: there is none left. */
static uint32_t next_state(struct parts *t, uint32_t state)
{
	while (t->edge[state]) {
		const struct rdep_cedge *e = &t->g->edges[t->edge[state] - 1];
		unsigned way = t->way[state]++, where = leads(e->types, RECURSIVE_AT(state));

		if (way > 1) {
			t->way[state] = 0;
			t->edge[state] = e->next;
		} else if (where >> way & 1) {
			return e->to << 1 | way;
		}
	}
	return UINT32_MAX;
}

static void walk(struct parts *t, uint32_t root)
{
	enter(t, root);
	while (t->depth) {
		uint32_t state = t->path[t->depth - 1], to = next_state(t, state);

		if (to == UINT32_MAX)
			leave(t, state);
		else if (!t->index[to])
			enter(t, to);
		else if (!t->part[to] && t->index[to] < t->low[state])
			t->low[state] = t->index[to];
	}
}

static bool stays(const struct parts *t, const struct rdep_gedge *e)
{
	unsigned from, to;

	for (from = 0; from < 2; from++)
		for (to = 0; to < 2; to++)
			if (leads(e->types, from) >> to & 1 && t->part[e->from << 1 | from] &&
			    t->part[e->from << 1 | from] == t->part[e->to << 1 | to])
				return true;
	return false;
}

static void mark_cyclic(struct rdep_graph *g)
{
	size_t n = 2 * g->paths.node_count, i;
	struct parts t = {.g = &g->paths};
	uint32_t *memory = rdep_alloc((6 * n + 1) * sizeof(*memory));

	t.index = memory;
	t.low = memory + n;
	t.part = memory + 2 * n;
	t.stack = memory + 3 * n;
	t.path = memory + 4 * n;
	t.edge = memory + 5 * n;
	t.way = rdep_alloc(n + 1);
	/* A walk begins plainly: nobody was arrived at. */
	for (i = 0; i < n; i += 2)
		if (!t.index[i])
			walk(&t, (uint32_t)i);
	for (i = 0; i < g->edge_count; i++) {
		struct rdep_gedge *e = &g->edges[i];

		e->cyclic = stays(&t, e);
		g->classes[e->from].cyclic |= e->cyclic;
		g->classes[e->to].cyclic |= e->cyclic;
	}
	free(memory);
	free(t.way);
}

/* ---- findings, and what reclaim reaches ---- */

static void mark_finding(struct rdep_graph *g, const struct rdep_mfinding *f)
{
	uint8_t severity = (uint8_t)(f->severity + 1);
	size_t i;

	for (i = 0; i < f->edge_count; i++) {
		size_t from = rdep_graph_class(g, f->process, f->edges[i].from->id),
		       to = rdep_graph_class(g, f->process, f->edges[i].to->id);
		struct rdep_gedge *e;

		if (from == SIZE_MAX || to == SIZE_MAX || !rdep_cgraph_has(&g->paths, (uint32_t)from, (uint32_t)to, 0))
			continue;
		e = &g->edges[rdep_cgraph_edge(&g->paths, (uint32_t)from, (uint32_t)to, 0) - g->paths.edges];
		if (e->severity >= severity)
			continue;
		e->severity = severity;
		e->finding = f->number;
		if (g->classes[from].severity < severity)
			g->classes[from].severity = severity;
		if (g->classes[to].severity < severity)
			g->classes[to].severity = severity;
	}
}

static void mark_shared(struct rdep_graph *g, unsigned n)
{
	uint32_t i;

	g->reach[n] = rdep_reach(&g->paths, g->domain[n] - 1, 0);
	for (i = 0; i < g->class_count; i++)
		if (i != g->domain[n] - 1 && rdep_reach_has(&g->reach[n], i, false))
			g->classes[i].shared |= (uint8_t)(1u << n);
}

struct rdep_graph *rdep_graph_new(struct rdep_report *r)
{
	struct rdep_graph *g = rdep_alloc(sizeof(*g));
	size_t i;

	g->report = r;
	g->ids = rdep_alloc((r->process_count + 1) * sizeof(*g->ids));
	for (i = 0; i < r->process_count; i++) {
		rdep_progress("building the graph", i, r->process_count);
		/* A merged record has all of it already. */
		if (r->processes[i]->covered)
			continue;
		add_classes(g, r->processes[i]);
		add_edges(g, r->processes[i]);
	}
	mark_cyclic(g);
	for (i = 0; i < RDEP_DOMAINS; i++)
		if (g->domain[i])
			mark_shared(g, (unsigned)i);
	for (i = 0; i < r->finding_count; i++)
		mark_finding(g, r->findings[i]);
	g->chosen_classes = g->class_count;
	g->chosen_edges = g->edge_count;
	return g;
}

void rdep_graph_free(struct rdep_graph *g)
{
	size_t i;

	if (!g)
		return;
	for (i = 0; i < RDEP_DOMAINS; i++)
		if (g->domain[i])
			rdep_reach_free(&g->reach[i]);
	for (i = 0; i < g->report->process_count; i++)
		rdep_map_free(&g->ids[i]);
	free(g->ids);
	rdep_map_free(&g->by_key);
	rdep_map_free(&g->names);
	rdep_map_free(&g->places);
	rdep_cgraph_free(&g->paths);
	free(g->classes);
	free(g->edges);
	free(g);
}

size_t rdep_graph_way(const struct rdep_graph *g, unsigned n, uint32_t class, uint32_t way[RDEP_WAY_MAX])
{
	return g->domain[n] ? rdep_reach_tail(&g->reach[n], class, false, way, RDEP_WAY_MAX) : 0;
}

struct rdep_process *rdep_graph_process(const struct rdep_graph *g, const struct rdep_gedge *e)
{
	return g->report->processes[e->process];
}

bool rdep_graph_edge(const struct rdep_graph *g, const struct rdep_gedge *e, struct rdep_medge *m)
{
	return rdep_model_edge_places(rdep_graph_process(g, e), e->id, e->sample, m);
}

/* Of millions of dependencies few are acquired in places of their own. */
const char *rdep_graph_where(struct rdep_graph *g, const struct rdep_gedge *e)
{
	uint32_t stack = rdep_model_acquired(rdep_graph_process(g, e), e->id, e->sample);
	uint64_t *known = rdep_map_put(&g->places, (uint64_t)e->process << 32 | stack);
	struct rdep_mstack s;

	if (!*known) {
		s = rdep_model_stack(rdep_graph_process(g, e), stack);
		*known = (uintptr_t)rdep_model_where(g->report, rdep_model_frame(&s));
	}
	return (const char *)(uintptr_t)*known;
}

const char *rdep_graph_modes(struct rdep_report *r, unsigned modes)
{
	static const char *const sides[] = {"", "", "as a reader", "as a writer or as a reader"};
	unsigned held = modes & 3, taken = modes >> 2 & 3;
	const char *how_held = sides[held], *how_taken = sides[taken];

	if (!*how_held && !*how_taken)
		return "";
	return rdep_arena_printf(&r->arena, "%s%s%s%s%s", *how_held ? "held " : "", how_held,
				 *how_held && *how_taken ? ", " : "", *how_taken ? "acquired " : "", how_taken);
}

bool rdep_graph_is_reclaim(const struct rdep_graph *g, const struct rdep_gedge *e)
{
	return g->classes[e->from].cls->domain || g->classes[e->to].cls->domain;
}

static int write_graph(struct rdep_graph *g, FILE *out, enum rdep_graph_format format,
		       const struct rdep_graph_options *o, struct rdep_error *err)
{
	switch (format) {
	case RDEP_GRAPH_HTML:
		return rdep_graph_html(g, out, o);
	case RDEP_GRAPH_DOT:
		return rdep_graph_dot(g, out);
	case RDEP_GRAPH_SVG:
		return rdep_graph_svg(g, out, err);
	case RDEP_GRAPH_JSON:
		return rdep_graph_json(g, out, o);
	case RDEP_GRAPH_TEXT:
		break;
	}
	return rdep_graph_text(g, out, o);
}

int rdep_report_graph(struct rdep_report *r, FILE *out, enum rdep_graph_format format,
		      const struct rdep_graph_options *o, struct rdep_error *err)
{
	struct rdep_graph *g;
	int rc;

	err->text[0] = 0;
	rdep_model_join(r);
	g = rdep_graph_new(r);
	rc = rdep_graph_select(g, o, err);
	if (rc == 0)
		rc = write_graph(g, out, format, o, err);
	rdep_graph_free(g);
	if (rc == 0 && (fflush(out) || ferror(out)))
		rc = -1;
	return rc;
}
