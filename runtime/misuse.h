/* SPDX-License-Identifier: MIT */
/*
 * misuse.h - locks given back, initialised, destroyed or freed where that must not be.
 *
 * All of it is asked on slow paths: an unlock of what is not held, an init or destroy call, memory given back by
 * a thread that holds something. What a lock's words say is believed only beside an entry of a held stack, or a
 * thread that is there: the memory of a lock that is not initialised holds anything.
 *
 * No function here needs the runtime lock; signals may be open.
 */
#ifndef RECLAIMDEP_MISUSE_H
#define RECLAIMDEP_MISUSE_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* An unlock call for a lock of which this thread has no entry. */
void rd_misuse_unlock(struct rd_thread *t, const void *lock, unsigned kind, uint64_t site, uint64_t sp);

/*
 * Is it a lock that was destroyed, and not initialised since? Then it is told (detail: how it is used), and a lock
 * that works all the same is followed as before. Ask where a lock has no class.
 */
bool rd_misuse_destroyed(struct rd_thread *t, const void *lock, unsigned kind, unsigned detail, uint64_t site,
			 uint64_t sp);

/* Has exit() begun? Known by a handler, or by the walk of this event. Needs the runtime lock. */
bool rd_misuse_exiting(void);

/* In a fork child: forgets the places where locks were destroyed, if the journal does not have them. */
void rd_misuse_reset(void);

#endif
