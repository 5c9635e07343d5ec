/* SPDX-License-Identifier: MIT */
/*
 * A child does not have its parent's locks of POSIX, so it takes the file again, in the other order. What its parent
 * flocked it has too, and gives it back by closing.
 *
 * expect: lock-inversion possible /memfd:a:fcntl /memfd:b:fcntl
 * stack: acquire range child
 * processes: 2
 */
#include <sys/wait.h>
#include "file.h"

static int a, b, c;

static NOINLINE void child(void)
{
	must(range(b, F_SETLKW, F_WRLCK, 100, 4) == 0, "fcntl");
	must(range(a, F_SETLKW, F_WRLCK, 50, 4) == 0, "fcntl");
	close(c);
	_exit(0);
}

int main(void)
{
	int status;
	pid_t pid;

	a = new_file("a");
	b = new_file("b");
	c = new_file("c");
	must(flock(c, LOCK_EX) == 0, "flock");
	must(range(a, F_SETLKW, F_WRLCK, 50, 4) == 0 && range(b, F_SETLKW, F_WRLCK, 50, 4) == 0, "fcntl");
	/* The child gets its turn. */
	range(b, F_SETLK, F_UNLCK, 0, 0);
	pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0)
		child();
	range(a, F_SETLK, F_UNLCK, 0, 0);
	must(waitpid(pid, &status, 0) == pid && status == 0, "the child");
	puts("done");
	return 0;
}
