/* SPDX-License-Identifier: MIT */
/*
 * condition.h - conditions as something that is waited for, with waits=all.
 *
 * Who waits on a condition under a lock other than its mutex holds that lock until somebody signals; who signals under a
 * lock had to take it first. So a wait is the dependency lock -> condition, and a signal is condition -> lock, of
 * each lock that is held then. A cycle over both is a wait-inversion, and possible at most: another thread may signal without
 * the lock. What the signaller took and gave back before is not looked at: where its way to the signal begins is not
 * known. A condition has no order with the mutex that it gives up.
 */
#ifndef RECLAIMDEP_CONDITION_H
#define RECLAIMDEP_CONDITION_H

#include "thread.h"

/* Is a cycle over conditions looked for? Constant once the runtime is up. */
bool rd_conditions_wanted(void);

/* The thread waits on cond, and gives `mutex` (its entry; NULL: it has none) up for that time. */
void rd_condition_wait(struct rd_thread *t, const void *cond, const struct rdep_held *mutex, uint64_t site, uint64_t sp);

/* The thread signals cond. Both take the runtime lock, where anything else is held. */
void rd_condition_signal(struct rd_thread *t, const void *cond, uint64_t site, uint64_t sp);

#endif
