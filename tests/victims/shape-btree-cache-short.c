/* SPDX-License-Identifier: MIT */
/*
 * shape-btree-cache on the day that memory is short: it hangs, waiting for the lock that it holds.
 *
 * expect: self-deadlock certain cache_lock
 * stack: acquire shrinker_scan run_shrinkers shim_kmalloc node_alloc
 * stack: held node_alloc
 * run: hangs
 */
#define MEMORY 1
#include "shape-btree-cache.c"
