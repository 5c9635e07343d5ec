/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-inode, and reclaim says that the inodes it locks are those that nobody uses.
 *
 * expect: none
 */
#define RECLAIM_SUBCLASS 1
#include "shape-inode.c"
