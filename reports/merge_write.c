/* SPDX-License-Identifier: MIT */
/*
 * merge_write.c - the merge as a record. Everything is written in the order of its hash, and gets its id from that; each
 * module gets a range of addresses.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/merge_data.h"
#include "reports/record_writer.h"

#define LIST_ITEM 16384u /* entries of a list in one item */

struct out {
	struct rdep_merge *m;
	struct rdep_writer w;
	struct mg_layout l;
};

static void put(struct out *o, unsigned type, const void *p, size_t n)
{
	rdep_writer_put(&o->w, type, p, n, NULL, 0, n);
}

static uint64_t pc_of(struct mg_place p)
{
	return p.module ? p.module->start - p.module->low + p.at : 0;
}

static uint32_t id_of_class(const struct mg_class *c)
{
	return c ? c->id : 0;
}

static uint32_t id_of_stack(const struct mg_stack *s)
{
	return s ? s->id : 0;
}

static uint32_t id_of_thread(const struct mg_thread *t)
{
	return t ? t->id : 0;
}

/* ---- lists ---- */

static void put_list(struct out *o, unsigned what, const void *entries, size_t size, size_t n)
{
	struct rdep_merged head = {.what = what};
	size_t i;

	for (i = 0; i < n; i += head.count) {
		head.count = (uint32_t)(n - i < LIST_ITEM ? n - i : LIST_ITEM);
		rdep_writer_put(&o->w, RDEP_MERGED, &head, sizeof(head), (const char *)entries + i * size,
				head.count * size, sizeof(head) + head.count * size);
	}
}

static int by_image(const void *a, const void *b)
{
	const struct rdep_merged_image *x = a, *y = b;
	int i;

	for (i = 0; i < 2; i++)
		if (x->id[i] != y->id[i])
			return x->id[i] < y->id[i] ? -1 : 1;
	return 0;
}

static void put_text(struct out *o, unsigned what, const struct mg_text *t)
{
	struct {
		struct rdep_merged list;
		struct rdep_merged_count c;
	} head = {.list = {.what = what, .count = 1},
		  .c = {.id = (uint32_t)t->len, .count = t->count, .processes = t->processes}};

	rdep_writer_put(&o->w, RDEP_MERGED, &head, sizeof(head), t->text, t->len, sizeof(head) + t->len);
}

/* The options that all had, and all alike; the others each with its value. */
static void put_options(struct out *o)
{
	struct rdep_merge *m = o->m;
	struct rdep_buf same = {0};
	size_t i, k;

	for (i = 0; i < m->options.count; i++) {
		struct mg_texts *v = &((struct mg_option *)m->options.items[i])->values;
		const struct mg_text *first;

		mg_texts_settle(v);
		first = v->set.items[0];
		if (v->set.count == 1 && first->processes == m->image_count && same.len + first->len < 65536)
			rdep_buf_printf(&same, "%s%s", same.len ? ":" : "", first->text);
		for (k = 0; k < v->set.count; k++)
			put_text(o, RDEP_MERGED_OPTION, v->set.items[k]);
	}
	if (same.len)
		put(o, RDEP_OPTIONS, same.text, same.len);
	rdep_buf_free(&same);
}

static void put_programs(struct out *o)
{
	struct mg_texts *t = &o->m->programs;
	const struct mg_text *one;
	struct rdep_exe exe = {0};
	size_t i;

	mg_texts_settle(t);
	for (i = 0; i < t->set.count; i++)
		put_text(o, RDEP_MERGED_PROGRAM, t->set.items[i]);
	if (t->set.count != 1)
		return;
	one = t->set.items[0];
	exe.path_len = (uint32_t)one->len;
	rdep_writer_put(&o->w, RDEP_EXE, &exe, sizeof(exe), one->text, one->len, sizeof(exe) + one->len);
}

static void put_counters(struct out *o)
{
	struct rdep_merged_count list[RDEP_COUNTERS];
	uint32_t i, n = 0;

	for (i = 0; i < RDEP_COUNTERS; i++)
		if (o->m->counters[i])
			list[n++] = (struct rdep_merged_count){
				.id = i, .count = o->m->counters[i], .processes = o->m->counter_processes[i]};
	put_list(o, RDEP_MERGED_COUNTERS, list, sizeof(*list), n);
}

static void put_note(struct out *o, const char *text)
{
	put(o, RDEP_NOTE, text, strlen(text));
}

static void put_notes(struct out *o)
{
	struct mg_texts *t = &o->m->notes;
	struct rdep_merged_count *list;
	size_t i;

	mg_texts_settle(t);
	list = rdep_alloc((t->set.count + 1) * sizeof(*list));
	for (i = 0; i < t->set.count; i++) {
		const struct mg_text *n = t->set.items[i];

		put(o, RDEP_NOTE, n->text, n->len);
		list[i] = (struct rdep_merged_count){
			.id = (uint32_t)i + 1, .count = n->count, .processes = n->processes};
	}
	put_list(o, RDEP_MERGED_NOTES, list, sizeof(*list), t->set.count);
	free(list);
	if (t->cut)
		put_note(o, MERGE_NOTE_CUT);
	if (o->m->overlapped)
		put_note(o, MERGE_NOTE_OVERLAP);
}

static void put_search_notes(struct out *o)
{
	if (o->m->search_cut)
		put_note(o, MERGE_NOTE_SEARCH);
	if (o->m->lumps_left)
		put_note(o, MERGE_NOTE_LUMPS);
}

/* ---- items ---- */

static void put_modules(struct out *o)
{
	size_t i;

	for (i = 0; i < o->m->modules.count; i++) {
		const struct mg_module *mod = o->m->modules.items[i];
		struct rdep_module item = {.id = mod->id,
					   .build_id_len = mod->build_id_len,
					   .start = mod->start,
					   .end = mod->start + (mod->high - mod->low),
					   .bias = mod->start - mod->low,
					   .path_len = (uint32_t)strlen(mod->path)};

		memcpy(item.build_id, mod->build_id, sizeof(item.build_id));
		rdep_writer_put(&o->w, RDEP_MODULE, &item, sizeof(item), mod->path, item.path_len,
				sizeof(item) + item.path_len);
	}
}

static void put_origin(struct out *o, const struct mg_origin *g)
{
	struct rdep_origin item = {.id = g->id,
				   .pid = g->raw.pid,
				   .image_id = {g->raw.image_id[0], g->raw.image_id[1]},
				   .start_realtime_ns = g->raw.start_realtime_ns,
				   .program = g->program ? g->program->id : 0,
				   .name_len = g->raw.name_len,
				   .exe_len = g->raw.exe_len,
				   .cmdline_len = g->raw.cmdline_len};
	struct rdep_buf text = {0};

	rdep_buf_addn(&text, g->name, item.name_len);
	rdep_buf_addn(&text, g->exe, item.exe_len);
	rdep_buf_addn(&text, g->cmdline, item.cmdline_len);
	rdep_writer_put(&o->w, RDEP_ORIGIN, &item, sizeof(item), text.text, text.len, sizeof(item) + text.len);
	rdep_buf_free(&text);
}

/* In the order of the hashes of their threads: whose origin comes first, comes first. */
static void put_origins(struct out *o)
{
	uint32_t i, most = 0;
	const struct mg_origin **of;

	for (i = 0; i < o->l.thread_count; i++)
		if (o->l.threads[i]->origin->id > most)
			most = o->l.threads[i]->origin->id;
	of = rdep_alloc((most + 1u) * sizeof(*of));
	for (i = 0; i < o->l.thread_count; i++)
		of[o->l.threads[i]->origin->id] = o->l.threads[i]->origin;
	for (i = 1; i <= most; i++)
		put_origin(o, of[i]);
	free(of);
}

static void put_stacks(struct out *o)
{
	uint64_t *pcs = NULL;
	size_t i, k;

	for (i = 0; i < o->m->stacks.count; i++) {
		const struct mg_stack *s = o->m->stacks.items[i];
		struct rdep_stack item = {.id = s->id, .count = s->count, .flags = s->flags};

		if (!s->id)
			continue;
		memcpy(item.exact, s->exact, sizeof(item.exact));
		pcs = rdep_realloc(pcs, (s->count + 1u) * sizeof(*pcs));
		for (k = 0; k < s->count; k++)
			pcs[k] = pc_of(s->places[k]);
		rdep_writer_put(&o->w, RDEP_STACK, &item, sizeof(item), pcs, s->count * sizeof(*pcs),
				sizeof(item) + s->count * sizeof(*pcs));
	}
	free(pcs);
}

static void put_threads(struct out *o)
{
	struct rdep_merged_thread *list = rdep_alloc((o->l.thread_count + 1) * sizeof(*list));
	size_t i, n = 0;

	for (i = 0; i < o->l.thread_count; i++) {
		const struct mg_thread *t = o->l.threads[i];
		struct rdep_thread item = {.id = t->id,
					   .tid = t->raw.tid,
					   .start_routine = pc_of(t->routine),
					   .create_stack = id_of_stack(t->create_stack)};

		if (i && t->hash == o->l.threads[i - 1]->hash)
			continue;
		memcpy(item.name, t->raw.name, sizeof(item.name));
		put(o, RDEP_THREAD, &item, sizeof(item));
		list[n++] = (struct rdep_merged_thread){.thread = t->id, .origin = t->origin->id, .own = t->own};
	}
	put_list(o, RDEP_MERGED_THREADS, list, sizeof(*list), n);
	free(list);
}

static void put_classes(struct out *o)
{
	size_t i;

	for (i = 0; i < o->m->classes.count; i++) {
		const struct mg_class *c = o->m->classes.items[i];
		struct rdep_class item = {.id = c->id,
					  .kind = c->kind,
					  .origin = c->origin,
					  .subclass = c->subclass,
					  .stack = id_of_stack(c->stack),
					  .module = c->module ? c->module->id : 0,
					  .offset = c->offset,
					  .address = c->alone ? c->hash : pc_of(c->address),
					  .skip = c->skip,
					  .inherited = c->inherited,
					  .depth = c->depth,
					  .twin = c->twin,
					  .alone = c->alone,
					  .name_len = c->name_len,
					  .lump = id_of_class(c->lump)};

		if (c->id)
			rdep_writer_put(&o->w, RDEP_CLASS, &item, sizeof(item), c->name, c->name_len,
					offsetof(struct rdep_class, acquisitions));
	}
}

static struct rdep_stat stat_of(const struct mg_stat *s)
{
	return (struct rdep_stat){.acquisitions = s->acquisitions,
				  .contended = s->contended,
				  .wait_ns = s->wait_ns,
				  .wait_max_ns = s->wait_max_ns,
				  .hold_ns = s->hold_ns,
				  .hold_max_ns = s->hold_max_ns,
				  .wait_site = pc_of(s->wait_site),
				  .hold_site = pc_of(s->hold_site)};
}

/* The counters lie at a multiple of 64, whose place the item tells. */
static void put_stats(struct out *o)
{
	struct {
		struct rdep_stats head;
		char room[64];
		struct rdep_stat of[2];
	} item;
	size_t i;

	for (i = 0; i < o->m->classes.count; i++) {
		const struct mg_class *c = o->m->classes.items[i];
		struct rdep_stat of[2];
		uint64_t at;

		if (!c->id || !c->stats)
			continue;
		of[0] = stat_of(&c->stats[0]);
		of[1] = stat_of(&c->stats[1]);
		memset(&item, 0, sizeof(item));
		at = rdep_writer_at(&o->w, sizeof(item));
		item.head = (struct rdep_stats){.first = c->id, .count = 1, .size = sizeof(struct rdep_stat)};
		item.head.at = (at + sizeof(item.head) + 63) & ~63ull;
		memcpy((char *)&item + (item.head.at - at), of, sizeof(of));
		rdep_writer_put(&o->w, RDEP_STATS, &item, sizeof(item), NULL, 0, sizeof(item.head));
	}
}

static void put_roles(struct out *o)
{
	size_t i, k;

	for (i = 0; i < o->m->roles.count; i++) {
		const struct mg_role *r = o->m->roles.items[i];
		struct rdep_role item = {.id = r->id,
					 .cls = r->cls->id,
					 .stack = id_of_stack(r->callers),
					 .site_count = (uint32_t)r->site_count};
		uint64_t sites[MERGE_SITES];

		if (!r->id)
			continue;
		for (k = 0; k < r->site_count; k++)
			sites[k] = pc_of(r->sites[k]);
		rdep_writer_put(&o->w, RDEP_ROLE, &item, sizeof(item), sites, r->site_count * sizeof(*sites),
				sizeof(item) + r->site_count * sizeof(*sites));
	}
}

static void put_occ(struct out *o, const struct mg_occ *occ, uint32_t sample)
{
	uint16_t n = occ->raw.gate_count, i;
	struct rdep_edge item = {.id = occ->edge->id,
				 .from = occ->edge->from->id,
				 .to = occ->edge->to->id,
				 .type = occ->raw.type,
				 .flags = occ->raw.flags,
				 .gate_count = n,
				 .from_inst = occ->raw.from_inst,
				 .to_inst = occ->raw.to_inst,
				 .held_site = pc_of(occ->held_site),
				 .held_stack = id_of_stack(occ->held),
				 .acquire_stack = id_of_stack(occ->acquire),
				 .thread = occ->thread->id,
				 .clock = occ->raw.clock,
				 .gfp = occ->raw.gfp,
				 .raw_gfp = occ->raw.raw_gfp};
	struct rdep_occurrence more = {.edge = item.id,
				       .sample = sample,
				       .flags = occ->flags,
				       .from_role = occ->from_role ? occ->from_role->id : 0,
				       .to_role = occ->to_role ? occ->to_role->id : 0,
				       .gate_count = n};
	uint32_t gates[RDEP_GATES];
	size_t size = offsetof(struct rdep_edge, gates) + n * sizeof(item.gates[0]);

	if (occ->from_life)
		item.from_inst.address = occ->from_life->id;
	if (occ->to_life)
		item.to_inst.address = occ->to_life->id;
	for (i = 0; i < n; i++) {
		item.gates[i] = occ->gates[i].inst;
		gates[i] = id_of_class(occ->gates[i].cls);
	}
	put(o, sample ? RDEP_SAMPLE : RDEP_EDGE, &item, size);
	rdep_writer_put(&o->w, RDEP_OCCURRENCE, &more, sizeof(more), gates, n * sizeof(*gates),
			sizeof(more) + n * sizeof(*gates));
}

static void put_edges(struct out *o)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < o->l.edge_count; i++)
		for (k = 0; k < o->l.edges[i]->written_count; k++)
			put_occ(o, o->l.edges[i]->written[k], k);
}

static void put_domain_sites(struct out *o)
{
	size_t i;

	for (i = 0; i < o->m->domain_sites.count; i++) {
		const struct mg_domain_site *d = o->m->domain_sites.items[i];
		struct rdep_lock_site item = {.cls = d->cls, .stack = id_of_stack(d->stack), .pc = pc_of(d->pc)};

		put(o, RDEP_LOCK_SITE, &item, sizeof(item));
	}
}

/* Behind head: the locks held there, the reason; then, 8-byte aligned, the count. */
static void put_counted(struct out *o, const struct mg_counted *c, unsigned type, const void *head, size_t head_len)
{
	size_t held = c->held_count * sizeof(struct rdep_site_held), reason = strlen(c->reason);
	size_t fixed = (head_len + held + reason + 7) & ~(size_t)7;
	char *p = rdep_alloc(fixed + sizeof(c->count));
	struct rdep_site_held *list = (void *)(p + head_len);
	uint32_t i;

	memcpy(p, head, head_len);
	for (i = 0; i < c->held_count; i++) {
		list[i] = c->held[i].raw;
		list[i].cls = id_of_class(c->held[i].cls);
		list[i].stack = id_of_stack(c->held[i].stack);
		list[i].site = pc_of(c->held[i].site);
	}
	memcpy(p + head_len + held, c->reason, reason);
	memcpy(p + fixed, &c->count, sizeof(c->count));
	rdep_writer_put(&o->w, type, p, fixed + sizeof(c->count), NULL, 0, fixed);
	free(p);
}

static void put_scope(struct out *o, const struct mg_counted *c)
{
	struct rdep_scope item = {.id = c->id,
				  .stack = id_of_stack(c->stack),
				  .bits = c->scope.bits,
				  .reason_len = (uint32_t)strlen(c->reason),
				  .pc = pc_of(c->pc),
				  .cookie = c->scope.cookie,
				  .held_count = c->held_count};

	put_counted(o, c, RDEP_SCOPE, &item, sizeof(item));
}

static void put_site(struct out *o, const struct mg_counted *c)
{
	struct rdep_site item = {.id = c->id,
				 .stack = id_of_stack(c->stack),
				 .raw_gfp = c->site.raw_gfp,
				 .gfp = c->site.gfp,
				 .scope = c->site.scope,
				 .flags = c->site.flags,
				 .pc = pc_of(c->pc),
				 .held_count = c->held_count,
				 .scope_count = c->site.scope_count};
	uint32_t i;

	for (i = 0; i < c->site.scope_count; i++)
		item.scopes[i] = c->scopes[i]->id;
	put_counted(o, c, RDEP_SITE, &item, sizeof(item));
}

static void put_scopes(struct out *o)
{
	size_t i;

	for (i = 0; i < o->m->scopes.count; i++)
		put_scope(o, o->m->scopes.items[i]);
	for (i = 0; i < o->m->sites.count; i++)
		put_site(o, o->m->sites.items[i]);
}

static void put_circle(struct out *o, const struct mg_finding *f)
{
	struct rdep_circle head = {.finding = f->id, .count = (uint32_t)f->best.leg_count};
	struct rdep_leg *legs = rdep_alloc(f->best.leg_count * sizeof(*legs));
	size_t i;

	for (i = 0; i < f->best.leg_count; i++) {
		const struct mg_leg *l = &f->best.legs[i];

		legs[i] = l->raw;
		legs[i].thread = id_of_thread(l->thread);
		legs[i].held_cls = id_of_class(l->held_cls);
		legs[i].wait_cls = id_of_class(l->wait_cls);
		legs[i].held_site = pc_of(l->held_site);
		legs[i].wait_site = pc_of(l->wait_site);
		legs[i].held_stack = id_of_stack(l->held);
		legs[i].wait_stack = id_of_stack(l->wait);
	}
	rdep_writer_put(&o->w, RDEP_CIRCLE, &head, sizeof(head), legs, f->best.leg_count * sizeof(*legs),
			sizeof(head) + f->best.leg_count * sizeof(*legs));
	free(legs);
}

static void put_finding(struct out *o, const struct mg_finding *f)
{
	const struct mg_view *v = &f->best;
	struct rdep_finding item = {.id = f->id,
				    .kind = v->raw.kind,
				    .verdict = v->raw.verdict,
				    .thread = id_of_thread(v->thread),
				    .edge_count = (uint32_t)v->occ_count,
				    .cls = id_of_class(v->cls),
				    .held_stack = id_of_stack(v->held),
				    .acquire_stack = id_of_stack(v->acquire),
				    .flags = v->raw.flags,
				    .held_site = pc_of(v->held_site),
				    .inst = v->raw.inst,
				    .monotonic_ns = v->raw.monotonic_ns,
				    .detail = v->raw.detail,
				    .scope = v->raw.scope,
				    .gfp = v->raw.gfp,
				    .raw_gfp = v->raw.raw_gfp};
	struct rdep_finding_edge *edges = rdep_alloc(v->occ_count * sizeof(*edges));
	size_t i;

	if (v->holder)
		item.holder = id_of_thread(v->holder);
	for (i = 0; i < v->occ_count; i++)
		edges[i] = (struct rdep_finding_edge){v->occs[i]->edge->id, mg_sample_of(&o->l, v->occs[i])};
	if (v->leg_count)
		put_circle(o, f);
	rdep_writer_put(&o->w, RDEP_FINDING, &item, sizeof(item), edges, v->occ_count * sizeof(*edges),
			sizeof(item) + v->occ_count * sizeof(*edges));
	free(edges);
}

static void put_findings(struct out *o)
{
	struct rdep_merged_count *list = rdep_alloc((o->l.finding_count + 1) * sizeof(*list));
	size_t i;

	for (i = 0; i < o->l.finding_count; i++) {
		put_finding(o, o->l.findings[i]);
		list[i] = (struct rdep_merged_count){.id = o->l.findings[i]->id,
						     .count = o->l.findings[i]->count,
						     .processes = o->l.findings[i]->processes};
	}
	put_list(o, RDEP_MERGED_FINDINGS, list, sizeof(*list), o->l.finding_count);
	free(list);
}

/* ---- the whole ---- */

static struct rdep_header header_of(const struct out *o)
{
	const struct rdep_merge *m = o->m;
	size_t n = m->image_count * sizeof(*m->image_list);
	struct rdep_header h = {.machine = m->machine,
				.start_realtime_ns = m->first_start,
				.page_size = m->page_size,
				.merged = (uint32_t)m->image_count,
				.state = RDEP_EXITING,
				.findings = o->l.finding_count};

	h.image_id[0] = rdep_hash(o->l.across_only ? 101 : 102, m->image_list, n);
	h.image_id[1] = rdep_hash(103, m->image_list, n);
	if (!o->l.across_only)
		memcpy(h.counters, m->counters, sizeof(h.counters));
	return h;
}

static void put_all(struct out *o)
{
	/* Findings alone stand for no process. */
	if (!o->l.across_only)
		put_list(o, RDEP_MERGED_IMAGES, o->m->image_list, sizeof(*o->m->image_list), o->m->image_count);
	put_programs(o);
	put_options(o);
	put_modules(o);
	put_origins(o);
	put_stacks(o);
	put_threads(o);
	put_classes(o);
	if (!o->l.across_only)
		put_stats(o);
	put_roles(o);
	put_edges(o);
	if (!o->l.across_only) {
		put_domain_sites(o);
		put_scopes(o);
		put_counters(o);
		put_notes(o);
	}
	put_search_notes(o);
	put_findings(o);
}

int rdep_merge_write(struct rdep_merge *m, const char *path, bool across_only, struct rdep_error *err)
{
	struct out o = {.m = m, .l = {.m = m, .across_only = across_only}};
	struct rdep_header h;
	int rc;

	if (rdep_writer_open(&o.w, path, err) < 0)
		return -1;
	mg_lay_out(&o.l);
	if (m->image_count)
		qsort(m->image_list, m->image_count, sizeof(*m->image_list), by_image);
	put_all(&o);
	h = header_of(&o);
	rc = rdep_writer_close(&o.w, &h, err);
	mg_layout_free(&o.l);
	return rc;
}
