// SPDX-License-Identifier: MIT
/*
 * A program with the allocator of libc: the twin of those that are linked with another.
 *
 * expect: reclaim-inversion certain fs_reclaim malloc_lock
 * expect: reclaim-inversion certain fs_reclaim new_lock
 * kshim: full none
 */
#include "allocators.h"
