/* SPDX-License-Identifier: MIT */
/*
 * stack.h - stacks in the journal, each once.
 *
 * All functions need the runtime lock; a walk is of the calling thread.
 */
#ifndef RECLAIMDEP_STACK_H
#define RECLAIMDEP_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "unwind.h"

#define RD_FRAMES_MAX 256

struct rd_walk {
	size_t count;
	unsigned flags; /* RDEP_STACK_* */
	struct rd_frame frames[RD_FRAMES_MAX];
};

/*
 * The calling thread's stack from the hooked call on, by the walker of options.unwind; one walk
 * per event, kept in static memory until rd_stack_begin() is called again.
 */
void rd_stack_begin(uint64_t site, uint64_t sp);
const struct rd_walk *rd_stack_walk(void);

/* Was it made? */
bool rd_stack_walked(void);

/* How often that was called: what is remembered of one event is void at the next. */
uint64_t rd_stack_events(void);

/* The walk of another thread, which is in the call at site, in place of one of this event's. */
void rd_stack_given(uint64_t site, uint64_t sp, const struct rd_frame *frames, size_t count, unsigned flags);

/* This event's walk is made by the small walker, if none was made yet. */
void rd_stack_small(void);

/* Is this event inside a signal handler? Asks the walk; false when none was made for it. */
bool rd_stack_in_handler(void);

/* Did exit() call for this event? Asks the walk. */
bool rd_stack_in_exit(void);

/* The journal id of that walk. 0: not kept. */
uint32_t rd_stack_here(void);

/* The journal id of the stack `site`, then the walk's frames from index `first` on. */
uint32_t rd_stack_of(uint64_t site, size_t first);
/* The same with `caller`, a return address in what called the function around site, between the two. */
uint32_t rd_stack_of_call(uint64_t site, uint64_t caller, size_t first);
/* The walk's frames from index `first` on, which may be an interrupted one. */
uint32_t rd_stack_from(size_t first);
/* A stack of which no more than these frames is known. */
uint32_t rd_stack_put(const uint64_t *pcs, size_t count);
/* That stack found no room in the journal, maybe: in it now, if there is room for what is told now. */
void rd_stack_tell(uint32_t id);
/* The stack pointer of this event's call. */
uint64_t rd_stack_sp(void);

void rd_stack_reset(void);

#endif
