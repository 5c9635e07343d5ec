/* SPDX-License-Identifier: MIT */
/*
 * kin.h - classes by first acquisition that are really one type's.
 *
 * A lock without an init call gets its class by where it is first taken, so the locks of one type may be of several
 * classes: an order between those is an order between objects of one type, and says nothing beyond the very
 * instances. They give themselves away: one place (a call past the wrappers) takes locks of both.
 */
#ifndef RECLAIMDEP_KIN_H
#define RECLAIMDEP_KIN_H

#include <stdbool.h>
#include <stdint.h>

/* The call past the wrappers of an acquisition; 0 when it is not known yet. Lock-free. */
uint64_t rd_kin_place(uint64_t site, uint64_t sp);

/* Was a lock of cls seen to be taken there? Lock-free. */
bool rd_kin_known(uint64_t place, uint32_t cls);

/* A lock of cls is taken by this call. Returns the place. Needs the runtime lock. Amortised O(1). */
uint64_t rd_kin_see(uint64_t site, uint64_t sp, uint32_t cls);

/* Are all the classes that the edges join kin of each other, and more than one? Needs the runtime lock. */
bool rd_kin_cycle(const uint32_t *edges, uint32_t count);

/* The call there only takes locks for its callers. Needs the runtime lock. */
void rd_kin_wrapped(uint64_t pc);

void rd_kin_reset(void);

#endif
