/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-evict as it was put right, every transaction is a NOFS scope.
 *
 * expect: none
 */
#define SCOPED
#include "shape-evict.c"
