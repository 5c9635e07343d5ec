/* SPDX-License-Identifier: MIT */
/*
 * A thread in the place of two that left nothing behind runs beside the first thread, which takes the locks the other
 * way round after it was made.
 *
 * expect: lock-inversion certain lock_a lock_b
 * stack: acquire nest forward main
 * stack: acquire nest backward
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static sem_t go;

static NOINLINE void forward(void)
{
	nest(&lock_a, &lock_b);
	sem_post(&go);
}

static NOINLINE void backward(void)
{
	sem_wait(&go);
	nest(&lock_b, &lock_a);
}

static void *run(void *fn)
{
	if (fn)
		backward();
	return NULL;
}

static NOINLINE pthread_t begin(void *arg)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, run, arg), "pthread_create");
	return t;
}

int main(void)
{
	pthread_t t;

	sem_init(&go, 0, 0);
	pthread_join(begin(NULL), NULL);
	pthread_join(begin(NULL), NULL);
	t = begin(&go);
	forward();
	pthread_join(t, NULL);
	puts("done");
	return 0;
}
