/* SPDX-License-Identifier: MIT */
/*
 * Where a lock was taken is where its wrapper was called, not where another lock of its class was
 * taken first: by a function that still runs and takes it once, and by one that takes two. A
 * function that has returned since can't be told.
 *
 * expect: lock-inversion certain
 * stack: held lock_it once
 * stack: held lock_it twice
 * options: wrapper=*lock_it
 */
#include "victim.h"

struct object {
	pthread_mutex_t mutex;
};

static struct object a, b;

static NOINLINE void lock_it(struct object *o)
{
	must(!pthread_mutex_lock(&o->mutex), "pthread_mutex_lock");
}

/* What is first seen at the wrapper's site. */
static NOINLINE void first(void)
{
	lock_it(&a);
	pthread_mutex_unlock(&a.mutex);
	lock_it(&b);
	pthread_mutex_unlock(&b.mutex);
}

static NOINLINE void inner(struct object *o)
{
	pthread_mutex_lock(&o->mutex);
	pthread_mutex_unlock(&o->mutex);
}

static NOINLINE void once(void)
{
	lock_it(&a);
	inner(&b);
	pthread_mutex_unlock(&a.mutex);
}

static NOINLINE void twice(void)
{
	lock_it(&b);
	inner(&a);
	pthread_mutex_unlock(&b.mutex);
	lock_it(&b);
	pthread_mutex_unlock(&b.mutex);
}

int main(void)
{
	pthread_mutex_init(&a.mutex, NULL);
	pthread_mutex_init(&b.mutex, NULL);
	TOGETHER(first, once, twice);
	puts("done");
	return 0;
}
