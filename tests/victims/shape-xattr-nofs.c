/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-xattr with the mask that its allocation needs.
 *
 * expect: none
 * class: jbd2_handle
 */
#define VALUE_GFP GFP_NOFS
#include "shape-xattr.c"
