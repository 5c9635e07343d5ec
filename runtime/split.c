// SPDX-License-Identifier: MIT
/* split.c - see split.h. */
#include "split.h"
#include "chain.h"
#include "class.h"
#include "held.h"
#include "kin.h"
#include "role.h"
#include "threads.h"

#define WANTED 16u

static uint32_t splits; /* how often a class's locks became others' */
static uint32_t wanted[WANTED];
static uint32_t wanted_count;

bool rd_split_known(const struct rd_thread *t, const void *lock, unsigned kind, uint32_t cls, uint64_t site, uint64_t sp)
{
	uint32_t role;

	if (t->splits != __atomic_load_n(&splits, __ATOMIC_RELAXED))
		return false;
	if (!rd_class_has_roles(cls))
		return true;
	role = rd_class_role(lock, kind);
	return !role || rd_role_seen(role, site, sp);
}

static void changed(void)
{
	struct rd_thread *t;

	__atomic_add_fetch(&splits, 1, __ATOMIC_RELAXED);
	for (t = rd_threads_live(); t; t = t->next)
		rd_steps_flush(t);
	rd_threads_forget_pairs();
}

void rd_split_renew(struct rd_thread *t)
{
	struct rdep_held *e;

	if (t->splits == splits)
		return;
	t->splits = splits;
	for (e = t->bottom + 1; e <= t->top; e++) {
		if (e->address && rd_class_at(e->cls)->split)
			e->cls = rd_class_now(e->cls, rd_class_role_at(e->address, e->cls, e->generation));
	}
	rd_held_rechain(t);
}

/* ---- one again ---- */

static void join(struct rd_thread *t, uint32_t a, uint32_t b)
{
	uint32_t gone;

	a = rd_role_root(a);
	b = rd_role_root(b);
	if (a == b)
		return;
	gone = rd_role_at(b)->own;
	rd_role_join(a, b);
	if (!gone || gone == rd_role_at(a)->own)
		return;
	__atomic_store_n(&rd_class_at(gone)->split, true, __ATOMIC_RELEASE);
	rd_makings_forget();
	changed();
	rd_depend_move(t, gone);
}

void rd_split_see(struct rd_thread *t, const void *lock, unsigned kind, uint32_t *cls, uint64_t site, uint64_t sp)
{
	uint32_t role, other;

	if (!rd_class_has_roles(*cls))
		return;
	role = rd_class_role(lock, kind);
	if (!role)
		return;
	other = rd_role_see(role, site, sp);
	if (!other || !rd_class_at(rd_role_at(role)->cls)->split)
		return;
	join(t, other, role);
	*cls = rd_class_now(*cls, role);
}

/* ---- splitting ---- */

static void want(uint32_t cls)
{
	uint32_t i;

	for (i = 0; i < wanted_count && wanted[i] != cls; i++)
		;
	if (i == wanted_count && i < WANTED)
		wanted[wanted_count++] = cls;
}

void rd_split_nested(uint32_t cls, const struct rd_sample *s)
{
	const struct rd_class *c = rd_class_at(cls);

	if (c->split || c->lump || c->role_count < 2 || !s->from_role || !s->to_role)
		return;
	if (rd_role_nest(s->from_role, s->to_role) && rd_roles_nest_both_ways(s->from_role, s->to_role) &&
	    rd_roles_differ(s->from_role, s->to_role))
		want(cls);
}

/* Did every pair of occurrences meet in locks of two sorts? */
static bool meet_in_lump(const struct rd_edge *in, const struct rd_edge *out)
{
	uint32_t i, j;

	for (i = 0; i < in->count; i++) {
		for (j = 0; j < out->count; j++) {
			uint32_t a = rd_edge_sample(in, i)->to_role, b = rd_edge_sample(out, j)->from_role;

			if (!a || !b || !rd_roles_differ(a, b))
				return false;
		}
	}
	return true;
}

bool rd_split_explains(const uint32_t *edges, uint32_t count)
{
	bool explained = false;
	uint32_t i;

	for (i = 0; i < count && count > 1; i++) {
		const struct rd_edge *in = rd_edge_at(edges[i]), *out = rd_edge_at(edges[(i + 1) % count]);
		const struct rd_class *c = rd_class_at(in->to);

		if (c->split || c->lump || c->role_count < 2 || in->from == in->to || !meet_in_lump(in, out))
			continue;
		want(in->to);
		explained = true;
	}
	return explained;
}

static bool split(struct rd_thread *t, struct rd_class *c)
{
	uint32_t a, b;

	for (a = c->roles; a; a = rd_role_at(a)->next) {
		for (b = rd_role_at(a)->next; b; b = rd_role_at(b)->next) {
			if (rd_role_root(a) != rd_role_root(b) && rd_roles_are_taken_together(a, b))
				rd_role_join(a, b);
		}
	}
	for (a = c->roles; a; a = rd_role_at(a)->next) {
		struct rd_role *r = rd_role_at(a);

		if (rd_role_root(a) == a && !r->own)
			r->own = rd_class_of_role(a);
		if (rd_role_root(a) == a && !r->own)
			return false;
	}
	if (c->origin == RDEP_BY_FIRST)
		rd_kin_wrapped(c->where);
	__atomic_store_n(&c->split, true, __ATOMIC_RELEASE);
	rd_makings_forget();
	changed();
	rd_depend_move(t, c->id);
	return true;
}

bool rd_split_go(struct rd_thread *t)
{
	uint32_t before = splits;

	while (wanted_count) {
		struct rd_class *c = rd_class_at(wanted[--wanted_count]);

		if (!c->split)
			split(t, c);
	}
	rd_split_renew(t);
	return splits != before;
}

void rd_split_reset(void)
{
	splits = 0;
	wanted_count = 0;
}
