/* SPDX-License-Identifier: MIT */
/* audit_places.c - allocation sites and scopes of all records, joined by the places they are at. */
#include <stdlib.h>
#include <string.h>
#include "reports/audit.h"

/* ---- places ---- */

struct audit_place audit_place(struct rdep_process *p, uint32_t stack, uint64_t pc)
{
	struct rdep_report *r = p->report;
	struct audit_place place = {.stack = rdep_model_stack(p, stack)};
	const struct rdep_mframe *f;

	if (!place.stack.count)
		place.stack = rdep_model_site(p, pc, 0);
	f = rdep_model_frame(&place.stack);
	place.where = rdep_model_where(r, f);
	if (!f) {
		place.key = "?";
		return place;
	}
	place.function = f->function;
	place.file = f->file;
	place.line = f->line;
	place.key = rdep_arena_printf(&r->arena, "%s %s@%s:%u", f->module ? f->module->name : "",
				      rdep_function_key(r, f),
				      f->file ? rdep_basename(f->file) : "", f->line);
	return place;
}

static struct audit_held *list_held(struct rdep_audit *a, struct rdep_process *p,
				    const struct rdep_site_held *held, uint32_t n, size_t *count)
{
	struct audit_held *list = rdep_arena_alloc(&a->report->arena, (n + 1) * sizeof(*list));
	uint32_t i;

	for (i = 0; i < n; i++) {
		/* That it runs in reclaim is the site's flag. */
		if (held[i].flags & RDEP_HELD_CONTEXT)
			continue;
		list[(*count)++] = (struct audit_held){
			.node = audit_node(a, p, held[i].cls),
			.cls = rdep_model_class(p, held[i].cls),
			.shared = held[i].mode != RDEP_WRITE,
			.taken = audit_place(p, held[i].stack, held[i].site),
			.stack = held[i].stack,
		};
	}
	return list;
}

/* What was made for that key, or where to put it. */
static uint64_t *known_as(struct rdep_audit *a, const struct rdep_buf *key)
{
	return rdep_map_put(&a->known, rdep_hash(5, key->text, key->len));
}

/* ---- scopes ---- */

static unsigned avoided_by(uint32_t bit)
{
	switch (bit) {
	case RDEP_SCOPE_NOFS:
		return AUDIT_DOMAIN(RDEP_CLASS_FS_RECLAIM);
	case RDEP_SCOPE_NOIO:
		return AUDIT_DOMAIN(RDEP_CLASS_FS_RECLAIM) | AUDIT_DOMAIN(RDEP_CLASS_IO_RECLAIM);
	case RDEP_SCOPE_NORECLAIM:
		return AUDIT_DOMAIN(RDEP_CLASS_FS_RECLAIM) | AUDIT_DOMAIN(RDEP_CLASS_IO_RECLAIM) |
		       AUDIT_DOMAIN(RDEP_CLASS_RECLAIM);
	}
	return 0;
}

static bool holds_alike(const struct audit_scope *s, const struct audit_held *h)
{
	size_t i;

	for (i = 0; i < s->held_count; i++)
		if (s->held[i].node == h->node && !strcmp(s->held[i].taken.key, h->taken.key))
			return true;
	return false;
}

static void add_held(struct rdep_audit *a, struct audit_scope *s, const struct audit_held *held,
		     size_t n)
{
	struct audit_held *grown;
	size_t i;

	for (i = 0; i < n; i++) {
		if (s->held_count == AUDIT_HELD_MAX || holds_alike(s, &held[i]))
			continue;
		grown = rdep_arena_alloc(&a->report->arena, (s->held_count + 1) * sizeof(*grown));
		if (s->held_count)
			memcpy(grown, s->held, s->held_count * sizeof(*grown));
		grown[s->held_count++] = held[i];
		s->held = grown;
	}
}

static struct audit_scope *scope_at(struct rdep_audit *a, const struct audit_place *place,
				    uint32_t bit)
{
	struct rdep_buf key = {0};
	struct audit_scope *s;
	uint64_t *known;

	rdep_buf_printf(&key, "scope %u %s", bit, place->key);
	known = known_as(a, &key);
	rdep_buf_free(&key);
	if (*known)
		return (struct audit_scope *)(uintptr_t)*known;
	s = rdep_arena_alloc(&a->report->arena, sizeof(*s));
	*known = (uintptr_t)s;
	s->place = *place;
	s->bit = bit;
	s->reason = "";
	s->avoids = avoided_by(bit);
	RDEP_GROW(a->scopes, a->scope_count);
	a->scopes[a->scope_count++] = s;
	return s;
}

static struct audit_scope *add_scope(struct rdep_audit *a, struct rdep_process *p,
				     const struct rdep_rscope *rs)
{
	struct audit_place place = audit_place(p, rs->raw->stack, rs->raw->pc);
	struct audit_scope *s = scope_at(a, &place, rs->raw->bits);
	size_t n = 0;
	struct audit_held *held = list_held(a, p, rs->raw->held, rs->raw->held_count, &n);

	add_held(a, s, held, n);
	s->count += rs->count;
	if (rs->reason_len && !*s->reason)
		s->reason = rdep_clean(&a->report->arena, rs->reason, rs->reason_len);
	return s;
}

/* ---- sites ---- */

static struct audit_site *site_at(struct rdep_audit *a, struct rdep_process *p,
				  const struct rdep_site *raw)
{
	struct audit_place place = audit_place(p, raw->stack, raw->pc);
	struct rdep_buf key = {0};
	struct audit_site *s;
	uint64_t *known;

	rdep_buf_printf(&key, "site %x %u %s", raw->raw_gfp, raw->flags & RDEP_SITE_PLAIN,
			place.key);
	known = known_as(a, &key);
	rdep_buf_free(&key);
	if (*known)
		return (struct audit_site *)(uintptr_t)*known;
	s = rdep_arena_alloc(&a->report->arena, sizeof(*s));
	*known = (uintptr_t)s;
	s->place = place;
	s->raw_gfp = raw->raw_gfp;
	s->plain = raw->flags & RDEP_SITE_PLAIN;
	s->callee = rdep_model_callee(p, raw->stack);
	if (!s->plain)
		s->avoids = audit_domains(raw->raw_gfp | RDEP_GFP_IO | RDEP_GFP_FS, 0) &
			    ~audit_domains(raw->raw_gfp, 0);
	/* A mask that says that it is not to be looked at may say NOFS all the same. */
	s->restricted = s->avoids || (!s->plain && raw->raw_gfp & RDEP_GFP_NOLOCKDEP &&
				      raw->raw_gfp & RDEP_GFP_DIRECT_RECLAIM &&
				      (raw->raw_gfp & RDEP_GFP_KERNEL) != RDEP_GFP_KERNEL);
	RDEP_GROW(a->sites, a->site_count);
	a->sites[a->site_count++] = s;
	return s;
}

static void add_key(struct rdep_buf *key, const struct audit_row *row)
{
	size_t i;

	rdep_buf_printf(key, "row %p %u %u", (void *)row->site, row->scope, row->flags);
	for (i = 0; i < row->scope_count; i++)
		rdep_buf_printf(key, " in %p", (void *)row->scopes[i]);
	for (i = 0; i < row->held_count; i++)
		rdep_buf_printf(key, " under %u %d %s", row->held[i].node, row->held[i].shared,
				row->held[i].taken.key);
}

static void put_inside(struct audit_row *row)
{
	size_t i, k;

	for (i = 0; i < row->scope_count; i++) {
		struct audit_scope *s = row->scopes[i];

		for (k = 0; k < i && row->scopes[k] != s; k++)
			;
		if (k < i)
			continue;
		RDEP_GROW(s->inside, s->inside_count);
		s->inside[s->inside_count++] = row;
	}
}

/* One of a kind: a row, which is another's when all is alike. */
static void add_row(struct rdep_audit *a, const struct audit_row *view)
{
	struct rdep_buf key = {0};
	struct audit_row *row;
	uint64_t *known;

	add_key(&key, view);
	known = known_as(a, &key);
	rdep_buf_free(&key);
	view->site->count += view->count;
	if (*known) {
		row = (struct audit_row *)(uintptr_t)*known;
		row->count += view->count;
		return;
	}
	row = rdep_arena_copy(&a->report->arena, view, sizeof(*view));
	*known = (uintptr_t)row;
	RDEP_GROW(a->rows, a->row_count);
	a->rows[a->row_count++] = row;
	RDEP_GROW(row->site->rows, row->site->row_count);
	row->site->rows[row->site->row_count++] = row;
	put_inside(row);
}

static struct audit_scope *scope_of(const struct rdep_map *ids, uint32_t id)
{
	uint64_t *known = rdep_map_get(ids, id);

	return known ? (struct audit_scope *)(uintptr_t)*known : NULL;
}

static void add_site(struct rdep_audit *a, struct rdep_process *p, const struct rdep_rsite *rs,
		     const struct rdep_map *ids)
{
	const struct rdep_site *raw = rs->raw;
	struct audit_row row = {
		.count = rs->count,
		.scope = raw->scope,
		.gfp = raw->gfp,
		.flags = raw->flags & (RDEP_SITE_IN_CONTEXT | RDEP_SITE_PLAIN),
		.site = site_at(a, p, raw),
		.place = audit_place(p, raw->stack, raw->pc),
		.stack = raw->stack,
	};
	uint32_t i;

	row.held = list_held(a, p, raw->held, raw->held_count, &row.held_count);
	row.scopes =
		rdep_arena_alloc(&a->report->arena, (RDEP_SITE_SCOPES + 1) * sizeof(*row.scopes));
	for (i = 0; i < raw->scope_count; i++) {
		struct audit_scope *s = scope_of(ids, raw->scopes[i]);

		if (s)
			row.scopes[row.scope_count++] = s;
	}
	add_row(a, &row);
}

void audit_places_build(struct rdep_audit *a)
{
	size_t i, k;

	for (i = 0; i < a->report->process_count; i++) {
		struct rdep_process *p = a->report->processes[i];
		const struct rdep_record *r = p->record;
		struct rdep_map ids = {0};

		for (k = 0; k < r->scope_count; k++)
			*rdep_map_put(&ids, r->scopes[k].raw->id) =
				(uintptr_t)add_scope(a, p, &r->scopes[k]);
		for (k = 0; k < r->site_count; k++)
			add_site(a, p, &r->sites[k], &ids);
		rdep_map_free(&ids);
	}
}
