/* SPDX-License-Identifier: MIT */
/*
 * graph_json.c - a graph as JSON, in the form of graph.schema.json: a line for each class and each
 * dependency, written as they come, so that memory does not follow their number.
 */
#include <jansson.h>
#include "reports/graph.h"
#include "reports/json.h"

#define SCHEMA_VERSION 1

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

/* Items of an array are parted by commas, objects by themselves. */
static void print(FILE *out, const char *before, json_t *value)
{
	fputs(before, out);
	json_dumpf(value, out, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
	json_decref(value);
}

static json_t *selection(const struct rdep_graph_options *o)
{
	json_t *s = json_object(), *around = json_array();
	size_t i;

	for (i = 0; i < o->around_count; i++) {
		json_t *name = json_string(o->around[i]);

		json_array_append_new(around, name ? name : json_string("?"));
	}
	set(s, "around", around);
	set(s, "distance",
	    o->around_count ? json_integer((json_int_t)(o->distance ? o->distance : RDEP_DISTANCE)) : json_null());
	set(s, "cycles", json_boolean(o->cycles));
	set(s, "reclaim", json_boolean(o->reclaim));
	return s;
}

/* How the class is reached from each domain that reaches it. */
static json_t *shared(const struct rdep_graph *g, uint32_t class)
{
	json_t *list = json_array();
	unsigned n;

	for (n = 0; n < RDEP_DOMAINS; n++) {
		uint32_t way[RDEP_WAY_MAX];
		size_t i, length;
		json_t *o, *steps;

		if (!(g->classes[class].shared >> n & 1))
			continue;
		length = rdep_graph_way(g, n, class, way);
		o = json_object();
		steps = json_array();
		for (i = 0; i < length && i < RDEP_WAY_MAX; i++)
			json_array_append_new(steps, json_integer((json_int_t)way[i]));
		set(o, "domain", json_integer((json_int_t)g->domain[n] - 1));
		set(o, "distance", json_integer((json_int_t)length));
		set(o, "way", steps);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *class(const struct rdep_graph *g, uint32_t i)
{
	const struct rdep_gclass *c = &g->classes[i];
	const struct rdep_mframe *at = rdep_model_frame(&c->cls->origin);
	json_t *o = json_object();

	set(o, "id", json_integer((json_int_t)i));
	set(o, "name", json_string(c->cls->name));
	set(o, "key", json_string(c->key));
	set(o, "kind", json_string(c->cls->kind));
	set(o, "detail", json_string(c->cls->detail));
	set(o, "site", at ? rdep_json_frame(at) : json_null());
	set(o, "domain", json_boolean(c->cls->domain));
	set(o, "processes", json_integer((json_int_t)c->processes));
	set(o, "dependencies_from", json_integer((json_int_t)c->out));
	set(o, "dependencies_to", json_integer((json_int_t)c->in));
	set(o, "on_cycle", json_boolean(c->cyclic));
	set(o, "reclaim_shared", shared(g, i));
	return o;
}

static json_t *sides(unsigned modes, unsigned writer, unsigned reader)
{
	json_t *a = json_array();

	if (modes & writer)
		json_array_append_new(a, json_string("writer"));
	if (modes & reader)
		json_array_append_new(a, json_string("reader"));
	return a;
}

static json_t *frame_or_null(const struct rdep_mstack *s)
{
	const struct rdep_mframe *f = rdep_model_frame(s);

	return f ? rdep_json_frame(f) : json_null();
}

static json_t *dependency(const struct rdep_graph *g, size_t i)
{
	const struct rdep_gedge *e = &g->edges[i];
	json_t *o = json_object();
	struct rdep_medge m;

	rdep_graph_edge(g, e, &m);
	set(o, "id", json_integer((json_int_t)i));
	set(o, "from", json_integer((json_int_t)e->from));
	set(o, "to", json_integer((json_int_t)e->to));
	set(o, "held", sides(e->modes, RDEP_HELD_AS_WRITER, RDEP_HELD_AS_READER));
	set(o, "acquired", sides(e->modes, RDEP_TAKEN_AS_WRITER, RDEP_TAKEN_AS_READER));
	set(o, "occurrences", json_integer((json_int_t)e->count));
	set(o, "allocation", json_boolean(e->flags & RDEP_EDGE_ALLOC));
	set(o, "told", json_boolean(e->flags & RDEP_EDGE_TOLD));
	set(o, "on_cycle", json_boolean(e->cyclic));
	set(o, "finding", e->finding ? json_string(g->report->findings[e->finding - 1]->fingerprint) : json_null());
	set(o, "held_at", frame_or_null(&m.held));
	set(o, "acquired_at", frame_or_null(&m.acquire));
	return o;
}

int rdep_graph_json(struct rdep_graph *g, FILE *out, const struct rdep_graph_options *o)
{
	const char *before = "\n";
	size_t i;

	fprintf(out,
		"{\n\"schema_version\": %d,\n\"generator\": \"reclaimdep\",\n\"processes\": %zu,\n\"all_classes\": %zu,\n"
		"\"all_dependencies\": %zu,\n",
		SCHEMA_VERSION, rdep_report_processes(g->report), g->class_count, g->edge_count);
	print(out, "\"selection\": ", selection(o));
	fputs(",\n\"classes\": [", out);
	for (i = 0; i < g->class_count; i++) {
		if (!g->classes[i].chosen)
			continue;
		print(out, before, class(g, (uint32_t)i));
		before = ",\n";
	}
	fputs("\n],\n\"dependencies\": [", out);
	before = "\n";
	for (i = 0; i < g->edge_count; i++) {
		if (!g->edges[i].chosen)
			continue;
		print(out, before, dependency(g, i));
		before = ",\n";
	}
	fputs("\n]\n}\n", out);
	return ferror(out) ? -1 : 0;
}
