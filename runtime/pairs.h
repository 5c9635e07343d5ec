/* SPDX-License-Identifier: MIT */
/*
 * pairs.h - held stacks that are not remembered as a whole: pair by pair.
 *
 * A program that holds ever new sets of locks makes chains without end, and few edges. Beyond a bound (chain.h) such a
 * stack gets no chain of its own. What is taken over it is new when a pair of it is: each held class and the new one.
 * Which pairs were looked at stands in the same trie, as chains of two locks, which are no more than there are edges.
 *
 * A chain is looked at once with all that is held; a pair stands for many stacks. What makes an occurrence weightier
 * than those before is that a gate is missing. So each pair knows which gates it always had, as bits of their
 * classes; where one of these is missing it is looked at again. That is at most 32 times a pair. Pairs of an open
 * cycle are looked at each time, up to RD_NODE_SAMPLES_OPEN.
 */
#ifndef RECLAIMDEP_PAIRS_H
#define RECLAIMDEP_PAIRS_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* Was each pair that taking cls_mode makes looked at, with gates like these? Lock-free, the thread's own only. */
bool rd_pairs_known(struct rd_thread *t, uint32_t cls_mode);

/* They were looked at now, all of them. Needs the runtime lock. */
void rd_pairs_looked_at(struct rd_thread *t, uint32_t cls_mode);

#endif
