/* SPDX-License-Identifier: MIT */
/*
 * The same, but that one call takes both is seen after the orders: the circle is told then.
 *
 * expect: lock-inversion possible
 * stack: acquire node_use
 * stack: acquire node_move
 */
#define VALUES_LATER
#include "class-lump-type.c"
