/* SPDX-License-Identifier: MIT */
/*
 * The same where threads have no life: those that threads make have places too, and go with them.
 *
 * options: waits=none
 * expect: none
 */
#include "trap-successor.c"
