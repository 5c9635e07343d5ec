/* SPDX-License-Identifier: MIT */
/*
 * gates.h - what else a thread held at an occurrence: its gates.
 *
 * Held locks, as instances, are kept as a trie, so that a list is a number, and a lock that is taken over
 * many others costs one node: 36 bytes. A list has what was held from the bottom up to its node; of an
 * occurrence the lock that it is about is no gate, and is passed over.
 *
 * All functions need the runtime lock.
 */
#ifndef RECLAIMDEP_GATES_H
#define RECLAIMDEP_GATES_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

struct rd_gate {
	uint64_t address;
	uint32_t generation, cls;
	uint32_t below; /* the list without it; 0: nothing */
	uint32_t next;	/* in the table */
	uint32_t count; /* of the list, with it */
	uint32_t mode;
};

/* What t holds from `first` to its top, but for contexts, and for what it waits for. 0: nothing, or no memory. */
uint32_t rd_gates_held(struct rd_thread *t, const struct rdep_held *first);

/* The list of that lock alone will be asked for soon; `deep`: what rd_depend_ahead() says. */
void rd_gates_ahead(const struct rdep_held *e, bool deep);

/* Within one event (rd_stack_begin()) the answer is remembered: not any longer, a flag of an entry was changed. */
void rd_gates_changed(void);

/* The last of a list; it is not empty. */
const struct rd_gate *rd_gate_at(uint32_t list);

/* How many there are, the one that is passed over too. */
uint32_t rd_gates_count(uint32_t list);

/* A walk over a list, the last taken first, past the lock (address, generation). NULL: the end. */
struct rd_gate_walk {
	uint32_t at;
	uint64_t address;
	uint32_t generation;
	bool passed; /* that lock was met: what comes now was taken before it */
};
const struct rd_gate *rd_gate_next(struct rd_gate_walk *w);

void rd_gates_reset(void);

#endif
