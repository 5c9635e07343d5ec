/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-swap-reader with the mask that it needs.
 *
 * expect: none
 */
#define STORE_GFP GFP_NOIO
#include "shape-swap-reader.c"
