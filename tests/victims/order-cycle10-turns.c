/* SPDX-License-Identifier: MIT */
/*
 * 10 locks, 10 threads, each joined before the next is created.
 *
 * expect: lock-inversion ordered lock_0 lock_1 lock_2 lock_3 lock_4 lock_5 lock_6 lock_7 lock_8 lock_9
 * stack: acquire nest link_0
 * stack: acquire nest link_1
 * stack: acquire nest link_2
 * stack: acquire nest link_3
 * stack: acquire nest link_4
 * stack: acquire nest link_5
 * stack: acquire nest link_6
 * stack: acquire nest link_7
 * stack: acquire nest link_8
 * stack: acquire nest link_9
 */
#include "order-cycle10.h"

int main(void)
{
	static const victim_fn fns[] = {
		link_7, link_2, link_9, link_0, link_4, link_5, link_1, link_8, link_3, link_6,
	};

	for (int i = 0; i < 10; i++)
		in_thread(fns[i]);
	puts("done");
	return 0;
}
