/* SPDX-License-Identifier: MIT */
/*
 * provoke.h - the rare side, brought about: shrinkers that are run without a shortage, allocations that fail
 * with memory enough. Option provoke=.
 *
 * A shrinker is run as direct reclaim would: in a thread that allocates, inside the domain's context.
 * But only where the thread holds nothing: no lock that was seen, no reclaim context, no scope that forbids it; and
 * none that was not seen either, so never from a signal handler, from inside libc or the loader (or what
 * they call back), nor once the process or the thread is ending. What can't be seen are locks of the program's
 * own making.
 */
#ifndef RECLAIMDEP_PROVOKE_H
#define RECLAIMDEP_PROVOKE_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* Reads the option. Before any thread is attached. */
void rd_provoke_start(void);

/* An allocation of this thread, which is followed, is about to be made, with this effective mask. Calls into the
 * program. Signals open, nothing of the runtime held. */
void rd_provoke_shrinkers(struct rd_thread *t, uint32_t gfp, uint64_t site, uint64_t sp);

/* A shrinker was registered / is about to be unregistered: that is the last chance to see it. */
void rd_provoke_registered(void);
void rd_provoke_unregister(const void *key);

/* The process is leaving: nothing is provoked from here on. */
void rd_provoke_end(void);

#endif
