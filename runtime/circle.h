/* SPDX-License-Identifier: MIT */
/*
 * circle.h - threads that really wait for each other in a circle: kind deadlock.
 *
 * Who closes a circle of locks is the last to wait in it, and its acquisition lies on a cycle of classes that is
 * known by then. So each class knows its component (classes that lie on cycles together), and an acquisition inside
 * one component is never remembered by the fast path, for good. On the slow path such an acquisition asks the lock's
 * words whether it is to be had; only when it is not, the threads are followed from lock to holder to the lock that
 * this one waits for. What a thread waits for and holds is read from its held stack; what the lock's own words say must
 * agree. An entry is marked waiting before its thread looks, so of threads that wait at the same moment the last one
 * sees all of it.
 *
 * A call with a timeout, and a trylock, are no wait that lasts: they end a circle.
 */
#ifndef RECLAIMDEP_CIRCLE_H
#define RECLAIMDEP_CIRCLE_H

#include <stdbool.h>
#include <stdint.h>
#include "record_layout.h"
#include "thread.h"

/* ---- which acquisitions can close one ---- */

/* Classes `from` and `to` lie on a cycle since this edge, which is in the graph. Needs the runtime lock; at most
 * one search per class in all. */
struct rd_graph;
void rd_circle_component(struct rd_graph *graph, uint32_t from, uint32_t to);

/* Could t, holding what it has from `top` down, close a circle by waiting for a lock of cls? Lock-free. Such steps are
 * not to be remembered. */
bool rd_circle_on(const struct rd_thread *t, const struct rdep_held *top, uint32_t cls);

/* ---- looking ---- */

/*
 * t is about to make the call that `e`, on top of its held stack, announces. Looks for a circle where that can be one,
 * and has it in the record before it returns. Does what on_deadlock= says: it may not return. No lock held, signals
 * open.
 */
void rd_circle_look(struct rd_thread *t, const struct rdep_held *e);

/* The same for a join, without a timeout, of thread `id`, which slot->wait_kind says already. Until rd_circle_join_end() the locks that t
 * holds are such that a circle may close with them. */
void rd_circle_join_begin(struct rd_thread *t, uint32_t id, uint64_t site, uint64_t sp);
void rd_circle_join_end(struct rd_thread *t);

/* A condition wait begins: from where, for those who find this thread in a circle. */
static inline void rd_circle_cond_begin(struct rd_thread *t, const void *mutex, uint64_t site, uint64_t sp)
{
	t->waiting.what = (uint64_t)mutex;
	t->waiting.site = site;
	t->waiting.sp = sp;
	t->waiting.count = 0;
}

/* ---- telling ---- */

#define RD_CIRCLE_LONGEST 128u /* threads; longer ones are not seen */
#define RD_DEADLOCK_STATUS 66	/* with on_deadlock=exit and exitcode=0 */

/* What a thread waits for, as read from outside. */
struct rd_wait {
	enum rdep_wait how;
	uint64_t what;		/* the lock's address, or the id of the thread that is joined */
	struct rdep_held entry; /* of a lock: the waiting entry, or the one to be taken back */
};

/* A thread of the circle. */
struct rd_circle_step {
	struct rd_thread *t;
	struct rd_wait wait;
	struct rdep_held held;	/* its entry of what the one before waits for; address 0: it is joined */
	bool ahead;		/* it waits for that too, as a writer */
	struct rd_thread *next; /* of those that may hold what it waits for: not looked at yet */
};

/* The circle is in the record and on stderr; the first thread is the calling one. Needs the runtime lock. */
void rd_circle_tell(const struct rd_circle_step *path, uint32_t count);

/* What on_deadlock= says, once a deadlock was told of. No lock held. Returns where the program is to go on. */
void rd_deadlock_act(void);

#endif
