/* SPDX-License-Identifier: MIT */
/*
 * Two threads flock two files in both orders, each by descriptors of its own; closing is what gives the locks back.
 *
 * expect: lock-inversion certain /memfd:a /memfd:b
 * stack: acquire open_locked forward
 * stack: acquire open_locked backward
 * stack: held open_locked forward
 */
#include "file.h"

static int a, b;

static NOINLINE void nest_files(int outer, int inner)
{
	int first = open_locked(outer, LOCK_EX), second = open_locked(inner, LOCK_EX);

	close(second);
	close(first);
}

static NOINLINE void forward(void)
{
	nest_files(a, b);
}

static NOINLINE void backward(void)
{
	nest_files(b, a);
}

int main(void)
{
	a = new_file("a");
	b = new_file("b");
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
