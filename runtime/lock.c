// SPDX-License-Identifier: MIT
/* lock.c - see lock.h. */
#include "lock.h"
#include "sys.h"

#include <linux/futex.h>
#include <signal.h>

/* 0 free, 1 held, 2 held and somebody sleeps. */
static uint32_t word;

void rd_signals_block(struct rd_locked *saved)
{
	uint64_t all = ~0ull;

	rd_sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved->mask, sizeof(saved->mask));
}

void rd_signals_restore(const struct rd_locked *saved)
{
	rd_sys(SYS_rt_sigprocmask, SIG_SETMASK, &saved->mask, 0, sizeof(saved->mask));
}

void rd_lock(struct rd_locked *saved)
{
	uint32_t seen = 0;

	rd_signals_block(saved);
	if (__atomic_compare_exchange_n(&word, &seen, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&word, 2, __ATOMIC_ACQUIRE) != 0)
		rd_sys(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 2, 0);
}

void rd_unlock(const struct rd_locked *saved)
{
	if (__atomic_exchange_n(&word, 0, __ATOMIC_RELEASE) == 2)
		rd_sys(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
	rd_signals_restore(saved);
}

int rd_lock_reset(void)
{
	return __atomic_exchange_n(&word, 0, __ATOMIC_ACQ_REL) == 0;
}
