/* SPDX-License-Identifier: MIT */
/*
 * acquire.h - taking a lock whose class is known by other means than its address.
 */
#ifndef RECLAIMDEP_ACQUIRE_H
#define RECLAIMDEP_ACQUIRE_H

#include <stdint.h>
#include "thread.h"

/* rd_acquire_slow() for the calling thread t = rd_here(), not inside the runtime. */
struct rdep_held *rd_acquire_as(struct rd_thread *t, const void *lock, unsigned how, uint32_t cls,
				   uint32_t generation, uint64_t site, uint64_t sp);

#endif
