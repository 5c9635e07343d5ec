/* SPDX-License-Identifier: MIT */
/*
 * funlockfile() of a stream that nobody has: its count is wrong from then on.
 *
 * expect: unlock-unheld certain stderr
 * stack: acquire give_back main
 */
#include "victim.h"

static NOINLINE void give_back(void)
{
	funlockfile(stderr);
}

int main(void)
{
	give_back();
	puts("done");
	return 0;
}
