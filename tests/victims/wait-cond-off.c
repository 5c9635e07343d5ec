/* SPDX-License-Identifier: MIT */
/*
 * A condition that is waited for under a lock beside its mutex, and signalled under that lock: not looked for by
 * default, since who else could signal is not known.
 *
 * expect: none
 */
#include "wait-cond.c"
