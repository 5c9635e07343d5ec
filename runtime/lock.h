/* SPDX-License-Identifier: MIT */
/*
 * lock.h - the runtime's one lock.
 *
 * A futex of its own, held on the slow path only, never across a call into the
 * target or the loader. Every signal is blocked by the raw system call while it
 * is held (the cancellation signal too), so that neither a handler, nor
 * asynchronous cancellation, nor siglongjmp can leave it held. Not recursive.
 */
#ifndef RECLAIMDEP_LOCK_H
#define RECLAIMDEP_LOCK_H

#include <stdint.h>

/* The signal mask to give back. */
struct rd_locked {
	uint64_t mask;
};

void rd_lock(struct rd_locked *saved);
void rd_unlock(const struct rd_locked *saved);

/* Blocks every signal / gives the mask back, without the lock. */
void rd_signals_block(struct rd_locked *saved);
void rd_signals_restore(const struct rd_locked *saved);

/* In a fork child, before anything else: the lock is free again. Returns whether it was: if another thread
 * held it, what it guards may be half changed. */
int rd_lock_reset(void);

#endif
