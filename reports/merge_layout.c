/* SPDX-License-Identifier: MIT */
/* merge_layout.c - what of a merge is written: what something refers to, in the order of hashes, which gives the ids. */
#include <stdlib.h>
#include <string.h>
#include "reports/merge_data.h"

#define PAGE 4096ull

static int by_hash(const void *a, const void *b)
{
	uint64_t x = **(const uint64_t *const *)a, y = **(const uint64_t *const *)b;

	return x < y ? -1 : x > y;
}

static void sort_pointers(void *list, size_t n)
{
	if (n)
		qsort(list, n, sizeof(void *), by_hash);
}

/* ---- what is referred to ---- */

static void use_stack(struct mg_stack *s)
{
	if (s)
		s->used = true;
}

static void use_class(struct mg_class *c)
{
	if (c && !c->used) {
		c->used = true;
		use_stack(c->stack);
		use_class(c->lump);
	}
}

static void use_thread(struct mg_layout *l, struct mg_thread *t)
{
	if (!t)
		return;
	RDEP_GROW(l->threads, l->thread_count);
	l->threads[l->thread_count++] = t;
	use_stack(t->create_stack);
}

static void use_role(struct mg_role *r)
{
	if (!r)
		return;
	r->used = true;
	use_stack(r->callers);
	use_class(r->cls);
}

static void use_occ(struct mg_layout *l, struct mg_occ *occ)
{
	unsigned i;

	use_stack(occ->held);
	use_stack(occ->acquire);
	use_thread(l, occ->thread);
	use_thread(l, occ->from_life);
	use_thread(l, occ->to_life);
	use_role(occ->from_role);
	use_role(occ->to_role);
	for (i = 0; i < occ->raw.gate_count; i++)
		use_class(occ->gates[i].cls);
}

static void use_view(struct mg_layout *l, struct mg_view *v)
{
	size_t i;

	use_thread(l, v->thread);
	use_thread(l, v->holder);
	use_class(v->cls);
	use_stack(v->held);
	use_stack(v->acquire);
	for (i = 0; i < v->leg_count; i++) {
		use_thread(l, v->legs[i].thread);
		use_class(v->legs[i].held_cls);
		use_class(v->legs[i].wait_cls);
		use_stack(v->legs[i].held);
		use_stack(v->legs[i].wait);
	}
}

static void use_counted(struct mg_set *set)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < set->count; i++) {
		struct mg_counted *c = set->items[i];

		c->id = (uint32_t)i + 1;
		use_stack(c->stack);
		for (k = 0; k < c->held_count; k++) {
			use_class(c->held[k].cls);
			use_stack(c->held[k].stack);
		}
	}
}

static void use_rest(struct mg_layout *l)
{
	struct rdep_merge *m = l->m;
	size_t i;

	for (i = 0; i < m->classes.count; i++)
		use_class(m->classes.items[i]);
	for (i = 0; i < m->roles.count; i++)
		use_role(m->roles.items[i]);
	use_counted(&m->scopes);
	use_counted(&m->sites);
	for (i = 0; i < m->domain_sites.count; i++)
		use_stack(((struct mg_domain_site *)m->domain_sites.items[i])->stack);
}

/* ---- findings and edges that are written ---- */

static void collect_findings(struct mg_layout *l)
{
	struct rdep_merge *m = l->m;
	size_t i, n = m->across.count + (l->across_only ? 0 : m->findings.count);

	l->findings = rdep_alloc((n + 1) * sizeof(*l->findings));
	for (i = 0; i < m->across.count; i++)
		l->findings[l->finding_count++] = m->across.items[i];
	for (i = 0; !l->across_only && i < m->findings.count; i++)
		l->findings[l->finding_count++] = m->findings.items[i];
	/* A cycle may be there twice: as a process showed it, and as several did. */
	sort_pointers(l->findings, l->finding_count);
	for (i = 1; i < l->finding_count; i++) {
		struct mg_finding *a = l->findings[i - 1], *b = l->findings[i];

		if (a->key == b->key && a->best.raw.flags & RDEP_FINDING_ACROSS) {
			l->findings[i - 1] = b;
			l->findings[i] = a;
		}
	}
	for (i = 0; i < l->finding_count; i++)
		l->findings[i]->id = (uint32_t)i + 1;
}

/* Once, where several findings rest on it. */
static void write_occ(struct mg_layout *l, struct mg_edge *e, struct mg_occ *occ)
{
	uint64_t *known = rdep_map_put(&l->samples, occ->hash);

	if (*known)
		return;
	*known = 1;
	RDEP_GROW(e->written, e->written_count);
	e->written[e->written_count++] = occ;
}

static int by_sort(const void *a, const void *b)
{
	const struct mg_occ *x = *(const struct mg_occ *const *)a, *y = *(const struct mg_occ *const *)b;

	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void collect_edges(struct mg_layout *l)
{
	struct rdep_merge *m = l->m;
	size_t i, k;

	for (i = 0; i < m->edges.count; i++) {
		struct mg_edge *e = m->edges.items[i];

		free(e->written);
		e->written = NULL;
		e->written_count = 0;
		for (k = 0; !l->across_only && k < e->count; k++)
			write_occ(l, e, e->list[k]);
	}
	for (i = 0; i < l->finding_count; i++)
		for (k = 0; k < l->findings[i]->best.occ_count; k++)
			write_occ(l, l->findings[i]->best.occs[k]->edge, l->findings[i]->best.occs[k]);
	l->edges = rdep_alloc((m->edges.count + 1) * sizeof(*l->edges));
	for (i = 0; i < m->edges.count; i++) {
		struct mg_edge *e = m->edges.items[i];

		if (!e->written_count)
			continue;
		qsort(e->written, e->written_count, sizeof(*e->written), by_sort);
		l->edges[l->edge_count++] = e;
		e->id = (uint32_t)l->edge_count;
		use_class(e->from);
		use_class(e->to);
		for (k = 0; k < e->written_count; k++) {
			*rdep_map_put(&l->samples, e->written[k]->hash) = k + 1;
			use_occ(l, e->written[k]);
		}
	}
}

uint32_t mg_sample_of(const struct mg_layout *l, const struct mg_occ *occ)
{
	const uint64_t *sample = rdep_map_get(&l->samples, occ->hash);

	return sample ? (uint32_t)*sample - 1 : 0;
}

/* ---- ids ---- */

static void number_threads(struct mg_layout *l)
{
	struct mg_origin **origins = rdep_alloc((l->thread_count + 1) * sizeof(*origins));
	size_t i;
	uint32_t id = 0;

	sort_pointers(l->threads, l->thread_count);
	for (i = 0; i < l->thread_count; i++) {
		id += !i || l->threads[i]->hash != l->threads[i - 1]->hash;
		l->threads[i]->id = id;
		origins[i] = l->threads[i]->origin;
	}
	sort_pointers(origins, l->thread_count);
	for (i = 0, id = 0; i < l->thread_count; i++) {
		id += !i || origins[i]->hash != origins[i - 1]->hash;
		origins[i]->id = id;
	}
	free(origins);
}

static void number_all(struct mg_layout *l)
{
	struct rdep_merge *m = l->m;
	uint32_t id;
	size_t i;

	for (i = 0, id = RDEP_FIRST_CLASS; i < m->classes.count; i++) {
		struct mg_class *c = m->classes.items[i];

		c->id = c->used ? id++ : 0;
	}
	for (i = 0, id = 1; i < m->stacks.count; i++) {
		struct mg_stack *s = m->stacks.items[i];

		s->id = s->used ? id++ : 0;
	}
	for (i = 0, id = 1; i < m->roles.count; i++) {
		struct mg_role *r = m->roles.items[i];

		r->id = r->used ? id++ : 0;
	}
	number_threads(l);
}

static void lay_out_modules(struct rdep_merge *m)
{
	uint64_t at = 16 * PAGE;
	size_t i;

	for (i = 0; i < m->modules.count; i++) {
		struct mg_module *mod = m->modules.items[i];

		mod->id = (uint32_t)i + 1;
		mod->start = at + mod->low % PAGE;
		at = (mod->start + (mod->high - mod->low) + 2 * PAGE) / PAGE * PAGE;
	}
}

void mg_lay_out(struct mg_layout *l)
{
	struct rdep_merge *m = l->m;
	size_t i;

	mg_sort(&m->modules);
	mg_sort(&m->stacks);
	mg_sort(&m->classes);
	mg_sort(&m->roles);
	mg_sort(&m->edges);
	mg_sort(&m->scopes);
	mg_sort(&m->sites);
	mg_sort(&m->domain_sites);
	mg_sort(&m->options);
	for (i = 0; i < m->stacks.count; i++)
		((struct mg_stack *)m->stacks.items[i])->used = false;
	for (i = 0; i < m->classes.count; i++)
		((struct mg_class *)m->classes.items[i])->used = false;
	for (i = 0; i < m->roles.count; i++)
		((struct mg_role *)m->roles.items[i])->used = false;
	collect_findings(l);
	collect_edges(l);
	for (i = 0; i < l->finding_count; i++)
		use_view(l, &l->findings[i]->best);
	if (!l->across_only)
		use_rest(l);
	number_all(l);
	lay_out_modules(m);
}

void mg_layout_free(struct mg_layout *l)
{
	free(l->findings);
	free(l->edges);
	free(l->threads);
	rdep_map_free(&l->samples);
}
