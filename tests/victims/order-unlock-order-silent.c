/* SPDX-License-Identifier: MIT */
/*
 * Silent: A is given back, out of order, before C is taken, so C before A is no inversion.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;

static void out_of_order(void)
{
	for (int i = 0; i < 2; i++) {
		must(!pthread_mutex_trylock(&lock_a), "trylock");
		must(!pthread_mutex_trylock(&lock_b), "trylock");
		pthread_mutex_unlock(&lock_a);
		pthread_mutex_lock(&lock_c);
		pthread_mutex_unlock(&lock_c);
		pthread_mutex_unlock(&lock_b);
	}
}

static void c_before_a(void)
{
	nest(&lock_c, &lock_a);
}

int main(void)
{
	TOGETHER(out_of_order, c_before_a, out_of_order);
	puts("done");
	return 0;
}
