/* SPDX-License-Identifier: MIT */
/*
 * lock_words.h - what a lock's own words say of who holds it.
 *
 * glibc's layouts on x86-64, unchanged since 2.17. The words of a lock that others use change at any time: an
 * answer is of one moment. Nothing here takes a lock.
 */
#ifndef RECLAIMDEP_LOCK_WORDS_H
#define RECLAIMDEP_LOCK_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "thread.h"

struct rd_mutex_words {
	int32_t word;
	uint32_t count;
	uint32_t owner;
	uint32_t users; /* holders, and waits on a condition */
	int32_t kind;
};
#define RD_MUTEX_TYPE_MASK 3
#define RD_MUTEX_ROBUST 16
#define RD_MUTEX_INHERIT 32
#define RD_MUTEX_PROTECT 64
#define RD_MUTEX_SHARED 128
#define RD_MUTEX_ELISION 256
#define RD_MUTEX_DESTROYED (-1) /* in place of the kind */

struct rd_rwlock_words {
	uint32_t readers; /* the count begins at RD_RWLOCK_COUNT */
	uint32_t writers, phase, futex, pad[2];
	uint32_t writer;
	int32_t shared;
};
#define RD_RWLOCK_WRLOCKED 2u /* a writer has it, or is the next one */
#define RD_RWLOCK_COUNT 3
#define RD_RWLOCK_READERS(w) ((w)->readers >> RD_RWLOCK_COUNT)

#define RD_SPIN_FREE 1
#define RD_GMUTEX_FREE 0 /* GLib's mutex on Linux: 1 taken, 2 taken and waited for */

/*
 * pthread_once_t and C++'s guards: while the routine runs the one has 1 in its two lowest bits, the other has
 * its second byte set and the first not. (A guard that is done looks like the former.)
 */
static inline bool rd_once_is_running(int32_t word)
{
	return (word & 3) == 1 || ((word & 0x100) && !(word & 0xff));
}

union rd_lock_words {
	struct rd_mutex_words mutex;
	struct rd_rwlock_words rwlock;
	int32_t spin;
};

/* How many of them a lock of that kind has; 0: none that tell. */
size_t rd_words_size(unsigned kind);

/* Is that the calling thread's tid, or the one it had in the process that it was forked from? */
bool rd_tid_is(const struct rd_thread *t, uint32_t tid);

/* The thread that holds it exclusively: its tid, 0 for none or not told. */
uint32_t rd_words_owner(const union rd_lock_words *w, unsigned kind);

/* Nobody holds it in any way. False where the words don't tell. */
bool rd_words_free(const union rd_lock_words *w, unsigned kind);

/* How much of an entry's lock is to be looked at; 0: it can't tell, or is not held at this moment. */
size_t rd_held_words(const struct rdep_held *e);

/*
 * Is the memory of a lock there for sure, as `there`, where the program takes another one now, is? Held memory need not be:
 * a lock whose unlock nobody saw may be unmapped. For sure is what lies on one page with that other lock, further down in
 * the program's heap, of which only the end moves, or in the program's own variables. Asks no system call.
 */
bool rd_is_there(const void *lock, size_t n, const void *there);

/* Before the program uses its heap. */
void rd_lock_words_start(void);

/* The words say that t does not hold what the entry says: an unlock came by where no hook was, or another
 * thread made it. */
bool rd_words_say_stale(const struct rd_thread *t, const struct rdep_held *e, const union rd_lock_words *w);

#endif
