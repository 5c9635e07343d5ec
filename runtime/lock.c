// SPDX-License-Identifier: MIT
/* lock.c - see lock.h. */
#include "lock.h"
#include "sys.h"

#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { FREE, HELD, CONTENDED /* held, and somebody sleeps */, FORKING };

static uint32_t word;

#define FORK_PATIENCE_NS 20000000
#define SPINS 100u /* it is mostly held for less than a sleep and a waking take */

void rd_signals_block(struct rd_locked *saved)
{
	uint64_t all = ~0ull;

	rd_sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved->mask, sizeof(saved->mask));
}

void rd_signals_restore(const struct rd_locked *saved)
{
	rd_sys(SYS_rt_sigprocmask, SIG_SETMASK, &saved->mask, 0, sizeof(saved->mask));
}

static void wait_while(uint32_t value, const struct timespec *timeout)
{
	rd_sys(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value, timeout);
}

static bool change(uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&word, &from, to, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* A thread that forks has it: wait, but not for ever. */
static void outwait_fork(void)
{
	static const struct timespec patience = {0, FORK_PATIENCE_NS};
	uint64_t until = rd_now_monotonic() + FORK_PATIENCE_NS;

	while (__atomic_load_n(&word, __ATOMIC_RELAXED) == FORKING) {
		wait_while(FORKING, &patience);
		if (rd_now_monotonic() >= until) {
			change(FORKING, FREE);
			return;
		}
	}
}

uint32_t rd_lock_turn = 1;

void rd_lock(struct rd_locked *saved)
{
	unsigned spins = 0;

	rd_signals_block(saved);
	if (change(FREE, HELD))
		return;
	for (;;) {
		uint32_t seen = __atomic_load_n(&word, __ATOMIC_RELAXED);

		if (seen == FORKING)
			outwait_fork();
		else if (seen != FREE && spins++ < SPINS)
			__builtin_ia32_pause();
		else if (seen == FREE && change(FREE, CONTENDED))
			return;
		else if (seen == CONTENDED || (seen == HELD && change(HELD, CONTENDED)))
			wait_while(CONTENDED, NULL);
	}
}

static void wake(void)
{
	rd_sys(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

void rd_unlock(const struct rd_locked *saved)
{
	rd_lock_turn++;
	if (__atomic_exchange_n(&word, FREE, __ATOMIC_RELEASE) == CONTENDED)
		wake();
	rd_signals_restore(saved);
}

void rd_lock_fork(void)
{
	struct rd_locked saved;

	rd_lock(&saved);
	__atomic_store_n(&word, FORKING, __ATOMIC_RELEASE);
	/* Who slept on HELD's successor looks again. */
	rd_sys(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX);
	rd_signals_restore(&saved);
}

void rd_lock_fork_parent(void)
{
	if (change(FORKING, FREE))
		rd_sys(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX);
}

int rd_lock_reset(void)
{
	uint32_t was = __atomic_exchange_n(&word, FREE, __ATOMIC_ACQ_REL);

	return was == FREE || was == FORKING;
}
