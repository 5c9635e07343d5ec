/* SPDX-License-Identifier: MIT */
/*
 * merge_edges.c - dependencies: of each a few occurrences of every sort.
 *
 * What a cycle across processes is weighed by makes an occurrence's sort: its type, the gates by class, the program, whether
 * the process's first thread did it, and the roles of the locks. Of a sort two are kept, of different processes: two
 * edges then have occurrences of two processes whenever they were seen in two.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/merge_data.h"

bool mg_is_first_thread(const struct mg_thread *t)
{
	return t->own == 1;
}

void mg_occ_put(struct mg_occ *o)
{
	if (!o || --o->refs)
		return;
	mg_thread_put(o->thread);
	mg_thread_put(o->from_life);
	mg_thread_put(o->to_life);
	free(o);
}

/* ---- gates: which class the lock is of ---- */

static uint64_t instance_key(const struct rdep_instance *i)
{
	return mg_mix(mg_mix(71, i->address), i->generation);
}

/* A process's own record does not tell; but the lock may be one end of an edge elsewhere. */
static void know_instances(struct mg_input *in)
{
	size_t i, k;

	in->instances_known = true;
	for (i = 0; i < in->r->edge_count; i++) {
		const struct rdep_redge *e = &in->r->edges[i];

		for (k = 0; k <= e->sample_count; k++) {
			const struct rdep_edge *raw = k ? e->samples[k - 1].raw : e->first.raw;

			*rdep_map_put(&in->instances, instance_key(&raw->from_inst)) = raw->from;
			*rdep_map_put(&in->instances, instance_key(&raw->to_inst)) = raw->to;
		}
	}
}

static struct mg_class *gate_class(struct mg_input *in, const struct rdep_roccurrence *ro, unsigned i)
{
	uint64_t *cls;

	if (ro->more)
		return mg_class_of(in, ro->more->gates[i]);
	if (!in->instances_known)
		know_instances(in);
	cls = rdep_map_get(&in->instances, instance_key(&ro->raw->gates[i]));
	return cls ? mg_class_of(in, (uint32_t)*cls) : NULL;
}

static uint64_t gates_hash(const struct mg_occ *o)
{
	uint64_t sum = 0;
	unsigned i;

	/* A set: the order in which they were taken does not matter. */
	for (i = 0; i < o->raw.gate_count; i++)
		sum += mg_mix(mg_mix(72, mg_hash_of(o->gates[i].cls)), o->gates[i].inst.mode);
	return sum;
}

/* ---- an occurrence ---- */

static uint64_t hash_instance(uint64_t h, const struct rdep_instance *i)
{
	return mg_mix(mg_mix(mg_mix(h, i->address), i->generation), i->mode);
}

static uint64_t hash_occ(const struct mg_occ *o)
{
	uint64_t h = mg_mix(mg_mix(73, o->edge->hash), o->thread->hash);
	unsigned i;

	h = mg_mix(h, (uint64_t)o->raw.type << 32 | (uint64_t)o->raw.flags << 16 | o->flags);
	h = hash_instance(hash_instance(h, &o->raw.from_inst), &o->raw.to_inst);
	h = mg_mix(mg_mix(h, mg_hash_of(o->from_life)), mg_hash_of(o->to_life));
	h = mg_mix_place(h, o->held_site);
	h = mg_mix(mg_mix(h, mg_hash_of(o->held)), mg_hash_of(o->acquire));
	h = mg_mix(mg_mix(h, o->raw.clock), (uint64_t)o->raw.gfp << 32 | o->raw.raw_gfp);
	h = mg_mix(mg_mix(h, mg_hash_of(o->from_role)), mg_hash_of(o->to_role));
	for (i = 0; i < o->raw.gate_count; i++)
		h = mg_mix(hash_instance(h, &o->gates[i].inst), mg_hash_of(o->gates[i].cls));
	return h;
}

/* Fewest gates first. */
static uint64_t sort_of(const struct mg_occ *o)
{
	uint64_t gates = o->raw.flags & RDEP_EDGE_GATES_CUT ? 255 : o->raw.gate_count;
	uint64_t h = mg_mix(mg_mix(74, o->raw.type), gates_hash(o));

	h = mg_mix(mg_mix(h, o->thread->origin->program_hash), mg_is_first_thread(o->thread));
	h = mg_mix(mg_mix(mg_mix(h, mg_hash_of(o->from_role)), mg_hash_of(o->to_role)), o->flags);
	return gates << 56 | h >> 8;
}

static struct mg_edge *edge_of(struct rdep_merge *m, struct mg_class *from, struct mg_class *to)
{
	uint64_t h = mg_mix(mg_mix(75, from->hash), to->hash);
	struct mg_edge *e = mg_get(&m->edges, h);

	if (!e) {
		e = rdep_arena_alloc(&m->arena, sizeof(*e));
		*e = (struct mg_edge){.hash = h, .from = from, .to = to};
		mg_add(&m->edges, h, e);
	}
	return e;
}

/* The number of a thread stands where a life's address would. */
static struct mg_thread *life_of(struct mg_input *in, const struct mg_class *c, struct rdep_instance *inst)
{
	struct mg_thread *t;

	if (c->kind != RDEP_LIFE)
		return NULL;
	t = mg_thread_of(in, (uint32_t)inst->address);
	inst->address = 0;
	return t;
}

/* False: a forged record's, with classes that can't be. No references are taken. */
static bool fill(struct mg_input *in, const struct rdep_roccurrence *ro, struct mg_occ *o,
		 struct mg_gate gates[RDEP_GATES])
{
	const struct rdep_edge *raw = ro->raw;
	struct mg_class *from = mg_class_of(in, raw->from), *to = mg_class_of(in, raw->to);
	unsigned i;

	if (!from || !to)
		return false;
	*o = (struct mg_occ){
		.edge = edge_of(in->m, from, to),
		.thread = mg_thread_of(in, raw->thread),
		.gates = gates,
		.raw = {.type = raw->type,
			.flags = raw->flags,
			.gate_count = raw->gate_count,
			.from_inst = raw->from_inst,
			.to_inst = raw->to_inst,
			.clock = raw->clock,
			.gfp = raw->gfp,
			.raw_gfp = raw->raw_gfp},
	};
	o->from_life = life_of(in, from, &o->raw.from_inst);
	o->to_life = life_of(in, to, &o->raw.to_inst);
	o->held_site = mg_site_at(in, raw->held_site, ro->site_module);
	o->held = mg_stack_of(in, raw->held_stack);
	o->acquire = mg_stack_of(in, raw->acquire_stack);
	o->flags = ro->more ? ro->more->flags : 0;
	o->from_role = in->r->header.merged && ro->more ? mg_role_by_id(in, ro->more->from_role)
							: mg_role_of(in, raw->from);
	o->to_role = in->r->header.merged && ro->more ? mg_role_by_id(in, ro->more->to_role) : mg_role_of(in, raw->to);
	for (i = 0; i < raw->gate_count; i++)
		o->gates[i] = (struct mg_gate){raw->gates[i], gate_class(in, ro, i)};
	o->bucket = sort_of(o);
	o->hash = hash_occ(o);
	return true;
}

static struct mg_occ *keep(const struct mg_occ *o)
{
	struct mg_occ *kept = rdep_alloc(sizeof(*kept) + o->raw.gate_count * sizeof(*o->gates));

	*kept = *o;
	kept->gates = memcpy(kept + 1, o->gates, o->raw.gate_count * sizeof(*o->gates));
	kept->refs = 1;
	kept->thread->refs++;
	if (kept->from_life)
		kept->from_life->refs++;
	if (kept->to_life)
		kept->to_life->refs++;
	return kept;
}

/* ---- which ones are kept ---- */

static bool same_sort(const struct mg_occ *a, const struct mg_occ *b)
{
	return a->bucket == b->bucket;
}

static bool comes_before(const struct mg_occ *a, const struct mg_occ *b)
{
	return a->bucket != b->bucket ? a->bucket < b->bucket : a->hash < b->hash;
}

static void drop(struct mg_edge *e, size_t i)
{
	mg_occ_put(e->list[i]);
	memmove(&e->list[i], &e->list[i + 1], (--e->count - i) * sizeof(*e->list));
}

/* Of one sort more than are kept, or one sort too many: at most one of them is. */
static void trim(struct mg_edge *e)
{
	size_t i, of_sort = 0, sorts = 0;

	for (i = 0; i < e->count; i++) {
		of_sort = i && same_sort(e->list[i], e->list[i - 1]) ? of_sort + 1 : 1;
		sorts += of_sort == 1;
		if (of_sort > MERGE_OF_A_SORT || sorts > MERGE_BUCKETS)
			drop(e, i--);
	}
}

static void add(struct mg_edge *e, const struct mg_occ *o)
{
	size_t i, at;

	for (i = 0; i < e->count; i++) {
		if (!same_sort(e->list[i], o) || e->list[i]->thread->origin->hash != o->thread->origin->hash)
			continue;
		if (e->list[i]->hash <= o->hash)
			return;
		drop(e, i);
		break;
	}
	for (at = 0; at < e->count && comes_before(e->list[at], o); at++)
		;
	if (at >= MERGE_OF_A_SORT && same_sort(e->list[at - MERGE_OF_A_SORT], o))
		return;
	RDEP_GROW(e->list, e->count);
	memmove(&e->list[at + 1], &e->list[at], (e->count++ - at) * sizeof(*e->list));
	e->list[at] = keep(o);
	trim(e);
}

void mg_take_edges(struct mg_input *in)
{
	struct mg_gate gates[RDEP_GATES];
	struct mg_occ o;
	size_t i, k;

	for (i = 0; i < in->r->edge_count; i++) {
		const struct rdep_redge *e = &in->r->edges[i];

		for (k = 0; k <= e->sample_count; k++)
			if (fill(in, k ? &e->samples[k - 1] : &e->first, &o, gates))
				add(o.edge, &o);
	}
}

struct mg_occ *mg_occ_of(struct mg_input *in, uint32_t edge, uint32_t sample)
{
	const struct rdep_redge *e = rdep_record_edge(in->r, edge);
	struct mg_gate gates[RDEP_GATES];
	struct mg_occ o;

	if (!e || !fill(in, sample && sample <= e->sample_count ? &e->samples[sample - 1] : &e->first, &o,
			gates))
		return NULL;
	return keep(&o);
}
