/* SPDX-License-Identifier: MIT */
/*
 * A lock that was got by trying is held as any other: what is taken under it depends on it.
 *
 * expect: lock-inversion certain lock_a lock_b
 * stack: held try_forward
 * stack: acquire try_forward
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void try_forward(void)
{
	must(!pthread_mutex_trylock(&lock_a), "trylock");
	pthread_mutex_lock(&lock_b);
	pthread_mutex_unlock(&lock_b);
	pthread_mutex_unlock(&lock_a);
}

static NOINLINE void backward(void)
{
	nest(&lock_b, &lock_a);
}

int main(void)
{
	TOGETHER(try_forward, backward);
	puts("done");
	return 0;
}
