/* SPDX-License-Identifier: MIT */
/*
 * The same, but one thread is joined by thrd_join() before the other is created: this run orders them.
 *
 * expect: lock-inversion ordered lock_a lock_b
 */
#include <threads.h>
#include "victim.h"

static mtx_t lock_a, lock_b;

static NOINLINE int nest_mtx(void *backward)
{
	mtx_t *outer = backward ? &lock_b : &lock_a, *inner = backward ? &lock_a : &lock_b;

	mtx_lock(outer);
	mtx_lock(inner);
	mtx_unlock(inner);
	mtx_unlock(outer);
	return 0;
}

int main(void)
{
	thrd_t t;

	mtx_init(&lock_a, mtx_plain);
	mtx_init(&lock_b, mtx_plain);
	thrd_create(&t, nest_mtx, NULL);
	thrd_join(t, NULL);
	thrd_create(&t, nest_mtx, &t);
	thrd_join(t, NULL);
	puts("done");
	return 0;
}
