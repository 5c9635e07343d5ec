/* SPDX-License-Identifier: MIT */
/*
 * Threads in each other's place that do nothing themselves; the destructor of a thread key does, in two of them.
 *
 * expect: lock-inversion ordered lock_a lock_b
 * stack: acquire nest forward
 * stack: acquire nest backward
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;

static NOINLINE void forward(void)
{
	nest(&lock_a, &lock_b);
}

static NOINLINE void backward(void)
{
	nest(&lock_b, &lock_a);
}

static void *run(void *fn)
{
	pthread_setspecific(key, fn);
	return NULL;
}

static void call(void *fn)
{
	((victim_fn)(uintptr_t)fn)();
}

static NOINLINE pthread_t begin(void *arg)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, run, arg), "pthread_create");
	return t;
}

int main(void)
{
	static const victim_fn fns[] = {NULL, NULL, forward, NULL, NULL, backward};
	unsigned i;

	must(!pthread_key_create(&key, call), "pthread_key_create");
	for (i = 0; i < sizeof(fns) / sizeof(fns[0]); i++)
		pthread_join(begin((void *)(uintptr_t)fns[i]), NULL);
	puts("done");
	return 0;
}
