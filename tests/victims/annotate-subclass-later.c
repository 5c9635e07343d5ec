/* SPDX-License-Identifier: MIT */
/*
 * Parent before child, by the subclass of the acquisition, at a place that takes them without one most of
 * the time; and once the other way round. An event of another kind comes between the word and the lock.
 *
 * expect: lock-inversion certain inode inode/1
 * stack: acquire climb
 * stack: held descend
 */
#define NESTED 2
#include "annotate-subclass.c"
