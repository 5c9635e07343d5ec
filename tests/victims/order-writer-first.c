/* SPDX-License-Identifier: MIT */
/*
 * Two readers in two orders, of locks that let a waiting writer go first: with a writer on each lock
 * this hangs.
 *
 * expect: lock-inversion certain a b
 */
#include "victim.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_rwlock_t b = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void nest_read(pthread_rwlock_t *x, pthread_rwlock_t *y)
{
	pthread_rwlock_rdlock(x);
	pthread_rwlock_rdlock(y);
	pthread_rwlock_unlock(y);
	pthread_rwlock_unlock(x);
}

static void forward(void)
{
	nest_read(&a, &b);
}

static void backward(void)
{
	nest_read(&b, &a);
}

int main(void)
{
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
