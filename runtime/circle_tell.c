// SPDX-License-Identifier: MIT
/*
 * circle_tell.c - a circle of threads as the record has it, and what on_deadlock= does about it.
 *
 * The stack of this thread is walked as always. Another one of the circle sleeps and will not move: where it looked
 * for a circle itself, it kept its stack; else it is walked from here, from the stack pointer that the kernel gives
 * it.
 */
#include "circle.h"
#include "depend.h"
#include "event.h"
#include "finding.h"
#include "options.h"
#include "sleep.h"
#include "stack.h"
#include "sys.h"
#include "unwind.h"

#include <signal.h>
#include <string.h>

/* In the order of options.def. */
enum { ON_DEADLOCK_REPORT, ON_DEADLOCK_ABORT, ON_DEADLOCK_EXIT };
enum { UNWIND_NONE = 2 };

/* A blocked call's own frames, from the program's call on. */
#define CALL_DEEPEST 65536u

static union {
	struct rdep_circle circle;
	char room[sizeof(struct rdep_circle) + RD_CIRCLE_LONGEST * sizeof(struct rdep_leg)];
} told;

/* ---- legs ---- */

static size_t walk_from(const struct rd_thread *t, uint64_t site, uint64_t at, struct rd_frame *frames, unsigned *flags)
{
	struct rd_sleep sleep;
	size_t n;

	if (rd_sleeps(t->tid, &sleep) && sleep.sp < at && at - sleep.sp < CALL_DEEPEST) {
		n = rd_unwind_sleeping(frames, RD_WAITING_FRAMES, sleep.pc, sleep.sp, true, at, flags);
		if (n && frames[0].pc == site)
			return n;
	}
	return rd_unwind_sleeping(frames, RD_WAITING_FRAMES, site, at, false, at - 1, flags);
}

static bool is_kept(const struct rd_waiting *kept, const struct rd_wait *w, uint64_t site, uint64_t sp)
{
	return kept->what == w->what && kept->site == site && kept->sp == sp && kept->count;
}

/* The event's walk becomes that of the thread. */
static void take_stack_of(const struct rd_circle_step *s, uint64_t site, uint64_t sp)
{
	static struct rd_frame frames[RD_WAITING_FRAMES];
	const struct rd_waiting *kept = &s->t->waiting;
	unsigned flags = 0;
	size_t n = 0;

	if (is_kept(kept, &s->wait, site, sp)) {
		rd_stack_given(site, sp, kept->frames, kept->count, kept->flags);
		return;
	}
	if (rd_options.unwind != UNWIND_NONE)
		n = walk_from(s->t, site, sp, frames, &flags);
	rd_stack_given(site, sp, frames, n, flags);
}

/* A walk that ended at once, because of a register that nobody saved: what was seen there before tells more. */
static bool seen_before(const struct rd_wait *w, struct rdep_leg *leg)
{
	uint32_t stack;

	if (w->how != RDEP_WAIT_LOCK || rd_stack_walk()->count > 1)
		return false;
	stack = rd_held_stack_first(&w->entry);
	if (!stack)
		return false;
	leg->wait_stack = stack;
	leg->flags |= RDEP_LEG_WAIT_SEEN;
	return true;
}

static struct rdep_instance instance_of(const struct rdep_held *e)
{
	return (struct rdep_instance){e->address, e->generation, e->mode};
}

static void fill_held(struct rdep_leg *leg, const struct rd_circle_step *s)
{
	uint8_t flags = 0;

	if (!s->held.address)
		return;
	leg->held_cls = s->held.cls;
	leg->held = instance_of(&s->held);
	leg->held_site = s->held.site;
	if (s->ahead) {
		leg->flags |= RDEP_LEG_AHEAD;
		return;
	}
	leg->held_stack = rd_held_stack(s->t, &s->held, &flags);
	if (flags & RDEP_EDGE_HELD_LIVE)
		leg->flags |= RDEP_LEG_HELD_LIVE;
	if (flags & RDEP_EDGE_HELD_CALLER)
		leg->flags |= RDEP_LEG_HELD_CALLER;
}

static void fill(struct rdep_leg *leg, const struct rd_circle_step *s, bool this_thread)
{
	const struct rdep_held *e = &s->wait.entry;
	bool in_call = s->wait.how == RDEP_WAIT_LOCK;
	uint64_t site = in_call ? e->site : s->t->waiting.site, sp = in_call ? e->sp : s->t->waiting.sp;

	*leg = (struct rdep_leg){.thread = s->t->id, .wait = (uint8_t)s->wait.how, .wait_site = site};
	if (s->wait.how != RDEP_WAIT_JOIN) {
		leg->wait_cls = e->cls;
		leg->wait_inst = instance_of(e);
	}
	if (this_thread)
		rd_stack_begin(site, sp);
	else
		take_stack_of(s, site, sp);
	if (this_thread || !seen_before(&s->wait, leg))
		leg->wait_stack = rd_stack_here();
	fill_held(leg, s);
}

/* A semaphore may be posted by anybody: that nobody else will is not sure. */
static bool is_certain(const struct rd_circle_step *path, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (path[i].wait.how == RDEP_WAIT_LOCK && path[i].wait.entry.kind == RDEP_SEM)
			return false;
	}
	return true;
}

static enum rdep_detail detail_of(const struct rd_circle_step *path, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (path[i].wait.how == RDEP_WAIT_JOIN)
			return RDEP_D_CIRCLE_JOIN;
	}
	return RDEP_D_CIRCLE_LOCKS;
}

void rd_circle_tell(const struct rd_circle_step *path, uint32_t count)
{
	struct rdep_finding f = {.kind = RDEP_K_DEADLOCK};
	const struct rdep_leg *mine = &told.circle.legs[0];
	uint32_t i;

	told.circle.count = count;
	for (i = count; i-- > 0;)
		fill(&told.circle.legs[i], &path[i], i == 0);
	f.verdict = is_certain(path, count) ? RDEP_CERTAIN : RDEP_POSSIBLE;
	f.detail = detail_of(path, count);
	f.cls = mine->wait_cls ? mine->wait_cls : mine->held_cls;
	f.inst = mine->wait_cls ? mine->wait_inst : mine->held;
	f.acquire_stack = mine->wait_stack;
	f.held_site = mine->held_site;
	f.held_stack = mine->held_stack;
	f.flags = (mine->flags & RDEP_LEG_HELD_LIVE ? RDEP_EDGE_HELD_LIVE : 0) |
		  (mine->flags & RDEP_LEG_HELD_CALLER ? RDEP_EDGE_HELD_CALLER : 0);
	rd_finding_deadlock(path[0].t, &f, &told.circle, mine->wait_site);
}

/* ---- what then ---- */

struct kernel_sigaction {
	uint64_t handler, flags, restorer, mask;
};

static void abort_now(void)
{
	const struct kernel_sigaction by_default = {0};
	const uint64_t only_this = 1ull << (SIGABRT - 1);

	rd_sys(SYS_rt_sigaction, SIGABRT, &by_default, 0, sizeof(only_this));
	rd_sys(SYS_rt_sigprocmask, SIG_UNBLOCK, &only_this, 0, sizeof(only_this));
	rd_sys(SYS_tgkill, rd_sys(SYS_getpid), rd_gettid(), SIGABRT);
}

void rd_deadlock_act(void)
{
	switch (rd_options.on_deadlock) {
	case ON_DEADLOCK_ABORT:
		abort_now();
		break;
	case ON_DEADLOCK_EXIT:
		rd_leaving();
		/* Whatever exitcode= leaves alone: a run that ended here did not end well. */
		rd_sys(SYS_exit_group, rd_options.exitcode ? rd_options.exitcode : RD_DEADLOCK_STATUS);
		break;
	}
}
