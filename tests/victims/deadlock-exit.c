/* SPDX-License-Identifier: MIT */
/*
 * The same, and on_deadlock=exit ends the program.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * stack: held forward
 * stack: acquire second forward
 * stack: held backward
 * stack: acquire second backward
 * run: deadlocks
 * options: on_deadlock=exit
 * state: exited
 */
#include "deadlock-two.c"
