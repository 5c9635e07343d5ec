/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-inode, and the allocation says that it is known to be right.
 *
 * expect: none
 */
#define READ_GFP (GFP_KERNEL | __GFP_NOLOCKDEP)
#include "shape-inode.c"
