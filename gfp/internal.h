/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the files of libreclaimdep-gfp share.
 *
 * They call each other below the exported names: a call to one of those may be seen by reclaimdep,
 * and what the library does for one call of the program's is not another.
 */
#ifndef RECLAIMDEP_GFP_INTERNAL_H
#define RECLAIMDEP_GFP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <reclaimdep/gfp.h>

#define HIDDEN __attribute__((visibility("hidden")))

/* PF_* of the calling thread. */
extern HIDDEN __thread unsigned int gfp_task_flags;

/* The mask after the thread's scopes. */
HIDDEN gfp_t gfp_effective(gfp_t gfp);

/*
 * An allocation with this mask (as passed) failed: reclaims as far as it may, and says whether to
 * try again. *round: 0 at first, counted on here.
 */
HIDDEN bool gfp_try_again(gfp_t gfp, unsigned int *round);

/*
 * Calls every shrinker, as reclaim on behalf of an allocation with this effective mask: each is
 * asked to look at its objects >> priority. Returns how many objects were freed.
 */
HIDDEN unsigned long gfp_shrink_all(gfp_t gfp, unsigned int priority);

/* Runs inside one of a thread's own reclaim contexts: allocations do not reclaim. */
HIDDEN unsigned int gfp_enter_reclaim(void);
HIDDEN void gfp_leave_reclaim(unsigned int before);

#endif
