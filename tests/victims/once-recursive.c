/* SPDX-License-Identifier: MIT */
/*
 * A routine that calls for itself waits for itself.
 *
 * expect: self-deadlock certain once
 * stack: held main
 * stack: acquire set_up main
 * run: hangs
 */
#include "victim.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static NOINLINE void set_up(void)
{
	pthread_once(&once, set_up);
}

int main(void)
{
	pthread_once(&once, set_up);
	return 0;
}
