/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-fault, where the copy is made when the lock was given back.
 *
 * expect: none
 */
#define COPY_LATER
#include "shape-fault.c"
