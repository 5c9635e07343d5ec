/* SPDX-License-Identifier: MIT */
/*
 * As order-writer-first, with the preference told by an attribute, in heap objects.
 *
 * expect: lock-inversion certain
 */
#include "victim.h"

static pthread_rwlock_t *a, *b;

static NOINLINE void init_rwlock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	must(!pthread_rwlock_init(lock, &attr), "rwlock_init");
}

static NOINLINE pthread_rwlock_t *new_rwlock(void)
{
	pthread_rwlock_t *lock = malloc(sizeof(*lock));
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	must(!pthread_rwlock_init(lock, &attr), "rwlock_init");
	return lock;
}

static void nest_read(pthread_rwlock_t *x, pthread_rwlock_t *y)
{
	pthread_rwlock_rdlock(x);
	pthread_rwlock_rdlock(y);
	pthread_rwlock_unlock(y);
	pthread_rwlock_unlock(x);
}

static void forward(void)
{
	nest_read(a, b);
}

static void backward(void)
{
	nest_read(b, a);
}

int main(void)
{
	a = new_rwlock();
	b = malloc(sizeof(*b));
	init_rwlock(b);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
