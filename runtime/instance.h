/* SPDX-License-Identifier: MIT */
/*
 * instance.h - locks that carry no tag, by their addresses; and what is kept of a lock that is destroyed.
 *
 * Looking one up is lock-free, and so is ending it. Making one needs the runtime lock.
 */
#ifndef RECLAIMDEP_INSTANCE_H
#define RECLAIMDEP_INSTANCE_H

#include "event.h"

#include <stdbool.h>
#include <stdint.h>

struct rd_instance {
	uint64_t address;
	uint32_t cls, generation, role;
	uint32_t next; /* in the table */
	uint32_t next_in_page : 31; /* index + 1 */
	uint32_t shared : 1; /* with other processes, which may initialise it */
	/* What the program told of a lock whose kind, and with it its tag's place, is not known yet. */
	uint32_t told_name, told_subclass;
	/* Destroyed: where, and what it was; 0: not known to be. */
	uint32_t dead, dead_cls, dead_generation;
};
_Static_assert(sizeof(struct rd_instance) == 48, "what there is many of");

/* NULL: not known. */
struct rd_instance *rd_instance_of(const void *lock);

/* The lock at that address is of that class, generation and role from now on; cls 0: it is not known yet. */
void rd_instance_set(const void *lock, uint32_t cls, uint32_t generation, uint32_t role);

/* Where all that is kept of it goes. */
void rd_instance_end(struct rd_instance *in);

/* One that no other lock of that address has. Signal-safe; each thread has a few in store, so as to share nothing. */
uint32_t rd_new_generation(void);

void rd_instance_reset(void);

#endif
