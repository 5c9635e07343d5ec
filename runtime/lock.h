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

/* Another number each time that the lock was given back: what was looked at under this one needs no second look. */
extern uint32_t rd_lock_turn __attribute__((visibility("hidden")));

/* Blocks every signal / gives the mask back, without the lock. */
void rd_signals_block(struct rd_locked *saved);
void rd_signals_restore(const struct rd_locked *saved);

/*
 * Over a fork: taken before, so that the child gets a whole state; given back after in the parent. It is held
 * while the handlers of pthread_atfork run, with signals open. A handler may wait for a thread that itself waits
 * for this lock: so one that waited 20 ms for a forking thread takes the lock away from it, and only the child
 * loses by that.
 */
void rd_lock_fork(void);
void rd_lock_fork_parent(void);

/* In a fork child, before anything else: the lock is free. Returns whether what it guards is whole: it was free, or
 * held by the forking thread. */
int rd_lock_reset(void);

#endif
