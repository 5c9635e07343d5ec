/* SPDX-License-Identifier: MIT */
/*
 * Ranges of one file, each its own lock: hand over hand upwards as a database walks its chains, tried in any order as
 * sqlite does, whole after part.
 *
 * expect: none
 */
#include "file.h"

static int a;

static NOINLINE void upwards(void)
{
	off_t at;

	for (at = 0; at < 400; at += 4) {
		range(a, F_SETLKW, F_WRLCK, at, 1);
		range(a, F_SETLKW, F_WRLCK, at + 4, 1);
		range(a, F_SETLKW, F_UNLCK, at, 1);
	}
	range(a, F_SETLKW, F_UNLCK, 0, 0);
}

/* Shared, reserved, pending, exclusive, and back. */
static NOINLINE void tried(void)
{
	const off_t pending = 0x40000000, reserved = pending + 1, shared = pending + 2;

	range(a, F_SETLK, F_RDLCK, pending, 1);
	range(a, F_SETLK, F_RDLCK, shared, 510);
	range(a, F_SETLK, F_UNLCK, pending, 1);
	range(a, F_SETLK, F_WRLCK, reserved, 1);
	range(a, F_SETLK, F_WRLCK, pending, 1);
	range(a, F_SETLK, F_WRLCK, shared, 510);
	range(a, F_SETLK, F_RDLCK, shared, 510);
	range(a, F_SETLK, F_UNLCK, pending, 2);
	range(a, F_SETLK, F_UNLCK, 0, 0);
}

/* What covers the other needs no waiting for it. */
static NOINLINE void whole_and_part(void)
{
	range(a, F_SETLKW, F_WRLCK, 4, 4);
	range(a, F_SETLKW, F_WRLCK, 0, 0);
	range(a, F_SETLKW, F_UNLCK, 0, 0);
	range(a, F_SETLKW, F_WRLCK, 0, 0);
	range(a, F_SETLKW, F_WRLCK, 4, 4);
	range(a, F_SETLKW, F_UNLCK, 0, 0);
}

/* By other words: from the end, backwards, from where the file is read. */
static NOINLINE void relative(void)
{
	struct flock f = {.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -8, .l_len = 4};

	must(ftruncate(a, 4096) == 0, "ftruncate");
	fcntl(a, F_SETLKW, &f);
	range(a, F_SETLKW, F_WRLCK, 4092, 4);
	range(a, F_SETLKW, F_UNLCK, 0, 0);
	lseek(a, 4096, SEEK_SET);
	must(lockf(a, F_LOCK, -8) == 0, "lockf");
	range(a, F_SETLKW, F_WRLCK, 4096, 4);
	range(a, F_SETLKW, F_UNLCK, 0, 0);
	lseek(a, 0, SEEK_SET);
}

int main(void)
{
	a = new_file("a");
	TOGETHER(upwards, tried, whole_and_part, relative);
	puts("done");
	return 0;
}
