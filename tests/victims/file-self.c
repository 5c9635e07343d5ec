/* SPDX-License-Identifier: MIT */
/*
 * A thread flocks by a second descriptor what it holds by the first: nobody will ever give it back.
 *
 * expect: self-deadlock certain /memfd:a
 * run: hangs
 */
#include "file.h"

int main(void)
{
	int a = new_file("a");

	open_locked(a, LOCK_EX);
	open_locked(a, LOCK_EX);
	return 0;
}
