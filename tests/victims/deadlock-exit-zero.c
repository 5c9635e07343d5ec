/* SPDX-License-Identifier: MIT */
/*
 * exitcode=0 lets a run with findings succeed; one that on_deadlock=exit ended did not.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * stack: held forward
 * stack: acquire second forward
 * stack: held backward
 * stack: acquire second backward
 * run: deadlocks
 * options: on_deadlock=exit exitcode=0
 * status: 66
 */
#include "deadlock-two.c"
