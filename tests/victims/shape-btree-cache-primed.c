/* SPDX-License-Identifier: MIT */
/*
 * shape-btree-cache in a run that never comes to the shrinker: the program says that reclaim takes
 * the lock, and the allocation under it is found all the same.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_new
 * stack: acquire node_alloc
 */
#define PRIMED
#include "shape-btree-cache.c"
