/* SPDX-License-Identifier: MIT */
/*
 * handler.h - which signal handler of the program the thread is in.
 *
 * The hooks call every handler from a frame of their own, which tells of its begin and end. A handler may also be left
 * without an end: by siglongjmp, setcontext, the thread's exit. Then its frame is gone from the stack, and that is
 * asked: at each event by the stack pointer, and before anything new is learnt by a walk. In a handler the
 * thread's `limit` is NULL, so that all its events come by the slow path; outside nothing is asked.
 *
 * The first lock event of a handler puts its signal on the held stack, as a thing that the thread is inside of, like a
 * reclaim context; interrupt.h says what that means.
 */
#ifndef RECLAIMDEP_HANDLER_H
#define RECLAIMDEP_HANDLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "thread.h"

/*
 * An event of the thread at sp: forgets handlers that were left, and puts the signal of the one it is in on the
 * held stack. Without the runtime lock; free of cost where t->handling is 0, which the caller asks.
 */
void rd_handler_event(struct rd_thread *t, uint64_t site, uint64_t sp);

/* Is a frame at sp outside of the handler that the thread is in? */
static inline bool rd_handler_interrupted_at(const struct rd_thread *t, uint64_t sp)
{
	const struct rd_handler *h = t->handling ? &t->handlers[t->handling - 1] : NULL;

	/* The stack grows down: what runs in a handler runs below its frame, and on the alternate stack if that does. One that
	 * is being made has no frame yet. */
	return h && h->cfa && (sp > h->cfa || sp < h->low);
}

/* Forgets the handlers that this event's walk does not show. Needs the runtime lock, and rd_stack_begin(). */
void rd_handlers_drop_gone(struct rd_thread *t);

/* The journal's stack of what the signal interrupted, by the entry of the held stack; 0: not known. As above. */
uint32_t rd_handler_interrupted(const struct rdep_held *held, uint8_t *flags);

/* A new thread state: the handler that ran before there was one. */
void rd_handler_adopt(struct rd_thread *t);

#endif
