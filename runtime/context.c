// SPDX-License-Identifier: MIT
/*
 * context.c - domains held: reclaim contexts, and the kernel's fs_reclaim map.
 */
#include "context.h"
#include "chain.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "gfp.h"
#include "handler.h"
#include "held.h"
#include "record.h"
#include "stack.h"
#include "threads.h"

struct rdep_held *rd_domain_find(struct rd_thread *t, uint32_t cls, bool context)
{
	struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (e->address == RD_DOMAIN_ADDRESS(cls) && !(e->flags & RDEP_HELD_CONTEXT) == !context)
			return e;
	}
	return NULL;
}

void rd_domain_hold(struct rd_thread *t, uint32_t cls, uint8_t flags, bool quiet, uint64_t site, uint64_t sp)
{
	struct rd_target target = {.cls = cls, .address = RD_DOMAIN_ADDRESS(cls), .mode = RDEP_WRITE};
	struct rdep_held *e;
	struct rd_locked l;

	if (rd_unlikely(t->handling))
		rd_handler_event(t, site, sp);
	if (t->top >= t->real_limit && !rd_thread_deepen(t)) {
		rd_count(RDEP_C_HELD_DROPPED);
		return;
	}
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	rd_drop_stale(t, NULL);
	rd_held_rechain(t);
	if (!quiet)
		rd_depend_on_all(t, &target);
	/* No site: it came with the thread (PR_SET_IO_FLUSHER over fork, clone and exec). */
	if (site && !rd_lock_site_known(site, cls))
		rd_lock_site_add(site, cls);
	e = t->top + 1;
	*e = (struct rdep_held){.site = site, .sp = sp, .cls = cls, .kind = RDEP_DOMAIN, .flags = flags};
	e->node = rd_chain_make(e[-1].node, rd_cls_mode(cls, RDEP_WRITE, false));
	t->top = e;
	rd_signal_fence();
	e->address = RD_DOMAIN_ADDRESS(cls);
	rd_leave(t, &l);
}

static bool reaches_fs(const struct rd_thread *t, uint32_t gfp)
{
	return rd_gfp_domains(rd_gfp_effective(gfp, t->scope), t->scope) & RD_DOMAIN_FS;
}

void rd_fs_reclaim_acquire(uint32_t gfp, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (t && reaches_fs(t, gfp))
		rd_domain_hold(t, RDEP_CLASS_FS_RECLAIM, 0, false, site, sp);
}

void rd_fs_reclaim_release(uint32_t gfp, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	(void)site;
	(void)sp;
	if (!t || !reaches_fs(t, gfp))
		return;
	e = rd_domain_find(t, RDEP_CLASS_FS_RECLAIM, false);
	if (e)
		rd_held_remove(t, e);
}

void rd_context_enter(uint32_t domain, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	if (!t || domain < RDEP_CLASS_RECLAIM || domain > RDEP_CLASS_FS_RECLAIM)
		return;
	e = rd_domain_find(t, domain, true);
	if (e) {
		if (e->recursion < 255)
			e->recursion++;
		return;
	}
	rd_domain_hold(t, domain, RDEP_HELD_CONTEXT, t->contexts != 0, site, sp);
	t->contexts++;
	rd_thread_set_malloc(t);
}

void rd_context_leave(uint32_t domain, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_domain_find(t, domain, true) : NULL;

	(void)site;
	(void)sp;
	if (!e)
		return;
	if (e->recursion) {
		e->recursion--;
		return;
	}
	rd_held_remove(t, e);
	t->contexts--;
	rd_thread_set_malloc(t);
}
