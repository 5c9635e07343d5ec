// SPDX-License-Identifier: MIT
/* barrier.c - waiting at a barrier. */
#include "atomic.h"
#include "engine.h"
#include "event.h"

#define WAIT_BARRIER 3 /* rdep_slot.wait_kind */

void rd_barrier_begin(const void *barrier, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return;
	t->slot->wait_what = (uint64_t)barrier;
	__atomic_store_n(&t->slot->wait_kind, WAIT_BARRIER, __ATOMIC_RELEASE);
	rd_atomic_check_here(t, RDEP_D_SLEEP_LOCK, 0, site, sp);
}

void rd_barrier_end(const void *barrier)
{
	struct rd_thread *t = rd_here();

	(void)barrier;
	if (t)
		__atomic_store_n(&t->slot->wait_kind, 0, __ATOMIC_RELEASE);
}
