/* SPDX-License-Identifier: MIT */
/* core_circle.c - threads of a core that wait for each other in a circle, of which the process
 * itself did not tell. */
#include <stdlib.h>
#include <string.h>
#include "reports/core_record.h"

#define LEGS_MAX 64u
#define STEPS_MAX (1u << 22)
#define FUTEX_TID 0x3fffffffu

struct node {
	const struct rdep_rslot *slot;
	const struct rdep_held *waits; /* entry; NULL: it joins, or does not wait */
	const struct rdep_held *held;  /* what it has that the one before it on the path waits for;
					  NULL: it is joined */
	uint8_t color;		       /* 0: not met, 1: on the path, 2: leads to no circle */
};

struct search {
	struct rdep_core_made *made;
	struct node *nodes;
	size_t count;
	size_t path[LEGS_MAX], length;
	size_t steps;
};

/* Locks that one thread has alone, or several as readers, and that its holder gives back. */
static bool is_owned(unsigned kind)
{
	return kind == RDEP_MUTEX || kind == RDEP_RWLOCK || kind == RDEP_SPIN ||
	       kind == RDEP_GLIB || kind == RDEP_STDIO || kind == RDEP_ONCE;
}

static const struct rdep_held *waiting_entry(const struct rdep_rslot *s)
{
	const struct rdep_held *top = s->held_count ? &s->held[s->held_count - 1] : NULL;

	return top && top->flags & RDEP_HELD_WAITING &&
			       !(top->flags & (RDEP_HELD_TIMED | RDEP_HELD_COND)) && !s->doubt &&
			       is_owned(top->kind)
		       ? top
		       : NULL;
}

/* A mutex's own word says who has it, where it is in the core: it has to be the one. */
static bool words_agree(struct rdep_core_made *m, const struct rdep_held *h, uint32_t tid)
{
	struct {
		int32_t word;
		uint32_t count, owner, users;
		int32_t kind;
	} words;

	if (h->kind != RDEP_MUTEX || !rdep_core_get(m->core, h->address, &words, sizeof(words)))
		return true;
	return words.owner == tid || ((uint32_t)words.word & FUTEX_TID) == tid;
}

static const struct rdep_held *held_by(struct search *s, const struct node *n,
				       const struct rdep_held *wanted)
{
	size_t i;

	for (i = 0; i < n->slot->held_count; i++) {
		const struct rdep_held *h = &n->slot->held[i];

		s->steps++;
		if (h->address == wanted->address && h->generation == wanted->generation &&
		    h->cls == wanted->cls && !(h->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND)) &&
		    (h->mode == RDEP_WRITE || wanted->mode == RDEP_WRITE) &&
		    words_agree(s->made, h, n->slot->slot.tid))
			return h;
	}
	return NULL;
}

/* Does node b keep node a waiting? */
static bool leads(struct search *s, const struct node *a, struct node *b)
{
	s->steps++;
	b->held = NULL;
	if (a->waits)
		return (b->held = held_by(s, b, a->waits)) != NULL;
	return a->slot->slot.wait_kind == 1 && a->slot->slot.wait_what &&
	       a->slot->slot.wait_what == b->slot->slot.thread;
}

/* Goes on from the end of the path; true when it comes back to a node of it, which is where it
 * begins then. */
static bool search_from(struct search *s, size_t from)
{
	size_t i;

	if (s->length == LEGS_MAX || s->steps > STEPS_MAX) {
		s->nodes[from].color = 2;
		return false;
	}
	s->path[s->length++] = from;
	s->nodes[from].color = 1;
	for (i = 0; i < s->count; i++) {
		struct node *n = &s->nodes[i];
		const struct rdep_held *before = n->held;

		if (n->color == 2 || !leads(s, &s->nodes[from], n)) {
			n->held = before;
			continue;
		}
		if (n->color == 1) {
			size_t start = 0;

			while (s->path[start] != i)
				start++;
			memmove(s->path, s->path + start, (s->length - start) * sizeof(*s->path));
			s->length -= start;
			return true;
		}
		if (search_from(s, i))
			return true;
	}
	s->nodes[from].color = 2;
	s->length--;
	return false;
}

/* ---- telling ---- */

static const struct rdep_core_stack *stack_of(const struct rdep_core_made *m, uint32_t thread)
{
	size_t i;

	for (i = 0; i < m->state.known_count; i++)
		if (m->state.known[i].id == thread && m->state.known[i].thread)
			return &m->stacks[m->state.known[i].thread - 1];
	return NULL;
}

static struct rdep_instance instance_of(const struct rdep_held *h)
{
	return (struct rdep_instance){h->address, h->generation, h->mode};
}

static void fill_leg(struct rdep_core_made *m, struct rdep_core_writer *w, const struct node *n,
		     struct rdep_leg *leg, uint32_t *last_stack)
{
	const struct rdep_core_stack *stack = stack_of(m, n->slot->slot.thread);
	size_t call = stack ? rdep_core_call(m->core, stack) : 0, i;
	const struct rdep_lock_site *taken;

	leg->thread = n->slot->slot.thread;
	leg->wait = n->waits ? RDEP_WAIT_LOCK : RDEP_WAIT_JOIN;
	if (n->held) {
		leg->held_cls = n->held->cls;
		leg->held = instance_of(n->held);
		leg->held_site = n->held->site;
		taken = rdep_core_site(m, n->held->cls, n->held->site);
		leg->held_stack = taken ? taken->stack : 0;
	}
	if (n->waits) {
		leg->wait_cls = n->waits->cls;
		leg->wait_inst = instance_of(n->waits);
		leg->wait_site = n->waits->site;
		for (i = 0; stack && leg->wait_site && i < stack->count; i++)
			if (stack->frames[i].pc == leg->wait_site)
				call = i;
	}
	if (stack && call < stack->count && !stack->frames[call].exact) {
		leg->wait_site = stack->frames[call].pc;
		leg->wait_stack = rdep_core_put_stack(w, stack, call, last_stack);
	}
}

static void put(struct search *s, struct rdep_core_writer *w)
{
	const struct rdep_record *r = s->made->record;
	struct rdep_finding f = {
		.kind = RDEP_K_DEADLOCK, .verdict = RDEP_CERTAIN, .detail = RDEP_D_CIRCLE_LOCKS};
	size_t size = sizeof(struct rdep_circle) + s->length * sizeof(struct rdep_leg), i;
	struct rdep_circle *c = rdep_alloc(size);
	uint32_t last_stack = 0;

	for (i = 0; i < r->stack_count; i++)
		if (r->stacks[i].raw->id > last_stack)
			last_stack = r->stacks[i].raw->id;
	for (i = 0; i < r->finding_count; i++)
		if (r->findings[i].raw->id > f.id)
			f.id = r->findings[i].raw->id;
	c->finding = ++f.id;
	c->count = (uint32_t)s->length;
	for (i = 0; i < s->length; i++) {
		fill_leg(s->made, w, &s->nodes[s->path[i]], &c->legs[i], &last_stack);
		if (c->legs[i].wait == RDEP_WAIT_JOIN)
			f.detail = RDEP_D_CIRCLE_JOIN;
	}
	f.thread = c->legs[0].thread;
	f.cls = c->legs[0].wait_cls ? c->legs[0].wait_cls : c->legs[0].held_cls;
	f.inst = c->legs[0].wait_cls ? c->legs[0].wait_inst : c->legs[0].held;
	f.acquire_stack = c->legs[0].wait_stack;
	f.held_site = c->legs[0].held_site;
	f.held_stack = c->legs[0].held_stack;
	rdep_writer_item(w, RDEP_CIRCLE, c, size, 0);
	rdep_writer_item(w, RDEP_FINDING, &f, sizeof(f), 0);
	free(c);
}

/* Did the process tell of a circle with that thread? */
static bool is_told(const struct rdep_record *r, uint32_t thread)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < r->circle_count; i++)
		for (k = 0; k < r->circles[i].raw->count; k++)
			if (r->circles[i].raw->legs[k].thread == thread)
				return true;
	return false;
}

bool rdep_core_put_circle(struct rdep_core_made *m, struct rdep_core_writer *w)
{
	struct search s = {.made = m};
	struct rdep_rslot *slots;
	size_t n = rdep_record_slots(m->record, &slots), i, k;
	bool found = false;

	s.nodes = rdep_alloc((n + 1) * sizeof(*s.nodes));
	for (i = 0; i < n; i++) {
		struct node *node = &s.nodes[s.count];

		*node = (struct node){.slot = &slots[i], .waits = waiting_entry(&slots[i])};
		if (node->waits || slots[i].slot.wait_kind == 1)
			s.count++;
	}
	for (i = 0; i < s.count && !found; i++) {
		s.length = 0;
		if (s.nodes[i].color || !search_from(&s, i))
			continue;
		found = s.length > 1 && !is_told(m->record, s.nodes[s.path[0]].slot->slot.thread);
		for (k = 0; k < s.count; k++)
			s.nodes[k].color = s.nodes[k].color ? 2 : 0;
		s.steps += s.count;
	}
	if (found)
		put(&s, w);
	free(s.nodes);
	rdep_record_slots_free(slots, n);
	return found;
}
