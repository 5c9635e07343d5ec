/* SPDX-License-Identifier: MIT */
/*
 * Annotated locks given back by who does not hold them, and taken again, destroyed and initialised by who does.
 *
 * expect: unlock-foreign certain loose
 * stack: acquire user_unlock give_back
 * stack: held user_lock main
 * expect: unlock-unheld certain never
 * expect: held-destroyed certain early
 * detail: destroyed-held
 * expect: init-held certain again
 * detail: init-held
 * expect: destroyed-used certain gone
 * detail: destroyed-taken
 * stack: held end
 * stack: acquire user_lock use_ended
 * expect: self-deadlock certain twice
 * stack: held take_twice
 */
#include "user_lock.h"

static struct user_lock loose, twice, never, early, again, gone;

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

static NOINLINE void end(void)
{
	reclaimdep_lock_destroy(&gone);
}

static NOINLINE void use_ended(void)
{
	reclaimdep_lock_init(&gone, "gone");
	user_lock(&gone);
	user_unlock(&gone);
	end();
	user_lock(&gone);
	user_unlock(&gone);
}

int main(void)
{
	use_ended();
	reclaimdep_lock_release(&never);
	user_lock(&early);
	reclaimdep_lock_destroy(&early);
	user_unlock(&early);
	user_lock(&again);
	reclaimdep_lock_init(&again, NULL);
	user_unlock(&again);
	user_lock(&loose);
	in_thread(give_back);
	reclaimdep_lock_release(&loose);
	take_twice();
	puts("done");
	return 0;
}
