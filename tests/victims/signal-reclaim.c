/* SPDX-License-Identifier: MIT */
/*
 * The handler allocates, reclaim takes a lock, and that lock is held with the signal open.
 *
 * expect: signal-inversion certain SIGUSR1 fs_reclaim lock_a
 * stack: acquire handler
 * expect: sleep-in-atomic certain
 * detail: handler-alloc
 */
#include <reclaimdep/annotate.h>
#include "kernel.h"
#include "signals.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void handler(int sig)
{
	(void)sig;
	kfree(kmalloc(16, GFP_KERNEL));
}

static NOINLINE void shrink(void)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	take(&lock_a);
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

int main(void)
{
	handle(SIGUSR1, handler, 0, 0);
	shrink();
	take(&lock_a);
	raise(SIGUSR1);
	puts("done");
	return 0;
}
