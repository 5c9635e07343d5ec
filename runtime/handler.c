// SPDX-License-Identifier: MIT
/* handler.c - see handler.h. */
#include "handler.h"
#include "chain.h"
#include "engine.h"
#include "event.h"
#include "held.h"
#include "interrupt.h"
#include "limits.h"
#include "record.h"
#include "stack.h"
#include "threads.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

/* Of a thread that has no state: it has had no event yet, or it is a fork child that was not followed so far. */
static __thread struct rd_handler early __attribute__((tls_model("initial-exec")));

static struct rd_handler *innermost(struct rd_thread *t)
{
	return &t->handlers[t->handling - 1];
}

static struct rdep_held *entry_of(struct rd_thread *t, const struct rd_handler *h)
{
	struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (e->kind == RDEP_SIGNAL && e->sp == h->cfa && e->address)
			return e;
	}
	return NULL;
}

static void forget_innermost(struct rd_thread *t)
{
	struct rd_handler *h = innermost(t);
	struct rdep_held *e = h->entered ? entry_of(t, h) : NULL;

	if (e)
		rd_held_remove(t, e);
	t->blocked = h->blocked;
	h->cfa = 0;
	rd_signal_fence();
	t->handling--;
	if (!t->busy)
		t->limit = rd_thread_limit(t);
}

/* ---- begin and end ---- */

static bool on_stack(const stack_t *s, uint64_t address)
{
	return !(s->ss_flags & SS_DISABLE) && address - (uint64_t)s->ss_sp < s->ss_size;
}

/*
 * The kernel keeps what it interrupted behind the address that the handler returns to: registers, mask, and the alternate
 * stack there is. A sanitizer may call the handler itself, with what it pleases.
 */
static struct rd_handler handler_of(int sig, uint64_t cfa, const void *context)
{
	const ucontext_t *u = context;
	struct rd_handler h = {.cfa = cfa, .sig = (uint32_t)sig};

	if ((uint64_t)context != cfa)
		return h;
	h.pc = (uint64_t)u->uc_mcontext.gregs[REG_RIP];
	if (on_stack(&u->uc_stack, cfa))
		h.low = (uint64_t)u->uc_stack.ss_sp;
	memcpy(&h.blocked, &u->uc_sigmask, sizeof(h.blocked));
	return h;
}

static void push(struct rd_thread *t, const struct rd_handler *made)
{
	struct rd_handler *h;

	t->used = 1;
	while (rd_handler_interrupted_at(t, made->cfa))
		forget_innermost(t);
	while (t->handling == RD_HANDLERS) {
		rd_limit_met(RD_LIMIT_HANDLERS);
		forget_innermost(t);
	}
	/* One that comes in between finds an entry that is not there yet, and leaves it so. */
	h = &t->handlers[t->handling];
	h->cfa = 0;
	rd_signal_fence();
	t->handling++;
	t->limit = NULL;
	h->low = made->low;
	h->pc = made->pc;
	h->blocked = made->blocked;
	h->sig = made->sig;
	h->entered = 0;
	t->blocked = rd_interrupt_mask_in(made->sig, made->blocked);
	rd_signal_fence();
	h->cfa = made->cfa;
}

void rd_handler_begin(int sig, uint64_t cfa, const void *context)
{
	struct rd_handler h = handler_of(sig, cfa, context);
	struct rd_thread *t = rd_self;

	if (!t || !t->vfork)
		rd_interrupt_delivered((uint32_t)sig);
	if (!t || !t->attached)
		early = h;
	else if (!t->busy)
		push(t, &h);
}

void rd_handler_end(uint64_t cfa)
{
	struct rd_thread *t = rd_self;
	uint32_t i;

	if (early.cfa == cfa)
		early.cfa = 0;
	if (!t || !t->attached || t->busy)
		return;
	for (i = t->handling; i > 0 && t->handlers[i - 1].cfa != cfa; i--)
		;
	while (i && t->handling >= i)
		forget_innermost(t);
}

void rd_handler_adopt(struct rd_thread *t)
{
	struct rd_handler h = early;

	early.cfa = 0;
	if (h.cfa)
		push(t, &h);
}

/* ---- at an event ---- */

/* SIZE_MAX: the walk does not show it. */
static size_t frame_at(uint64_t cfa)
{
	const struct rd_walk *w = rd_stack_walk();
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (w->frames[i].cfa == cfa)
			return i;
	}
	return SIZE_MAX;
}

/* Of a walk that did not come to the stack's end it can't be said what is not on it. */
static bool surely_gone(const struct rd_handler *h)
{
	return h->cfa && frame_at(h->cfa) == SIZE_MAX &&
	       !(rd_stack_walk()->flags & (RDEP_STACK_CUT | RDEP_STACK_BROKEN));
}

void rd_handlers_drop_gone(struct rd_thread *t)
{
	while (t->handling && surely_gone(innermost(t)))
		forget_innermost(t);
}

static void put_entry(struct rd_thread *t, struct rd_handler *h, uint32_t cls, uint32_t node)
{
	struct rdep_held *e = t->top + 1;

	t->top = e;
	rd_signal_fence();
	*e = (struct rdep_held){.site = h->pc, .sp = h->cfa, .cls = cls, .kind = RDEP_SIGNAL, .node = node};
	rd_signal_fence();
	e->address = RD_SIGNAL_ADDRESS(h->sig);
	h->entered = 1;
}

static void put_entry_locked(struct rd_thread *t, uint64_t site, uint64_t sp)
{
	struct rd_locked l;

	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	rd_drop_stale(t, NULL);
	if (t->handling && innermost(t)->cfa) {
		struct rd_handler *h = innermost(t);
		uint32_t cls = rd_interrupt_enter(t, h->sig), from = rd_held_rechain(t);

		if (cls)
			put_entry(t, h, cls, rd_chain_make(from, rd_cls_mode(cls, RDEP_WRITE, false)));
	}
	rd_leave(t, &l);
}

void rd_handler_event(struct rd_thread *t, uint64_t site, uint64_t sp)
{
	struct rd_handler *h;
	uint32_t cls, node;

	while (rd_handler_interrupted_at(t, sp))
		forget_innermost(t);
	if (!t->handling)
		return;
	h = innermost(t);
	if (h->entered || !h->cfa || t->top >= t->real_limit)
		return;
	cls = rd_interrupt_class(h->sig);
	node = cls && t->top->address ? rd_chain_next(t->top->node, rd_cls_mode(cls, RDEP_WRITE, false)) : 0;
	if (node)
		put_entry(t, h, cls, node);
	else
		put_entry_locked(t, site, sp);
}

uint32_t rd_handler_interrupted(const struct rdep_held *held, uint8_t *flags)
{
	const struct rd_walk *w = rd_stack_walk();
	size_t i = frame_at(held->sp);

	/* In between is what the handler returns to. */
	while (i < w->count && !w->frames[i].exact)
		i++;
	if (i >= w->count)
		return 0;
	*flags |= RDEP_EDGE_HELD_LIVE;
	return rd_stack_from(i);
}
