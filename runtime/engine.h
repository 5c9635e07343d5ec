/* SPDX-License-Identifier: MIT */
/*
 * engine.h - whether this process and this thread are followed, and how a thread goes in and out.
 *
 * Three depths: the fast paths in event.h touch the thread's own memory only; the first slow step
 * (lock-free tables) still runs with signals open, so it orders its stores like the fast path does;
 * what changes shared state runs between rd_enter() and rd_leave(): runtime lock held, signals
 * blocked, thread busy, so that whatever comes by a hook in between passes through.
 */
#ifndef RECLAIMDEP_ENGINE_H
#define RECLAIMDEP_ENGINE_H

#include <stddef.h>
#include "lock.h"
#include "sys.h"
#include "thread.h"

/* One in the process that came up; zero before, and in a fork child until it has its own record
 * (the page is MADV_WIPEONFORK). */
extern uint32_t *rd_alive __attribute__((visibility("hidden")));

/* Is this process followed, now? A fork child that was not told comes up here. */
bool rd_ready_slow(void);
static inline bool rd_ready(void)
{
	return rd_likely(__atomic_load_n(rd_alive, __ATOMIC_RELAXED)) || rd_ready_slow();
}

/* Something told of the next acquisition, or of all of them, or all are counted: the fast paths don't look at that. */
static inline struct rdep_held *rd_thread_limit(const struct rd_thread *t)
{
	return t->pending || t->atomic || t->handling || rd_stat_on ? NULL : t->real_limit;
}

/* Between these the thread's fast paths fail, and its events pass through. Nests. */
static inline void rd_busy(struct rd_thread *t)
{
	t->busy++;
	t->limit = NULL;
	rd_signal_fence();
}

static inline void rd_idle(struct rd_thread *t)
{
	rd_signal_fence();
	if (--t->busy == 0)
		t->limit = rd_thread_limit(t);
}

static inline void rd_enter(struct rd_thread *t, struct rd_locked *l)
{
	rd_lock(l);
	rd_busy(t);
}

static inline void rd_leave(struct rd_thread *t, const struct rd_locked *l)
{
	rd_idle(t);
	rd_unlock(l);
}

/*
 * The calling thread's state, made at its first event. NULL: the event passes through, because the
 * process is not followed, the thread is busy (counted), or a vfork child runs on its memory.
 */
struct rd_thread *rd_here(void);

#endif
