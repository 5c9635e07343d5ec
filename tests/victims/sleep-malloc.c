/* SPDX-License-Identifier: MIT */
/*
 * A plain malloc under a spinlock is a note.
 *
 * expect: sleep-in-atomic certain spin
 * detail: sleep-malloc
 * stack: acquire run
 * status: 0
 * kshim: full
 */
#include "victim.h"
#include "kernel.h"

static pthread_spinlock_t spin;

static NOINLINE void run(void)
{
	pthread_spin_init(&spin, 0);
	pthread_spin_lock(&spin);
	free(malloc(64));
	pthread_spin_unlock(&spin);
}

int main(void)
{
	in_thread(run);
	puts("done");
	return 0;
}
