/* SPDX-License-Identifier: MIT */
/*
 * where.h - the places of an occurrence: which calls, with which stacks and masks. Edges are many, and places few, so
 * each is kept once.
 *
 * All functions need the runtime lock.
 */
#ifndef RECLAIMDEP_WHERE_H
#define RECLAIMDEP_WHERE_H

#include <stdint.h>

struct rd_where {
	uint64_t held_site;    /* the call that took what was held */
	uint64_t acquire_site; /* the call of this event */
	uint32_t held_stack, acquire_stack;
	uint32_t gfp, raw_gfp; /* of an allocation */
};

/* Its number; 0, which is no place, where there is no memory. O(1) expected. */
uint32_t rd_where_number(const struct rd_where *w);
struct rd_where rd_where_at(uint32_t number);

void rd_where_reset(void);

#endif
