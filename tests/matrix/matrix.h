/* SPDX-License-Identifier: MIT */
/*
 * matrix.h - small programs of locks in a compact notation, each run in a process of its own.
 *
 * A program is what its threads do, a thread per part:
 *
 *   A ... H   takes that lock, in the way of its kind     rA wA  takes it as a reader, as a writer
 *   tA        tries                                       lA     takes it with a timeout
 *   uA        gives it back                               iAx    init call; x (a to d): the class
 *   dA        destroys it
 *   f g       fs_reclaim_acquire, _release (GFP_KERNEL)   k n    might_alloc of GFP_KERNEL,
 * GFP_NOFS s e       memalloc_nofs_save, _restore                #      nests two thousand other
 * locks ;         gives back all that is held, and goes on    +      at a part's end: keeps it held
 *   /         the next thread; those beside each other are alive at the same time, and run in turn
 *   >         the next thread, made when those before are joined
 *   !         at the very end: the last call never returns
 *
 * At its end a part gives back what it holds, the last first. So nothing ever blocks, but where !
 * says so.
 *
 * The kinds, a letter per lock, the last for all that follow: m normal mutex, c recursive mutex,
 * k error-checking mutex, s spinlock, w rwlock, p rwlock that prefers writers; r and q are w and p,
 * taken as readers where the program does not say.
 */
#ifndef MATRIX_H
#define MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#define MATRIX_LOCKS 8
#define MATRIX_THREADS 8
#define MATRIX_STRIDE                                                                              \
	512 /* of the locks of one case in the array of all: classes are named by it */

struct matrix_case {
	const char *group, *name, *kinds, *program;
	const char *expect; /* "none", or KIND VERDICT */
	const char *awaits; /* NULL, or what is not followed yet: the case is skipped */
};

/* The kind of a lock of these kinds. */
char matrix_kind(const char *kinds, unsigned lock);

/* Can the parts of a program, each run by several threads at once, deadlock? By trying all orders.
 * Knows takings, releases and ; only. */
bool matrix_can_deadlock(const char *kinds, const char *program);

/* A random program that matrix_can_deadlock() knows, that takes nothing twice; its kinds. */
void matrix_random(unsigned long *seed, char *kinds, char *program, size_t size);

#endif
