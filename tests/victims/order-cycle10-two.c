/* SPDX-License-Identifier: MIT */
/*
 * Ten locks in a circle, five links in each of two threads.
 *
 * expect: lock-inversion certain lock_0 lock_1 lock_2 lock_3 lock_4 lock_5 lock_6 lock_7 lock_8 lock_9
 */
#include "order-cycle10.h"

static void evens(void)
{
	link_4();
	link_0();
	link_8();
	link_6();
	link_2();
}

static void odds(void)
{
	link_9();
	link_1();
	link_3();
	link_5();
	link_7();
}

int main(void)
{
	TOGETHER(evens, odds);
	puts("done");
	return 0;
}
