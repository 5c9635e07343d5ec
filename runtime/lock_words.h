/* SPDX-License-Identifier: MIT */
/*
 * lock_words.h - what the words of a lock say of its state: glibc's layouts, x86-64.
 */
#ifndef RECLAIMDEP_LOCK_WORDS_H
#define RECLAIMDEP_LOCK_WORDS_H

#include <stdint.h>

struct rd_mutex_words {
	int32_t word;
	uint32_t count;
	uint32_t owner;
	uint32_t users;
	int32_t kind;
};
#define RD_MUTEX_TYPE_MASK 3
#define RD_MUTEX_ELISION 256

struct rd_rwlock_words {
	uint32_t readers; /* the count begins at RD_RWLOCK_COUNT */
	uint32_t writers, phase, futex, pad[2];
	uint32_t writer;
};
#define RD_RWLOCK_WRLOCKED 2u /* a writer has it, or is the next one */
#define RD_RWLOCK_COUNT 3

#define RD_SPIN_FREE 1
#define RD_GMUTEX_FREE 0 /* GLib's mutex on Linux: 1 taken, 2 taken and waited for */

union rd_lock_words {
	struct rd_mutex_words mutex;
	struct rd_rwlock_words rwlock;
	int32_t spin;
};

#endif
