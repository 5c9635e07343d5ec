// SPDX-License-Identifier: MIT
/* atomic.c - see atomic.h. */
#include "atomic.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "finding.h"
#include "held.h"
#include "map.h"
#include "stack.h"

/* The innermost spinlock that the thread has. */
static const struct rdep_held *spinlock(const struct rd_thread *t)
{
	const struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (e->kind == RDEP_SPIN && e->address && !(e->flags & RDEP_HELD_WAITING))
			return e;
	}
	return NULL;
}

/*
 * What asks the kernel's allocator for memory, or says might_sleep, has the kernel's rules. A pthread lock under a
 * pthread spinlock breaks none but the advice to hold those shortly; malloc's sleep is rare.
 */
static uint32_t severity(const struct rd_thread *t, enum rdep_detail detail)
{
	if (detail == RDEP_D_SLEEP_MALLOC)
		return RDEP_FINDING_NOTE;
	return detail == RDEP_D_SLEEP_LOCK && !t->atomic ? RDEP_FINDING_WARNING : 0;
}

void rd_atomic_check(struct rd_thread *t, enum rdep_detail detail, uint32_t raw_gfp, uint64_t site)
{
	const struct rdep_held *spin = spinlock(t);
	const struct rdep_held said = {.site = t->atomic_site, .sp = t->atomic_sp};
	const struct rdep_held *since = spin ? spin : &said;
	struct rdep_finding f = {.kind = RDEP_K_SLEEP_IN_ATOMIC,
				 .verdict = RDEP_CERTAIN,
				 .detail = detail,
				 .flags = severity(t, detail),
				 .raw_gfp = raw_gfp,
				 .held_site = since->site};
	uint8_t live = 0;

	if (!spin && !t->atomic)
		return;
	if (spin) {
		f.cls = spin->cls;
		f.inst = (struct rdep_instance){spin->address, spin->generation, spin->mode};
	}
	f.held_stack = rd_held_stack(t, since, &live);
	f.flags |= live;
	f.acquire_stack = rd_stack_here();
	rd_finding_place(t, &f, site);
}

void rd_atomic_handler(struct rd_thread *t, enum rdep_detail detail, uint32_t raw_gfp, uint64_t site)
{
	/* Many a program takes locks in handlers that it knows to run where nothing can go wrong. */
	struct rdep_finding f = {.kind = RDEP_K_SLEEP_IN_ATOMIC,
				 .verdict = RDEP_CERTAIN,
				 .detail = detail,
				 .flags = detail == RDEP_D_HANDLER_LOCK ? RDEP_FINDING_NOTE : 0,
				 .raw_gfp = raw_gfp};

	if (!rd_stack_in_handler())
		return;
	f.acquire_stack = rd_stack_here();
	rd_finding_place(t, &f, site);
}

void rd_cant_sleep(uint64_t site, uint64_t sp)
{
	struct rdep_finding f = {
		.kind = RDEP_K_SLEEP_IN_ATOMIC, .verdict = RDEP_CERTAIN, .detail = RDEP_D_NOT_ATOMIC};
	struct rd_thread *t = rd_here();
	struct rd_locked l;

	if (!t || t->atomic || spinlock(t))
		return;
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	f.acquire_stack = rd_stack_here();
	if (!rd_stack_in_handler())
		rd_finding_place(t, &f, site);
	rd_leave(t, &l);
}

void rd_atomic_check_here(struct rd_thread *t, enum rdep_detail detail, uint32_t raw_gfp,
			  uint64_t site, uint64_t sp)
{
	struct rd_locked l;

	if (!t->atomic && !spinlock(t))
		return;
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	rd_drop_stale(t, NULL);
	rd_atomic_check(t, detail, raw_gfp, site);
	rd_leave(t, &l);
}
