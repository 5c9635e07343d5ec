/* SPDX-License-Identifier: MIT */
/*
 * verdict.h - how sure a cycle is, from the occurrences of its edges.
 *
 * Weighs every choice of one occurrence per edge, up to a bound, and gives the weightiest:
 *
 *   guarded        two of the threads would hold one gate lock exclusively
 *   ordered        thread creation or join puts one occurrence wholly before another
 *   single-thread  all of them are of one thread
 *   possible       the classes close the cycle, the instances do not
 *   certain        the instances close it too, in two threads or more that can run at once
 *
 * A cycle of file locks alone may close between two processes that run this code: it is possible unless another file's
 * lock keeps them apart, whatever the threads do. With other locks in it, one that rests on a thread waiting for what its
 * own descriptor or process has is none.
 *
 * Where the instances do not close the cycle, gates are compared by class: "each object under its own
 * gate" guards all objects. A reclaim domain is in every thread at once: the edge into it and the edge
 * out of it are one thread's doing (its allocation reclaims), and single-thread and ordered do
 * not apply. The same holds for a signal, with one thing more for `certain`: the handler ran in the thread that holds
 * the lock. A join is of one thread: where that one is known not to have taken what the cycle goes on
 * with, there is none (0), and what it took before it was joined makes it possible, never certain. Needs the runtime
 * lock. The number of choices is bounded by work: first those whose instances close the cycle, which are few, then all.
 */
#ifndef RECLAIMDEP_VERDICT_H
#define RECLAIMDEP_VERDICT_H

#include <stdbool.h>
#include <stdint.h>
#include "record_layout.h"

/* instances_only: choices whose instances do not close the cycle do not count, and 0 is returned when none is left.
 * chosen[i] gets which of the kept occurrences of edge i supports it. */
enum rdep_verdict rd_verdict(const uint32_t *edges, uint32_t count, bool instances_only, uint32_t *chosen);

#endif
