/* SPDX-License-Identifier: MIT */
/*
 * sites.h - counted places: allocation calls with a mask of their own, and scopes.
 *
 * Counted in the journal, in place. Take the runtime lock at a place's first time only.
 */
#ifndef RECLAIMDEP_SITES_H
#define RECLAIMDEP_SITES_H

#include <stdint.h>
#include "thread.h"

void rd_site_count(struct rd_thread *t, uint32_t raw_gfp, uint32_t gfp, uint64_t site, uint64_t sp);
/* Returns the id of the scope's item; 0: not kept. reason: text of the program's, NULL for none. */
uint32_t rd_scope_count(struct rd_thread *t, uint32_t bit, uint64_t cookie, const char *reason, uint64_t site,
			uint64_t sp);
void rd_sites_reset(void);

#endif
