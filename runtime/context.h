/* SPDX-License-Identifier: MIT */
/*
 * context.h - reclaim domains as something that a thread holds.
 */
#ifndef RECLAIMDEP_CONTEXT_H
#define RECLAIMDEP_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/*
 * Takes a domain as a lock that never waits; incoming edges unless `quiet`. flags: RDEP_HELD_CONTEXT or 0.
 * No site: it came with the thread. Takes the runtime lock.
 */
void rd_domain_hold(struct rd_thread *t, uint32_t cls, uint8_t flags, bool quiet, uint64_t site, uint64_t sp);

/* The innermost entry of the domain that is (or is not) a context's, NULL: none. */
struct rdep_held *rd_domain_find(struct rd_thread *t, uint32_t cls, bool context);

#endif
