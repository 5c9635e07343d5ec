/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-mount, and the allocation says that it is known to be right.
 *
 * expect: none
 */
#define MOUNT_GFP (GFP_KERNEL | __GFP_NOLOCKDEP)
#include "shape-mount.c"
