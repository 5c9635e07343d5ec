/* SPDX-License-Identifier: MIT */
/*
 * annotate.h - what the program tells of itself (include/reclaimdep/annotate.h), as events.
 *
 * The entries for the hooks are in event.h.
 */
#ifndef RECLAIMDEP_RUNTIME_ANNOTATE_H
#define RECLAIMDEP_RUNTIME_ANNOTATE_H

#include <stdint.h>
#include "record_layout.h"
#include "thread.h"

/* A lock is not held as the program said: a finding, once for each site. Takes the runtime lock. */
void rd_assert_failed(struct rd_thread *t, const void *lock, enum rdep_detail detail, uint64_t site, uint64_t sp);

#endif
