/* SPDX-License-Identifier: MIT */
/*
 * Annotated locks given back by who does not hold them, and taken again by who does.
 *
 * expect: unlock-unheld certain loose
 * stack: acquire user_unlock give_back
 * expect: self-deadlock certain twice
 * stack: held take_twice
 */
#include "user_lock.h"

static struct user_lock loose, twice;

static NOINLINE void give_back(void)
{
	user_unlock(&loose);
}

static NOINLINE void take_twice(void)
{
	user_lock(&twice);
	must(!user_lock_how(&twice, RECLAIMDEP_LOCK_TIMED), "again");
	user_unlock(&twice);
}

int main(void)
{
	user_lock(&loose);
	in_thread(give_back);
	reclaimdep_lock_release(&loose);
	take_twice();
	puts("done");
	return 0;
}
