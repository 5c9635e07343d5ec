/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-btree-cache with a shrinker that, where the mask forbids it to wait, does not.
 *
 * expect: none
 */
#define TRYLOCK
#include "shape-btree-cache.c"
