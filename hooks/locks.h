/* SPDX-License-Identifier: MIT */
/*
 * locks.h - a lock call that may wait: announced before, its outcome told after.
 */
#ifndef RECLAIMDEP_HOOKS_LOCKS_H
#define RECLAIMDEP_HOOKS_LOCKS_H

#include <errno.h>
#include "runtime/event.h"
#include "resolve.h"

/* The very first lock call of a program brings the runtime up and is announced again. */
static inline __attribute__((always_inline)) struct rdep_held *
announce(const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	struct rdep_held *e = rd_acquire(lock, how, site, sp);

	if (rd_unlikely(!e) && rd_unlikely(!rd_resolved) && rd_come_up())
		e = rd_acquire_slow(lock, how, site, sp);
	return e;
}

/* EOWNERDEAD gives the lock as well. */
static inline __attribute__((always_inline)) int told(struct rdep_held *e, int rc)
{
	if (rd_likely(rc == 0 || rc == EOWNERDEAD))
		rd_acquired(e);
	else
		rd_abandon(e);
	return rc;
}

#endif
