/* SPDX-License-Identifier: MIT */
/*
 * sites.h - counted places: allocation calls with a mask of their own, and scopes.
 *
 * Counted in the journal, in place. Take the runtime lock at a place's first time only.
 */
#ifndef RECLAIMDEP_SITES_H
#define RECLAIMDEP_SITES_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* flags: RDEP_SITE_PLAIN or 0. True: it is the first of its kind. */
bool rd_site_count(struct rd_thread *t, uint32_t raw_gfp, uint32_t gfp, uint32_t flags, uint64_t site, uint64_t sp);
/* Returns the id of the scope's item; 0: not kept. reason: text of the program's, NULL for none. */
uint32_t rd_scope_count(struct rd_thread *t, uint32_t bit, uint64_t cookie, const char *reason, uint64_t site,
			uint64_t sp);
/* The stack of a scope's item: that of the first time at its place. */
uint32_t rd_scope_stack(uint32_t id);
void rd_sites_reset(void);

#endif
