/* SPDX-License-Identifier: MIT */
/* select.c - the part of a graph that is asked for; see rdep_graph_select() in graph.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/graph.h"
#include "runtime/glob.h"

#define NEAR_SHOWN 4u /* names that are told instead of one that is not there */
#define NEAR_LENGTH 128u

/* ---- cycles, reclaim ---- */

static void keep_cycles(struct rdep_graph *g)
{
	size_t i;

	for (i = 0; i < g->edge_count; i++)
		g->edges[i].chosen &= g->edges[i].cyclic;
}

/* Does it lead back into a domain that reaches where it comes from? */
static bool leads_back(const struct rdep_graph *g, const struct rdep_gedge *e)
{
	unsigned n;

	for (n = 0; n < RDEP_DOMAINS; n++)
		if (e->to + 1 == g->domain[n] && g->classes[e->from].shared >> n & 1)
			return true;
	return false;
}

/* The shortest ways from each domain to all that it reaches, and what leads back. */
static void keep_reclaim(struct rdep_graph *g)
{
	bool *keep = rdep_alloc(g->edge_count + 1);
	uint8_t *told = rdep_alloc(g->class_count + 1);
	size_t i;
	unsigned n;

	for (n = 0; n < RDEP_DOMAINS; n++) {
		memset(told, 0, g->class_count);
		for (i = 0; i < g->class_count; i++)
			if (g->classes[i].shared >> n & 1 && !g->classes[i].cls->domain)
				rdep_reach_mark(&g->reach[n], (uint32_t)i, false, told, keep);
	}
	for (i = 0; i < g->edge_count; i++)
		g->edges[i].chosen &= keep[i] || leads_back(g, &g->edges[i]);
	free(keep);
	free(told);
}

/* ---- around ---- */

/* Is that the class of that name, or, by a pattern, one of those? */
static bool is_named(const struct rdep_gclass *c, const char *name)
{
	const char *end = name + strlen(name);

	if (strcmp(name, c->cls->name) == 0 || strcmp(name, c->key) == 0 || strcmp(name, c->cls->key) == 0)
		return true;
	return strpbrk(name, "*?") && (rd_glob(name, end, c->cls->name) || rd_glob(name, end, c->key));
}

/* How far a name is from what was typed: one that it stands in is nearer than any other. */
static unsigned farness(const char *typed, const char *name)
{
	if (strcasestr(name, typed))
		return (unsigned)(strlen(name) - strlen(typed)) / 8;
	if (strlen(typed) > NEAR_LENGTH || strlen(name) > NEAR_LENGTH)
		return UINT32_MAX;
	return 16 + rdep_distance(typed, name);
}

static void add_near(const char *names[], unsigned far[], const char *name, unsigned d)
{
	size_t i, k;

	for (i = 0; i < NEAR_SHOWN && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return;
	for (i = 0; i < NEAR_SHOWN && names[i] && far[i] <= d; i++)
		;
	for (k = NEAR_SHOWN - 1; k > i; k--) {
		names[k] = names[k - 1];
		far[k] = far[k - 1];
	}
	if (i < NEAR_SHOWN) {
		names[i] = name;
		far[i] = d;
	}
}

static void tell_near(const struct rdep_graph *g, const char *typed, struct rdep_error *err)
{
	const char *names[NEAR_SHOWN] = {0}, *clean = rdep_clean(&g->report->arena, typed, strnlen(typed, 256));
	unsigned far[NEAR_SHOWN] = {0}, most = 16 + (unsigned)strlen(typed) / 2 + 1;
	struct rdep_buf b = {0};
	size_t i;

	for (i = 0; i < g->class_count; i++) {
		const char *name = g->classes[i].cls->name;
		unsigned d = farness(typed, name);

		if (d < most)
			add_near(names, far, name, d);
	}
	for (i = 0; i < NEAR_SHOWN && names[i]; i++)
		rdep_buf_printf(&b, "%s'%.100s'", i ? ", " : "", names[i]);
	if (b.len)
		rdep_error_set(err, "no class '%s': did you mean %s%s?", clean, names[1] ? "one of " : "", b.text);
	else
		rdep_error_set(err, "no class '%s' among %zu: `reclaimdep graph --format=text` lists them; * and ? stand for others",
			       clean, g->class_count);
	rdep_buf_free(&b);
}

static bool name_starts(const struct rdep_graph *g, const struct rdep_graph_options *o, uint32_t *depth,
			struct rdep_error *err)
{
	size_t i, k;

	for (k = 0; k < o->around_count; k++) {
		bool any = false;

		for (i = 0; i < g->class_count; i++)
			if (is_named(&g->classes[i], o->around[k])) {
				depth[i] = 0;
				any = true;
			}
		if (!any) {
			tell_near(g, o->around[k], err);
			return false;
		}
	}
	return true;
}

/* Breadth first, both ways: how many dependencies away each class is. O(edges) a step. */
static void spread(const struct rdep_graph *g, uint32_t *depth, unsigned distance)
{
	bool any = true;
	uint32_t d;
	size_t i;

	for (d = 0; d < distance && any; d++) {
		any = false;
		for (i = 0; i < g->edge_count; i++) {
			const struct rdep_gedge *e = &g->edges[i];
			uint32_t *from = &depth[e->from], *to = &depth[e->to];

			if (!e->chosen)
				continue;
			if (*from == d && *to > d + 1)
				*to = d + 1, any = true;
			if (*to == d && *from > d + 1)
				*from = d + 1, any = true;
		}
	}
}

static bool keep_around(struct rdep_graph *g, const struct rdep_graph_options *o, struct rdep_error *err)
{
	uint32_t *depth = rdep_alloc((g->class_count + 1) * sizeof(*depth));
	unsigned distance = o->distance ? o->distance : RDEP_DISTANCE;
	bool good;
	size_t i;

	memset(depth, 0xff, (g->class_count + 1) * sizeof(*depth));
	good = name_starts(g, o, depth, err);
	if (good)
		spread(g, depth, distance);
	/* What lies between two of the outermost is not asked for. */
	for (i = 0; i < g->edge_count && good; i++)
		g->edges[i].chosen &= depth[g->edges[i].from] < distance || depth[g->edges[i].to] < distance;
	for (i = 0; i < g->class_count && good; i++)
		g->classes[i].chosen = depth[i] == 0;
	free(depth);
	return good;
}

int rdep_graph_select(struct rdep_graph *g, const struct rdep_graph_options *o, struct rdep_error *err)
{
	bool all = !o->cycles && !o->reclaim && !o->around_count;
	size_t i;

	for (i = 0; i < g->edge_count; i++)
		g->edges[i].chosen = true;
	for (i = 0; i < g->class_count; i++)
		g->classes[i].chosen = all;
	if (o->cycles)
		keep_cycles(g);
	if (o->reclaim)
		keep_reclaim(g);
	if (o->around_count && !keep_around(g, o, err))
		return -1;
	g->chosen_edges = g->chosen_classes = 0;
	for (i = 0; i < g->edge_count; i++) {
		if (!g->edges[i].chosen)
			continue;
		g->chosen_edges++;
		g->classes[g->edges[i].from].chosen = true;
		g->classes[g->edges[i].to].chosen = true;
	}
	for (i = 0; i < g->class_count; i++)
		g->chosen_classes += g->classes[i].chosen;
	return 0;
}

/* ---- trimming ---- */

/* 0 for what matters most. */
static unsigned weight(const struct rdep_graph *g, const struct rdep_gedge *e)
{
	return e->severity ? 0 : e->cyclic ? 1 : rdep_graph_is_reclaim(g, e) ? 2 : 3;
}

static bool has_room(const struct rdep_graph *g, const struct rdep_gedge *e, size_t classes)
{
	size_t more = !g->classes[e->from].chosen + !g->classes[e->to].chosen;

	return g->chosen_classes + more <= classes;
}

static void keep_class(struct rdep_graph *g, uint32_t i)
{
	g->chosen_classes += !g->classes[i].chosen;
	g->classes[i].chosen = true;
}

void rdep_graph_trim(struct rdep_graph *g, size_t classes, size_t edges)
{
	size_t i, all_classes = g->chosen_classes, all_edges = g->chosen_edges;
	bool *asked, *asked_class;
	unsigned w;

	if (all_classes <= classes && all_edges <= edges)
		return;
	asked = rdep_alloc(g->edge_count + g->class_count + 1);
	asked_class = asked + g->edge_count;
	for (i = 0; i < g->edge_count; i++)
		asked[i] = g->edges[i].chosen, g->edges[i].chosen = false;
	for (i = 0; i < g->class_count; i++)
		asked_class[i] = g->classes[i].chosen, g->classes[i].chosen = false;
	g->chosen_edges = g->chosen_classes = 0;
	for (w = 0; w < 4; w++)
		for (i = 0; i < g->edge_count && g->chosen_edges < edges; i++) {
			struct rdep_gedge *e = &g->edges[i];

			if (!asked[i] || weight(g, e) != w || !has_room(g, e, classes))
				continue;
			e->chosen = true;
			g->chosen_edges++;
			keep_class(g, e->from);
			keep_class(g, e->to);
		}
	for (i = 0; i < g->class_count && g->chosen_classes < classes; i++)
		if (asked_class[i])
			keep_class(g, (uint32_t)i);
	g->trimmed_classes += all_classes - g->chosen_classes;
	g->trimmed_edges += all_edges - g->chosen_edges;
	free(asked);
}
