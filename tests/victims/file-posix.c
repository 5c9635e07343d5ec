/* SPDX-License-Identifier: MIT */
/*
 * Two files locked by fcntl in both orders, in one thread: two processes that run this code wait for each other
 * (the kernel sees that, and gives one of them EDEADLK).
 *
 * expect: lock-inversion possible /memfd:a:fcntl /memfd:b:fcntl
 * stack: acquire range lock_pair
 * stack: held range lock_pair
 */
#include "file.h"

static NOINLINE void lock_pair(int outer, int inner)
{
	must(range(outer, F_SETLKW, F_WRLCK, 0, 0) == 0, "fcntl");
	must(range(inner, F_SETLKW, F_WRLCK, 0, 0) == 0, "fcntl");
	range(inner, F_SETLK, F_UNLCK, 0, 0);
	range(outer, F_SETLK, F_UNLCK, 0, 0);
}

int main(void)
{
	int a = new_file("a"), b = new_file("b");

	lock_pair(a, b);
	lock_pair(b, a);
	puts("done");
	return 0;
}
