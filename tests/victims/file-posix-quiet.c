/* SPDX-License-Identifier: MIT */
/*
 * Locks of POSIX belong to the process: its threads never wait for each other on them, so that an order with a mutex
 * means nothing. A third file's lock keeps the orders of two apart, between processes too.
 *
 * expect: lock-inversion guarded /memfd:b:fcntl /memfd:c:fcntl
 */
#include "file.h"

static int a, b, c;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void file_first(void)
{
	range(a, F_SETLKW, F_WRLCK, 0, 0);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	range(a, F_SETLKW, F_UNLCK, 0, 0);
}

static NOINLINE void mutex_first(void)
{
	pthread_mutex_lock(&lock);
	range(a, F_SETLKW, F_WRLCK, 0, 0);
	range(a, F_SETLKW, F_UNLCK, 0, 0);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void gated(int outer, int inner)
{
	range(a, F_SETLKW, F_WRLCK, 0, 0);
	range(outer, F_SETLKW, F_WRLCK, 0, 0);
	range(inner, F_SETLKW, F_WRLCK, 0, 0);
	range(inner, F_SETLKW, F_UNLCK, 0, 0);
	range(outer, F_SETLKW, F_UNLCK, 0, 0);
	range(a, F_SETLKW, F_UNLCK, 0, 0);
}

static void forward(void)
{
	gated(b, c);
}

static void backward(void)
{
	gated(c, b);
}

int main(void)
{
	a = new_file("a");
	b = new_file("b");
	c = new_file("c");
	TOGETHER(file_first, mutex_first, forward, backward);
	puts("done");
	return 0;
}
