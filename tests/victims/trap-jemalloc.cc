// SPDX-License-Identifier: MIT
/*
 * A program that is linked with jemalloc.
 *
 * expect: reclaim-inversion certain fs_reclaim malloc_lock
 * expect: reclaim-inversion certain fs_reclaim new_lock
 * build: -Wl,--no-as-needed -ljemalloc
 * needs: jemalloc
 * kshim: full none
 */
#include "allocators.h"
