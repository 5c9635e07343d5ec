/* SPDX-License-Identifier: MIT */
/*
 * The same, and on_deadlock=abort leaves it to SIGABRT, although the program blocks that.
 *
 * expect: lock-inversion certain lock_a lock_b
 * expect: deadlock certain lock_a lock_b
 * stack: held forward
 * stack: acquire second forward
 * stack: held backward
 * stack: acquire second backward
 * run: deadlocks
 * options: on_deadlock=abort
 * status: 134
 * state: killed
 */
#include <signal.h>
#define main main_of_two
#include "deadlock-two.c"
#undef main

int main(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	signal(SIGABRT, SIG_IGN);
	return main_of_two();
}
