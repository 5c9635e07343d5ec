/* SPDX-License-Identifier: MIT */
/*
 * merge_findings.c - findings of the records: each once, in the weightiest view there is of it, with how often it was
 * seen. Those that earlier merges made of several processes are left out: they are looked for anew, in the whole.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/merge_data.h"

#define EDGES_MAX 4096u
#define SEVERITY_FLAGS (RDEP_FINDING_NOTE | RDEP_FINDING_WARNING)

void mg_view_put(struct mg_view *v)
{
	size_t i;

	for (i = 0; i < v->occ_count; i++)
		mg_occ_put(v->occs[i]);
	for (i = 0; i < v->leg_count; i++)
		mg_thread_put(v->legs[i].thread);
	mg_thread_put(v->thread);
	mg_thread_put(v->holder);
	free(v->occs);
	free(v->legs);
	memset(v, 0, sizeof(*v));
}

/* ---- what makes two the same ---- */

static bool rotation_less(struct mg_edge **edges, size_t n, size_t a, size_t b)
{
	size_t i;

	for (i = 0; i < n; i++) {
		uint64_t x = edges[(a + i) % n]->hash, y = edges[(b + i) % n]->hash;

		if (x != y)
			return x < y;
	}
	return false;
}

uint64_t mg_cycle_key(unsigned kind, struct mg_edge **edges, size_t n)
{
	uint64_t h = mg_mix(81, kind);
	size_t i, start = 0;

	for (i = 1; i < n; i++)
		if (rotation_less(edges, n, i, start))
			start = i;
	for (i = 0; i < n; i++)
		h = mg_mix(h, edges[(start + i) % n]->hash);
	return h;
}

static uint64_t cycle_key(const struct mg_view *v)
{
	struct mg_edge **edges = rdep_alloc(v->occ_count * sizeof(*edges));
	uint64_t key;
	size_t i;

	for (i = 0; i < v->occ_count; i++)
		edges[i] = v->occs[i]->edge;
	key = mg_cycle_key(v->raw.kind, edges, v->occ_count);
	free(edges);
	return key;
}

static uint64_t hash_leg(uint64_t h, const struct mg_leg *l)
{
	h = mg_mix(h, (uint64_t)l->raw.wait << 8 | l->raw.flags);
	h = mg_mix(mg_mix(h, mg_hash_of(l->held_cls)), mg_hash_of(l->wait_cls));
	h = mg_mix_place(mg_mix_place(h, l->held_site), l->wait_site);
	return mg_mix(mg_mix(h, mg_hash_of(l->held)), mg_hash_of(l->wait));
}

static uint64_t place_key(const struct mg_view *v)
{
	uint64_t h = mg_mix(mg_mix(82, v->raw.kind), v->raw.detail);
	size_t i;

	h = mg_mix(h, (uint64_t)v->raw.scope << 32 | (v->raw.flags & SEVERITY_FLAGS));
	h = mg_mix(mg_mix(h, mg_hash_of(v->cls)), (uint64_t)v->raw.gfp << 32 | v->raw.raw_gfp);
	h = mg_mix(mg_mix_place(h, v->held_site), mg_hash_of(v->held));
	h = mg_mix(h, mg_hash_of(v->acquire));
	for (i = 0; i < v->leg_count; i++)
		h = hash_leg(h, &v->legs[i]);
	return h;
}

static uint64_t hash_view(const struct mg_view *v)
{
	uint64_t h = mg_mix(place_key(v), mg_hash_of(v->thread));
	size_t i;

	h = mg_mix(mg_mix(h, v->raw.verdict), v->raw.flags);
	h = mg_mix(mg_mix(h, v->raw.inst.address), (uint64_t)v->raw.inst.generation << 32 | v->raw.inst.mode);
	h = mg_mix(mg_mix(h, v->raw.monotonic_ns), mg_hash_of(v->holder));
	for (i = 0; i < v->occ_count; i++)
		h = mg_mix(h, v->occs[i]->hash);
	for (i = 0; i < v->leg_count; i++)
		h = mg_mix(mg_mix(h, mg_hash_of(v->legs[i].thread)), v->legs[i].raw.held.address);
	return h;
}

/* ---- one of a record ---- */

static void fill_occs(struct mg_input *in, const struct rdep_finding *raw, struct mg_view *v)
{
	size_t i, n = raw->edge_count < EDGES_MAX ? raw->edge_count : EDGES_MAX;

	v->occs = rdep_alloc(n * sizeof(*v->occs));
	for (i = 0; i < n; i++) {
		struct mg_occ *o = mg_occ_of(in, raw->edges[i].edge, raw->edges[i].sample);

		if (o)
			v->occs[v->occ_count++] = o;
	}
}

static void fill_legs(struct mg_input *in, const struct rdep_rcircle *c, struct mg_view *v)
{
	uint32_t i;

	v->legs = rdep_alloc(c->raw->count * sizeof(*v->legs));
	v->leg_count = c->raw->count;
	for (i = 0; i < c->raw->count; i++) {
		const struct rdep_leg *raw = &c->raw->legs[i];
		struct mg_leg *l = &v->legs[i];

		l->raw = *raw;
		l->raw.thread = l->raw.held_cls = l->raw.wait_cls = l->raw.held_stack = l->raw.wait_stack = 0;
		l->raw.held_site = l->raw.wait_site = 0;
		l->thread = mg_thread_of(in, raw->thread);
		l->thread->refs++;
		l->held_cls = mg_class_of(in, raw->held_cls);
		l->wait_cls = mg_class_of(in, raw->wait_cls);
		l->held_site = mg_site_at(in, raw->held_site, c->modules[2 * i]);
		l->wait_site = mg_site_at(in, raw->wait_site, c->modules[2 * i + 1]);
		l->held = mg_stack_of(in, raw->held_stack);
		l->wait = mg_stack_of(in, raw->wait_stack);
	}
}

static bool names_holder(const struct rdep_finding *raw)
{
	struct rdep_mfinding f = {.kind = raw->kind, .raw = raw};

	return rdep_names_holder(&f);
}

static void fill_view(struct mg_input *in, const struct rdep_rfinding *rf, struct mg_view *v)
{
	const struct rdep_rcircle *c = rdep_record_circle(in->r, rf->raw->id);

	v->raw.kind = rf->raw->kind;
	v->raw.verdict = rf->raw->verdict;
	v->raw.flags = rf->raw->flags;
	v->raw.detail = rf->raw->detail;
	v->raw.scope = rf->raw->scope;
	v->raw.gfp = rf->raw->gfp;
	v->raw.raw_gfp = rf->raw->raw_gfp;
	v->raw.inst = rf->raw->inst;
	v->raw.monotonic_ns = rf->raw->monotonic_ns;
	v->thread = mg_thread_of(in, rf->raw->thread);
	v->thread->refs++;
	if (names_holder(rf->raw)) {
		v->holder = mg_thread_of(in, rf->raw->holder);
		v->holder->refs++;
		v->raw.gfp = 0;
	}
	v->cls = mg_class_of(in, rf->raw->cls);
	v->held_site = mg_site_at(in, rf->raw->held_site, rf->site_module);
	v->held = mg_stack_of(in, rf->raw->held_stack);
	v->acquire = mg_stack_of(in, rf->raw->acquire_stack);
	fill_occs(in, rf->raw, v);
	if (c)
		fill_legs(in, c, v);
	v->hash = hash_view(v);
}

/* The weightier; of two that weigh the same, always the same one. */
static bool weighs_more(const struct mg_view *a, const struct mg_view *b)
{
	return a->raw.verdict != b->raw.verdict ? a->raw.verdict > b->raw.verdict : a->hash < b->hash;
}

static void take(struct mg_input *in, const struct rdep_rfinding *rf, struct rdep_map *seen)
{
	const struct rdep_merged_count *told = rdep_record_count(in->r, RDEP_MERGED_FINDINGS, rf->raw->id);
	struct mg_view v = {0};
	struct mg_finding *f;
	uint64_t key, *before;

	fill_view(in, rf, &v);
	key = v.occ_count ? cycle_key(&v) : place_key(&v);
	f = mg_get(&in->m->findings, key);
	if (!f) {
		f = rdep_arena_alloc(&in->m->arena, sizeof(*f));
		f->key = key;
		mg_add(&in->m->findings, key, f);
	}
	if (!f->best.hash || weighs_more(&v, &f->best)) {
		mg_view_put(&f->best);
		f->best = v;
	} else {
		mg_view_put(&v);
	}
	before = rdep_map_put(seen, key);
	f->count += told ? told->count : 1;
	f->processes += told ? told->processes : !*before;
	*before = 1;
}

void mg_take_findings(struct mg_input *in)
{
	struct rdep_map seen = {0};
	size_t i;

	for (i = 0; i < in->r->finding_count; i++)
		if (!(in->r->findings[i].raw->flags & RDEP_FINDING_ACROSS))
			take(in, &in->r->findings[i], &seen);
	rdep_map_free(&seen);
}
