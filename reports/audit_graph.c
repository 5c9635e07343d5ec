/* SPDX-License-Identifier: MIT */
/* audit_graph.c - the records' classes and dependencies as one graph, and its paths with stacks. */
#include <stdlib.h>
#include <string.h>
#include "reports/audit.h"
#include "reports/progress.h"
#include "reports/graph.h"

/* Of an edge that was seen: which one. Of a supposed one: the allocation that would be it. */
struct source {
	struct rdep_process *process;
	uint32_t edge, sample;
	uint8_t type;
	const struct audit_row *row;
	const struct audit_held *held;
	uint32_t domain;
};

/* ---- nodes ---- */

static uint32_t new_node(struct rdep_audit *a, struct rdep_process *p, const struct rdep_mclass *c)
{
	RDEP_GROW(a->nodes, a->node_count);
	a->nodes[a->node_count] = (struct audit_node){c, p};
	return (uint32_t)a->node_count++;
}

static uint32_t join_class(struct rdep_audit *a, struct rdep_process *p,
			   const struct rdep_mclass *c, struct rdep_map *ordinals)
{
	uint64_t key = rdep_join_key(c, ordinals), *known;

	if (!key)
		return new_node(a, p, c);
	known = rdep_map_put(&a->by_key, key);
	if (!*known)
		*known = new_node(a, p, c) + 1;
	return (uint32_t)*known - 1;
}

uint32_t audit_node(struct rdep_audit *a, struct rdep_process *p, uint32_t cls)
{
	uint64_t *known;

	if (cls >= RDEP_CLASS_RECLAIM && cls <= RDEP_CLASS_FS_RECLAIM)
		return cls - 1;
	known = rdep_map_put(&a->ids[p->index], cls);
	if (!*known)
		*known = new_node(a, p, rdep_model_class(p, cls)) + 1;
	return (uint32_t)*known - 1;
}

static void add_classes(struct rdep_audit *a, struct rdep_process *p)
{
	struct rdep_map ordinals = {0};
	size_t i;

	for (i = 0; i < p->record->class_count; i++) {
		uint32_t id = p->record->classes[i].raw->id, node;

		if (id < RDEP_FIRST_CLASS)
			continue;
		node = join_class(a, p, rdep_model_class(p, id), &ordinals);
		*rdep_map_put(&a->ids[p->index], id) = node + 1;
	}
	rdep_map_free(&ordinals);
}

/* ---- edges ---- */

static bool is_domain(uint32_t cls)
{
	return cls >= RDEP_CLASS_RECLAIM && cls <= RDEP_CLASS_FS_RECLAIM;
}

/* One that was exclusive on both sides is the plainest to read. */
static bool is_plainer(uint8_t type, const struct source *than)
{
	return !than || (type == RDEP_TYPE_EN && than->type != RDEP_TYPE_EN);
}

static void add_occurrence(struct rdep_audit *a, struct rdep_process *p, const struct rdep_edge *e,
			   uint32_t sample)
{
	uint8_t type = e->type & (RDEP_TYPE_EN | RDEP_TYPE_ER | RDEP_TYPE_SN | RDEP_TYPE_SR);
	struct rdep_cedge *edge;

	if (!type)
		return;
	edge = rdep_cgraph_edge(&a->graph, audit_node(a, p, e->from), audit_node(a, p, e->to),
				AUDIT_SEEN);
	edge->types |= type;
	if (is_plainer(type, edge->what)) {
		struct source s = {.process = p, .edge = e->id, .sample = sample, .type = type};

		edge->what = rdep_arena_copy(&a->report->arena, &s, sizeof(s));
	}
	if (is_domain(e->from))
		a->entered |= AUDIT_DOMAIN(e->from);
}

static void add_entry(struct rdep_audit *a, struct rdep_process *p, const struct rdep_lock_site *s)
{
	size_t *n = &a->entry_count[s->cls - 1], i;
	const char *where = audit_place(p, s->stack, s->pc).where;

	a->entered |= AUDIT_DOMAIN(s->cls);
	for (i = 0; i < *n; i++)
		if (!strcmp(a->entries[s->cls - 1][i], where))
			return;
	if (*n < AUDIT_ENTRIES)
		a->entries[s->cls - 1][(*n)++] = where;
}

static void add_edges(struct rdep_audit *a, struct rdep_process *p)
{
	const struct rdep_record *r = p->record;
	size_t i, k;

	for (i = 0; i < r->edge_count; i++) {
		add_occurrence(a, p, r->edges[i].first.raw, 0);
		for (k = 0; k < r->edges[i].sample_count; k++)
			add_occurrence(a, p, r->edges[i].samples[k].raw, (uint32_t)k + 1);
	}
	for (i = 0; i < r->domain_site_count; i++)
		if (is_domain(r->domain_sites[i]->cls))
			add_entry(a, p, r->domain_sites[i]);
}

void audit_graph_build(struct rdep_audit *a)
{
	struct rdep_report *r = a->report;
	uint32_t cls;
	size_t i;

	a->ids = rdep_alloc((r->process_count + 1) * sizeof(*a->ids));
	for (cls = RDEP_CLASS_RECLAIM; cls <= RDEP_CLASS_FS_RECLAIM; cls++)
		new_node(a, r->processes[0], rdep_model_class(r->processes[0], cls));
	/* The graph knows the domains, whatever comes. */
	rdep_cgraph_edge(&a->graph, RDEP_CLASS_RECLAIM - 1, RDEP_CLASS_FS_RECLAIM - 1,
			 AUDIT_LEVELS);
	for (i = 0; i < r->process_count; i++) {
		rdep_progress("building the graph", i, r->process_count);
		add_classes(a, r->processes[i]);
		add_edges(a, r->processes[i]);
	}
}

void audit_reach(struct rdep_audit *a, enum audit_level level)
{
	uint32_t domain;

	for (domain = 0; domain < AUDIT_DOMAINS; domain++)
		a->reach[level][domain] = rdep_reach(&a->graph, domain, (uint8_t)level);
	a->reached[level] = true;
}

void audit_suppose(struct rdep_audit *a, const struct audit_row *row, const struct audit_held *held,
		   uint32_t domain, enum audit_level level)
{
	struct rdep_cedge *edge;

	if (rdep_cgraph_has(&a->graph, held->node, domain - 1, AUDIT_SEEN))
		return;
	edge = rdep_cgraph_edge(&a->graph, held->node, domain - 1, (uint8_t)level);
	edge->types |= held->shared ? RDEP_TYPE_SN : RDEP_TYPE_EN;
	if (!edge->what) {
		struct source s = {.row = row, .held = held, .domain = domain};

		edge->what = rdep_arena_copy(&a->report->arena, &s, sizeof(s));
	}
}

/* ---- paths ---- */

struct rdep_medge audit_supposed_edge(struct rdep_audit *a, const struct audit_row *row,
				      const struct audit_held *held, uint32_t domain)
{
	uint32_t mask = row->site->raw_gfp | RDEP_GFP_IO | RDEP_GFP_FS;
	struct rdep_edge raw = {
		.from = held->cls->id,
		.to = domain,
		.type = held->shared ? RDEP_TYPE_SN : RDEP_TYPE_EN,
		.flags = RDEP_EDGE_ALLOC,
		.from_inst.mode = held->shared ? RDEP_READ : RDEP_WRITE,
		.held_stack = held->stack,
		.acquire_stack = row->stack,
		.gfp = mask,
		.raw_gfp = mask,
	};

	return (struct rdep_medge){
		.from = held->cls,
		.to = a->nodes[domain - 1].cls,
		.raw = rdep_arena_copy(&a->report->arena, &raw, sizeof(raw)),
		.held = held->taken.stack,
		.acquire = row->place.stack,
		.thread = {.name = "", .routine = "", .label = ""},
		.callee = row->site->callee,
	};
}

static void fill_step(struct rdep_audit *a, const struct rdep_cedge *edge, struct audit_step *step)
{
	const struct source *s = edge->what;

	step->hypothetical = edge->level > AUDIT_SEEN;
	if (step->hypothetical)
		step->edge = audit_supposed_edge(a, s->row, s->held, s->domain);
	else
		rdep_model_edge(s->process, s->edge, s->sample, &step->edge);
}

size_t audit_steps(struct rdep_audit *a, const struct rdep_reach *reach, uint32_t node, bool shared,
		   struct audit_step **steps)
{
	uint32_t *path;
	size_t i, n;

	*steps = NULL;
	if (!rdep_reach_path(reach, node, shared, &path, &n))
		return 0;
	if (n > AUDIT_STEPS_MAX)
		n = AUDIT_STEPS_MAX;
	*steps = rdep_arena_alloc(&a->report->arena, (n + 1) * sizeof(**steps));
	for (i = 0; i < n; i++)
		fill_step(a, &a->graph.edges[path[i]], &(*steps)[i]);
	free(path);
	return n;
}

static size_t path_length(const struct rdep_reach *reach, uint32_t node, bool shared)
{
	uint32_t plain = reach->depth[0][node], recursive = reach->depth[1][node];

	return !shared && recursive < plain ? recursive : plain;
}

bool audit_needs(struct rdep_audit *a, const struct audit_row *row, unsigned domains,
		 enum audit_level level, struct audit_need *need)
{
	size_t i, length, best = SIZE_MAX;
	uint32_t domain;

	if (row->flags & RDEP_SITE_IN_CONTEXT)
		return false;
	for (domain = RDEP_CLASS_RECLAIM; domain <= RDEP_CLASS_FS_RECLAIM && best == SIZE_MAX;
	     domain++) {
		const struct rdep_reach *reach = &a->reach[level][domain - 1];

		for (i = 0; i < row->held_count && domains & AUDIT_DOMAIN(domain); i++) {
			const struct audit_held *h = &row->held[i];

			if (!rdep_reach_has(reach, h->node, h->shared))
				continue;
			length = path_length(reach, h->node, h->shared);
			if (length >= best)
				continue;
			best = length;
			need->held = h;
			need->domain = domain;
			need->level = level;
			need->length = length;
		}
	}
	return best != SIZE_MAX;
}

void audit_load_steps(struct rdep_audit *a, struct audit_need *need)
{
	need->step_count = audit_steps(a, &a->reach[need->level][need->domain - 1],
				       need->held->node, need->held->shared, &need->steps);
}
