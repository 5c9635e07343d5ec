/* SPDX-License-Identifier: MIT */
/*
 * The same in a program whose frames are counted from rbp, and with a lock more, so that the last time is another chain:
 * the way from where the thread sleeps to the call has saved rbp.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * stack: held the_last_time
 * stack: acquire second the_last_time forward
 * stack: acquire second backward
 * run: deadlocks
 * options: on_deadlock=exit
 * build: -fno-omit-frame-pointer
 */
#define FRAMES
#include "deadlock-warm.c"
