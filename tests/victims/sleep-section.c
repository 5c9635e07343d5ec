/* SPDX-License-Identifier: MIT */
/*
 * Between non_block_start and non_block_end nothing may sleep, the usual lock neither.
 *
 * expect: sleep-in-atomic certain
 * detail: sleep-lock
 * stack: held section run
 * stack: acquire use section run
 * expect: sleep-in-atomic certain
 * detail: sleep-alloc
 * stack: acquire use section run
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void use(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	kfree(kmalloc(64, GFP_KERNEL));
}

static NOINLINE void section(void)
{
	non_block_start();
	use();
	non_block_end();
}

static NOINLINE void run(void)
{
	for (int i = 0; i < 3; i++)
		use();
	section();
	use();
}

int main(void)
{
	in_thread(run);
	puts("done");
	return 0;
}
