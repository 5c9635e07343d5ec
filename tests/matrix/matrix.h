/* SPDX-License-Identifier: MIT */
/* clang-format off */
/*
 * matrix.h - small programs of locks in a compact notation, each run in a process of its own.
 *
 * A program is what its threads do, a thread per part:
 *
 *   A ... H   takes that lock, in the way of its kind
 *   rA wA     takes it as a reader, as a writer
 *   tA        tries
 *   lA cA     takes it with a timeout, of the time of day, of another clock
 *   uA        gives it back
 *   dA        destroys it
 *   iAx       init call; x (a to d): the class
 *   aA        from here A stands in a new block of the heap, freshly initialised
 *   xA        frees that block
 *   [A...]    in the brackets A is a variable on the stack, freshly initialised
 *   vA        waits for a condition, with mutex A, until a time that is past
 *   (A...)    what is in the brackets runs once, by pthread_once() of A
 *   {...}     what is in the brackets runs in a signal handler, now
 *   b o       blocks that signal, opens it again
 *   jN        joins thread N (1 is the first) of those beside it
 *   f g       fs_reclaim_acquire, _release (GFP_KERNEL)
 *   k n       might_alloc of GFP_KERNEL, of GFP_NOFS
 *   s e       memalloc_nofs_save, _restore
 *   #         nests two thousand other locks, pair by pair
 *   @         two thousand threads come and go, one after the other, and nest such a pair each
 *   z         makes and destroys two thousand other locks
 *   %         takes a hundred other locks
 *   p q       nests each of those in the one before it; nests the first in the last
 *   ;         gives back all that is held, and goes on
 *   ,         lets the other threads run, until it is its turn again
 *   +         at a part's end: keeps what it holds
 *   /         the next thread; those beside each other are alive at the same time, and run in turn
 *   >         the next thread, made when those before are joined
 *   !         at the very end: some call never returns
 *   ~         at the very start: the program runs on jemalloc
 *   300       at a part's begin: does it so many times
 *
 * At its end a part gives back what it holds, the last first; so do brackets with what was taken in
 * them. So nothing ever blocks, but where ! says so.
 *
 * Locks that are not told to be initialised by a call have a static initialiser, where their kind has
 * one; else each is of a class of its own.
 *
 * The kinds, a letter per lock, the last for all that follow:
 *
 *   m c k     normal, recursive, error-checking mutex
 *   a b i h   adaptive, robust, priority-inheriting, process-shared mutex
 *   s         spinlock
 *   w p       rwlock, and one that prefers writers
 *   r q       the same two, taken as readers where the program does not say
 *   e         semaphore of one
 *   x y       C11 mutex, recursive C11 mutex
 *   o         stdio stream (flockfile)
 *   f         file (flock; each thread opens it itself)
 *   n         pthread_once_t
 *   g         GMutex
 */
/* clang-format on */
#ifndef MATRIX_H
#define MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#define MATRIX_LOCKS 8
#define MATRIX_THREADS 8

struct matrix_case {
	const char *group, *name, *kinds, *program;
	const char *expect; /* "none", or KIND VERDICT */
	const char *awaits; /* NULL, or what is not followed yet: the case is skipped */
	const char *options; /* NULL, or what it is run with beside the options of the whole run */
};

/* The kind of a lock of these kinds. */
char matrix_kind(const char *kinds, unsigned lock);

/* Can the parts of a program, each run by several threads at once, deadlock? By trying all orders.
 * Knows takings, releases and ; only, and no part that takes again what it holds, or gives
 * back what it does not hold. */
bool matrix_can_deadlock(const char *kinds, const char *program);

/* Is that all there is in the program? */
bool matrix_is_known(const char *kinds, const char *program);

/* A random program that matrix_can_deadlock() knows, that takes nothing twice; its kinds. */
void matrix_random(unsigned long *seed, char *kinds, char *program, size_t size);

/*
 * The same parts, but before they run as they are, they run where they can't deadlock, often: under a gate, in one
 * thread, in threads that are joined in turn. What is found must be found all the same.
 */
void matrix_disguise(unsigned long *seed, char *kinds, const char *program, char *into, size_t size);

#endif
