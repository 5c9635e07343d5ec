/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - where a thread must not sleep: under a spinlock, or where the program said so.
 *
 * Asked where something is new to its chain or call site only.
 */
#ifndef RECLAIMDEP_ATOMIC_H
#define RECLAIMDEP_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>
#include "record_layout.h"
#include "thread.h"

/*
 * The thread does what may sleep, at site: a finding when it must not. detail: RDEP_D_SLEEP_*.
 * raw_gfp: of an allocation. Needs the runtime lock; rd_stack_begin() was called.
 */
void rd_atomic_check(struct rd_thread *t, enum rdep_detail detail, uint32_t raw_gfp, uint64_t site);

/*
 * The same for a signal handler, where the walk of this event (that was made for a reason of its own: a call site's
 * first time) shows one. detail: RDEP_D_HANDLER_*.
 */
void rd_atomic_handler(struct rd_thread *t, enum rdep_detail detail, uint32_t raw_gfp, uint64_t site);

/* The same for who has done neither; free of cost where nothing is held. */
void rd_atomic_check_here(struct rd_thread *t, enum rdep_detail detail, uint32_t raw_gfp,
			  uint64_t site, uint64_t sp);

#endif
