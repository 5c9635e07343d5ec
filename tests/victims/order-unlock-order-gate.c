/* SPDX-License-Identifier: MIT */
/*
 * C is taken under B again and again with the gate held; then once with the gate given back first, by calls that are
 * all well known by then. So the gate does not guard it.
 *
 * expect: lock-inversion certain lock_b lock_c
 */
#include "victim.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;

enum { OUT_OF_ORDER = 1, TAKES_C = 2 };

/* One place, whatever the compiler makes of the branches below. */
static NOINLINE void take_c(void)
{
	pthread_mutex_lock(&lock_c);
	pthread_mutex_unlock(&lock_c);
}

static NOINLINE void take(int how)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&lock_b);
	if (how & OUT_OF_ORDER)
		pthread_mutex_unlock(&gate);
	if (how & TAKES_C)
		take_c();
	pthread_mutex_unlock(&lock_b);
	if (!(how & OUT_OF_ORDER))
		pthread_mutex_unlock(&gate);
}

static void b_before_c(void)
{
	for (int i = 0; i < 4; i++) {
		take(OUT_OF_ORDER);
		take(TAKES_C);
	}
	take(OUT_OF_ORDER | TAKES_C);
}

static void c_before_b(void)
{
	pthread_mutex_lock(&gate);
	nest(&lock_c, &lock_b);
	pthread_mutex_unlock(&gate);
}

int main(void)
{
	TOGETHER(b_before_c, c_before_b);
	puts("done");
	return 0;
}
