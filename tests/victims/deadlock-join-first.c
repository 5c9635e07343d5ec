/* SPDX-License-Identifier: MIT */
/*
 * The join comes first, and the thread that is joined closes the circle.
 *
 * expect: deadlock certain lock -
 * stack: held main
 * stack: acquire second worker
 * expect: wait-inversion certain
 * run: deadlocks
 * options: on_deadlock=exit
 */
#define WORKER_LAST
#include "deadlock-join.c"
