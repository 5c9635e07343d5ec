/* SPDX-License-Identifier: MIT */
/*
 * core_locks.h - who holds and who waits for which lock, as the locks' own words in a core say.
 *
 * For where no board tells: glibc's mutexes and rwlocks, found by their tags in all memory that
 * could be written, and by the runtime's table. A lock's words name its owner, a blocked thread's
 * registers the word that it sleeps on. Readers of an rwlock, and holders of locks of other kinds,
 * can't be told that way; nor can the order of locks, or where they were taken.
 */
#ifndef RECLAIMDEP_REPORTS_CORE_LOCKS_H
#define RECLAIMDEP_REPORTS_CORE_LOCKS_H

#include "reports/core_state.h"
#include "reports/record.h"

struct rdep_core_lock {
	uint64_t address;
	uint32_t cls, generation;
	uint32_t owner; /* tid, as the process knows it; 0: none */
	uint8_t kind;
};

struct rdep_core_locks {
	struct rdep_core_lock *locks; /* by address */
	size_t count;
	const struct rdep_core_lock **owned; /* those that have an owner, by it and address */
	size_t owned_count;
	bool unread; /* not all memory was looked at */
};

/* r tells the classes. */
void rdep_core_locks_find(const struct rdep_core_state *s, const struct rdep_record *r,
			  struct rdep_core_locks *l);
void rdep_core_locks_free(struct rdep_core_locks *l);

/* The first of those that the thread has: they follow each other in `owned`. */
size_t rdep_core_locks_of(const struct rdep_core_locks *l, uint32_t tid);

/* What the thread sleeps on: its futex word's address, 0 for none. */
uint64_t rdep_core_sleeps_on(const struct rdep_core_thread *t);

/* The lock of which that word is a part; *mode: how it is waited for. NULL: of none that is known.
 */
const struct rdep_core_lock *rdep_core_lock_of_word(const struct rdep_core_state *s,
						    const struct rdep_core_locks *l, uint64_t word,
						    uint8_t *mode);

#endif
