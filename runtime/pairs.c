// SPDX-License-Identifier: MIT
/* pairs.c - see pairs.h. */
#include "pairs.h"
#include "chain.h"
#include "depend.h"
#include "event.h"
#include "held.h"
#include "life.h"

/* The site of a step that is no step: (held class and mode, class and mode) -> the gates that are known to be needed. */
#define PAIR 2u

/* The held stack from the top down, as edges are made from it. */
struct walk {
	const struct rdep_held *e;
	unsigned near;
	bool ends;
	uint32_t once, twice; /* bits of gates: of all that is held; of two of them or more */
	uint32_t above;	      /* of what was taken after e */
	uint32_t gates;	      /* of what is held beside e */
};

static uint32_t mode_of(const struct rdep_held *e)
{
	return rd_cls_mode(e->cls, e->mode, e->flags & RDEP_HELD_TRY);
}

static bool is_context(const struct rdep_held *e)
{
	return e->kind == RDEP_DOMAIN || e->kind == RDEP_SIGNAL;
}

static uint32_t bit(const struct rdep_held *e)
{
	bool counts = e->address && !is_context(e) && !(e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND));

	return counts ? 1u << ((e->cls << 2 | e->mode) * 0x9e3779b1u >> 27) : 0;
}

static struct walk begin(const struct rd_thread *t)
{
	struct walk w = {.e = t->top + 1};
	const struct rdep_held *e;

	for (e = t->bottom + 1; e <= t->top; e++) {
		w.twice |= w.once & bit(e);
		w.once |= bit(e);
	}
	return w;
}

/* The next entry from which there is an edge to cls; false: none. */
static bool next(struct walk *w, const struct rd_thread *t, uint32_t cls)
{
	while (!w->ends && --w->e > t->bottom) {
		const struct rdep_held *e = w->e;

		w->gates = is_context(e) ? w->above : w->once & ~(bit(e) & ~w->twice);
		w->above |= bit(e);
		if (!e->address || e->flags & RDEP_HELD_WAITING)
			continue;
		w->ends = ++w->near >= RD_NEAR && rd_ends_near(e);
		if (e->cls != cls || e->kind == RDEP_DOMAIN)
			return true;
	}
	return false;
}

/* Was the pair of the chain `one` and cls_mode looked at? */
static bool pair_known(const struct rd_thread *t, uint32_t one, uint32_t cls_mode, uint32_t gates, bool open,
		       uint32_t *needed)
{
	uint32_t two = one ? rd_chain_next(one, cls_mode) : 0;
	const struct rd_node *n = two ? rd_chain_at(two) : NULL;

	if (!n)
		return false;
	*needed = __atomic_load_n(&n->gates, __ATOMIC_RELAXED);
	if (n->samplings >= RD_NODE_SAMPLES_OPEN)
		return true;
	return !open && !(*needed & ~gates) && rd_sampled_by(t, n->sampler, n->samplings, false);
}

bool rd_pairs_known(struct rd_thread *t, uint32_t cls_mode)
{
	bool open = rd_may_rise(t, cls_mode >> 4);
	struct walk w = begin(t);
	uint32_t needed = 0;

	while (next(&w, t, cls_mode >> 4)) {
		const struct rd_step *s = open ? NULL : rd_step_find(t, mode_of(w.e), cls_mode, PAIR);

		if (s && !(s->to & ~w.gates))
			continue;
		if (!pair_known(t, rd_chain_next(RD_NODE_ROOT, mode_of(w.e)), cls_mode, w.gates, open, &needed))
			return false;
		if (!open)
			rd_step_remember(t, mode_of(w.e), cls_mode, PAIR, needed, 0);
	}
	return !rd_life_held(t) || pair_known(t, t->bottom->node, cls_mode, w.once, open, &needed);
}

static void looked_at(struct rd_thread *t, uint32_t one, uint32_t cls_mode, uint32_t gates)
{
	uint32_t two = rd_chain_next(one, cls_mode);
	struct rd_node *n;

	if (!two) {
		two = rd_chain_make(one, cls_mode);
		rd_chain_at(two)->gates = gates;
	}
	if (two == RD_NODE_UNKNOWN)
		return;
	n = rd_chain_at(two);
	n->gates &= gates;
	n->sampler = rd_moment(t);
	if (n->samplings < RD_NODE_SAMPLES_OPEN)
		n->samplings++;
}

void rd_pairs_looked_at(struct rd_thread *t, uint32_t cls_mode)
{
	struct walk w = begin(t);

	while (next(&w, t, cls_mode >> 4))
		looked_at(t, rd_chain_make(RD_NODE_ROOT, mode_of(w.e)), cls_mode, w.gates);
	if (rd_life_held(t))
		looked_at(t, t->bottom->node, cls_mode, w.once);
}
