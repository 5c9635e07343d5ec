/* SPDX-License-Identifier: MIT */
/*
 * Where the program says that it must not sleep it takes a mutex, and allocates with direct reclaim; the
 * outermost end ends it, and it is of one thread.
 *
 * expect: sleep-in-atomic certain
 * stack: acquire irq_handler
 * stack: held main
 * expect: sleep-in-atomic certain
 * stack: acquire grow
 * stack: held main
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void irq_handler(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void grow(unsigned gfp)
{
	reclaimdep_alloc(gfp);
}

static NOINLINE void elsewhere(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	int i;

	reclaimdep_atomic_end();
	for (i = 0; i < 4; i++)
		irq_handler();
	reclaimdep_atomic_begin();
	reclaimdep_atomic_begin();
	grow(RECLAIMDEP_GFP_ATOMIC);
	in_thread(elsewhere);
	reclaimdep_atomic_end();
	irq_handler();
	grow(RECLAIMDEP_GFP_KERNEL);
	reclaimdep_atomic_end();
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	reclaimdep_alloc(RECLAIMDEP_GFP_KERNEL);
	puts("done");
	return 0;
}
