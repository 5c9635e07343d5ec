/* SPDX-License-Identifier: MIT */
/*
 * An allocation with direct reclaim under a spinlock: a scope and NOLOCKDEP change nothing.
 *
 * expect: sleep-in-atomic certain spin
 * detail: sleep-alloc
 * stack: held run
 * stack: acquire allocate_plain run
 * expect: sleep-in-atomic certain spin
 * detail: sleep-alloc
 * stack: acquire allocate_in_scope run
 * expect: sleep-in-atomic certain spin
 * detail: sleep-alloc
 * stack: acquire allocate_quietly run
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static pthread_spinlock_t spin;

static NOINLINE void allocate_plain(void)
{
	kfree(kmalloc(64, GFP_NOIO));
}

static NOINLINE void allocate_in_scope(void)
{
	unsigned int flags = memalloc_noreclaim_save();

	kfree(kmalloc(64, GFP_KERNEL));
	memalloc_noreclaim_restore(flags);
}

static NOINLINE void allocate_quietly(void)
{
	kfree(kmalloc(64, GFP_KERNEL | __GFP_NOLOCKDEP));
}

static NOINLINE void run(void)
{
	pthread_spin_init(&spin, 0);
	/* Seen first where it may. */
	allocate_plain();
	pthread_spin_lock(&spin);
	allocate_plain();
	allocate_in_scope();
	allocate_quietly();
	pthread_spin_unlock(&spin);
}

int main(void)
{
	in_thread(run);
	puts("done");
	return 0;
}
