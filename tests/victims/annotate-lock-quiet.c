/* SPDX-License-Identifier: MIT */
/*
 * Silent: annotated locks taken in one order; the other way round only tried; readers that may nest, a lock
 * that may be taken again; one that was not got; another lock at the same place.
 *
 * expect: none
 */
#include "user_lock.h"

static struct user_lock a, b, shared;

static NOINLINE void forward(void)
{
	user_lock(&a);
	user_lock(&b);
	user_unlock(&a);
	user_unlock(&b);
}

static NOINLINE void try_backward(void)
{
	user_lock(&b);
	must(user_lock_how(&a, RECLAIMDEP_LOCK_TRY), "try");
	user_unlock(&a);
	user_unlock(&b);
}

static NOINLINE void fails(void)
{
	must(!user_lock_how(&a, RECLAIMDEP_LOCK_TRY), "failing try");
	reclaimdep_assert_not_held(&a);
	user_lock(&b);
	must(!user_lock_how(&shared, RECLAIMDEP_LOCK_TIMED), "failing wait");
	reclaimdep_assert_not_held(&shared);
	user_unlock(&b);
}

static NOINLINE void readers(void)
{
	must(user_lock_how(&shared, RECLAIMDEP_LOCK_READ_RECURSIVE), "reader");
	must(user_lock_how(&shared, RECLAIMDEP_LOCK_READ_RECURSIVE), "reader again");
	user_unlock(&shared);
	user_unlock(&shared);
}

static NOINLINE void recursive(void)
{
	reclaimdep_lock_acquire(&a, RECLAIMDEP_LOCK_RECURSIVE);
	reclaimdep_lock_acquired(&a);
	reclaimdep_lock_acquire(&a, RECLAIMDEP_LOCK_RECURSIVE);
	reclaimdep_lock_acquired(&a);
	reclaimdep_lock_release(&a);
	reclaimdep_lock_release(&a);
}

/* One lock after the other at one address, with an order of its own each time. */
static NOINLINE void reused(int backward)
{
	struct user_lock *l = (struct user_lock *)malloc(sizeof(*l));

	l->word = 0;
	reclaimdep_lock_init(l, backward ? "second life" : "first life");
	user_lock(backward ? l : &b);
	user_lock(backward ? &b : l);
	user_unlock(l);
	user_unlock(&b);
	reclaimdep_lock_destroy(l);
	free(l);
}

int main(void)
{
	TOGETHER(forward, try_backward, readers, recursive);
	shared.word = -1;
	user_lock(&a);
	in_thread(fails);
	user_unlock(&a);
	reused(0);
	reused(1);
	puts("done");
	return 0;
}
