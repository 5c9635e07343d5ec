/* SPDX-License-Identifier: MIT */
/*
 * C11 mutexes in two orders, in threads of thrd_create() that are alive at the same time.
 *
 * expect: lock-inversion certain lock_a lock_b
 * stack: acquire nest_mtx forward
 * stack: acquire nest_mtx backward
 * stack: held nest_mtx forward
 * stack: held nest_mtx backward
 */
#include <threads.h>
#include "victim.h"

static mtx_t lock_a, lock_b;
static sem_t forward_done, backward_done;

static NOINLINE void nest_mtx(mtx_t *outer, mtx_t *inner)
{
	must(mtx_lock(outer) == thrd_success, "mtx_lock");
	must(mtx_lock(inner) == thrd_success, "mtx_lock");
	must(mtx_unlock(inner) == thrd_success, "mtx_unlock");
	must(mtx_unlock(outer) == thrd_success, "mtx_unlock");
}

static NOINLINE int forward(void *arg)
{
	nest_mtx(&lock_a, &lock_b);
	sem_post(&forward_done);
	sem_wait(&backward_done);
	return *(int *)arg + 1;
}

static NOINLINE int backward(void *arg)
{
	sem_wait(&forward_done);
	nest_mtx(&lock_b, &lock_a);
	sem_post(&backward_done);
	thrd_exit(*(int *)arg + 2);
}

int main(void)
{
	int one = 1, two = 2, first, second;
	thrd_t a, b;

	mtx_init(&lock_a, mtx_plain);
	mtx_init(&lock_b, mtx_timed);
	sem_init(&forward_done, 0, 0);
	sem_init(&backward_done, 0, 0);
	must(thrd_create(&a, forward, &one) == thrd_success, "thrd_create");
	must(thrd_create(&b, backward, &two) == thrd_success, "thrd_create");
	must(thrd_join(a, &first) == thrd_success, "thrd_join");
	must(thrd_join(b, &second) == thrd_success, "thrd_join");
	printf("%d %d\n", first, second);
	mtx_destroy(&lock_a);
	mtx_destroy(&lock_b);
	return 0;
}
