/* SPDX-License-Identifier: MIT */
/*
 * Two ranges of one file in both orders, by locks of open file descriptions.
 *
 * expect: same-class-nesting certain /memfd:a:OFD /memfd:a:OFD
 * stack: acquire range pair
 * stack: held range pair
 */
#include "file.h"

static int a;

static NOINLINE void pair(off_t outer, off_t inner)
{
	int fd = open_again(a);

	must(range(fd, F_OFD_SETLKW, F_WRLCK, outer, 4) == 0, "fcntl");
	must(range(fd, F_OFD_SETLKW, F_WRLCK, inner, 4) == 0, "fcntl");
	close(fd);
}

static void forward(void)
{
	pair(0, 4);
}

static void backward(void)
{
	pair(4, 0);
}

int main(void)
{
	a = new_file("a");
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
