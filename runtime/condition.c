// SPDX-License-Identifier: MIT
/* condition.c - see condition.h. */
#include "condition.h"
#include "class.h"
#include "depend.h"
#include "engine.h"
#include "held.h"
#include "options.h"
#include "stack.h"

enum { WAITS_JOIN, WAITS_ALL, WAITS_NONE }; /* options.waits */

bool rd_conditions_wanted(void)
{
	return rd_options.waits == WAITS_ALL;
}

static bool is_lock_held(const struct rdep_held *e)
{
	return e->address && e->cls && e->kind != RDEP_SIGNAL && !(e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND));
}

static bool holds_other(const struct rd_thread *t, const struct rdep_held *mutex)
{
	const struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (e != mutex && is_lock_held(e))
			return true;
	}
	return false;
}

void rd_condition_wait(struct rd_thread *t, const void *cond, const struct rdep_held *mutex, uint64_t site, uint64_t sp)
{
	struct rd_target target = {.address = (uint64_t)cond, .mode = RDEP_WRITE};
	const struct rdep_held *e;
	struct rd_locked l;

	if (!holds_other(t, mutex))
		return;
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	target.cls = rd_class_resolve(cond, RDEP_EVENT, &target.generation);
	for (e = t->top; target.cls && e > t->bottom; e--) {
		if (e != mutex && is_lock_held(e))
			rd_depend(t, e, &target);
	}
	rd_leave(t, &l);
}

/* The event needs what is held now: as if it was taken here, so that it is no gate of its own dependency. */
static void needs(struct rd_thread *t, const struct rdep_held *event, struct rdep_held *e)
{
	struct rd_target target = {
		.cls = e->cls, .address = e->address, .generation = e->generation, .mode = e->mode};
	uint8_t flags = e->flags;

	e->flags |= RDEP_HELD_WAITING;
	rd_gates_changed();
	rd_depend(t, event, &target);
	e->flags = flags;
	rd_gates_changed();
}

void rd_condition_signal(struct rd_thread *t, const void *cond, uint64_t site, uint64_t sp)
{
	struct rdep_held event = {.address = (uint64_t)cond, .site = site, .sp = sp, .kind = RDEP_EVENT};
	struct rdep_held *e;
	struct rd_locked l;

	if (!holds_other(t, NULL))
		return;
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	event.cls = rd_class_resolve(cond, RDEP_EVENT, &event.generation);
	for (e = t->top; event.cls && e > t->bottom; e--) {
		if (is_lock_held(e))
			needs(t, &event, e);
	}
	rd_leave(t, &l);
}
