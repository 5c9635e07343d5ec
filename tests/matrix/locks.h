/* SPDX-License-Identifier: MIT */
/*
 * locks.h - the locks of the matrix: a place for one of any kind, and the calls of each kind.
 *
 * The kinds are letters, told in matrix.h. A kind that is not known ends the program with status
 * 99.
 */
#ifndef MATRIX_LOCKS_H
#define MATRIX_LOCKS_H

#include "matrix.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <threads.h>

/* As libc's own streams are, in static memory. */
struct stream {
	FILE file;
	long lock[2];
};

union lock {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	sem_t semaphore;
	mtx_t c11;
	pthread_once_t once;
	struct stream stream;
	int file;
};

/* Is there a static initialiser of this kind, or what does as one? */
bool lock_has_initialiser(char kind);

/* As that does: no call. */
void lock_initialise(union lock *l, char kind);

/* Why locks of one of these kinds can't be had here; NULL: they can. Asked before any is set up. */
const char *lock_missing(const char *kinds);

/* The init call of a class; classes are call sites. Ends the program when there are too few. */
void lock_init(union lock *l, char kind, unsigned class);

/* Takes it: as the kind does, or how == 'r' as reader, 'w' as writer, 't' trying, 'l' with a
 * timeout, 'c' with a timeout of a clock. Each letter has call sites of its own. True: it is held
 * now. */
bool lock_take(union lock *l, unsigned letter, char kind, char how);

void lock_give(union lock *l, char kind);
void lock_destroy(union lock *l, char kind);

/* A block of the heap with a lock in it, from a call site of its letter. */
union lock *lock_alloc(unsigned letter);

#endif
