/* SPDX-License-Identifier: MIT */
/*
 * signal.c - signal handlers, and the signal mask.
 *
 * In place of a handler the kernel gets a thunk, which leads to it by a frame of ours. A handler has the same thunk for
 * good, whatever signals it is set for, so that the kernel's own table says which is to be called: two threads that set
 * handlers at the same time, or a vfork child with dispositions of its own, have nothing to disagree about. What the
 * program gets back as the old handler is always its own.
 *
 * Signals that come of what the thread does itself (SIGSEGV and the like) stay as they are: those handlers look at
 * registers and frames, and run where the program chose to.
 */
#include <signal.h>
#include <string.h>
#include "runtime/event.h"
#include "resolve.h"
#include "thunks.h"

typedef void (*handler)(int);

extern char rd_thunks[] RD_HIDDEN;

/* Of each thunk its handler, or NULL. Never changed once set. */
static handler handlers[RD_THUNKS];

RD_HIDDEN void rd_run_handler(int sig, siginfo_t *info, void *context, unsigned thunk);
void rd_run_handler(int sig, siginfo_t *info, void *context, unsigned thunk)
{
	uint64_t here = RD_HERE;

	rd_handler_begin(sig, here, context);
	((void (*)(int, siginfo_t *, void *))(void *)handlers[thunk])(sig, info, context);
	rd_handler_end(here);
}

static bool is_thunk(handler h)
{
	return (uintptr_t)h - (uintptr_t)rd_thunks < RD_THUNKS * RD_THUNK_SIZE;
}

static handler thunk_of(handler h)
{
	unsigned at = (unsigned)(((uintptr_t)h >> 4) * 0x9e3779b1u >> 16) % RD_THUNKS, i;

	for (i = 0; i < RD_THUNKS; i++, at = (at + 1) % RD_THUNKS) {
		handler none = NULL;

		if (__atomic_load_n(&handlers[at], __ATOMIC_ACQUIRE) == h ||
		    __atomic_compare_exchange_n(&handlers[at], &none, h, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ||
		    none == h)
			return (handler)(void *)(rd_thunks + at * RD_THUNK_SIZE);
	}
	rd_handler_unfollowed();
	return h;
}

static bool is_function(handler h)
{
	return h != SIG_DFL && h != SIG_IGN && h != SIG_ERR && h != SIG_HOLD;
}

static bool is_synchronous(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL || sig == SIGTRAP || sig == SIGSYS;
}

/* What the kernel is to get for the program's handler, and the way back. */
static handler ours(int sig, handler h)
{
	if (!is_function(h) || is_synchronous(sig) || is_thunk(h))
		return h;
	if (rd_unlikely(!rd_resolved))
		rd_come_up();
	return rd_signals_wanted() ? thunk_of(h) : h;
}

static handler programs(handler h)
{
	return is_thunk(h) ? handlers[((uintptr_t)h - (uintptr_t)rd_thunks) / RD_THUNK_SIZE] : h;
}

static void has_set(int sig, handler h, bool once)
{
	/* One that is held back has no handler, and none is called. */
	rd_signal_set(sig, !is_thunk(h) ? RD_NO_HANDLER : once ? RD_HANDLER_ONCE : RD_HANDLER);
}

/* ---- sigaction ---- */

static int set_action(__typeof__(sigaction) *next, int sig, const struct sigaction *wanted, struct sigaction *old)
{
	struct sigaction action;
	int rc;

	if (!wanted) {
		rc = next(sig, NULL, old);
	} else {
		action = *wanted;
		action.sa_handler = ours(sig, action.sa_handler);
		rc = next(sig, &action, old);
	}
	if (rc == 0 && old)
		old->sa_handler = programs(old->sa_handler);
	if (rc == 0 && wanted)
		has_set(sig, action.sa_handler, action.sa_flags & (int)SA_RESETHAND);
	return rc;
}

RD_EXPORT int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
	return set_action(RD_NEXT(sigaction), sig, action, old);
}

int __sigaction(int sig, const struct sigaction *action, struct sigaction *old);
RD_EXPORT int __sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
	return set_action(RD_NEXT(__sigaction), sig, action, old);
}

/* ---- signal, of many names ---- */

static handler set_handler(__typeof__(signal) *next, int sig, handler h, bool once)
{
	handler mine = ours(sig, h), old = next(sig, mine);

	/* SIG_HOLD leaves what there was. */
	if (old != SIG_ERR && h != SIG_HOLD)
		has_set(sig, mine, once);
	return programs(old);
}

#define SIGNAL(name, once)                                                                                             \
	handler name(int sig, handler h);                                                                              \
	RD_EXPORT handler name(int sig, handler h)                                                                     \
	{                                                                                                              \
		return set_handler(RD_NEXT(name), sig, h, once);                                                       \
	}

SIGNAL(signal, false)
SIGNAL(bsd_signal, false)
SIGNAL(ssignal, false)
SIGNAL(sysv_signal, true)
SIGNAL(__sysv_signal, true)

/* System V's. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
RD_EXPORT handler sigset(int sig, handler h)
{
	handler old = set_handler(RD_NEXT(sigset), sig, h, false);

	if (old != SIG_ERR)
		rd_signal_mask(h == SIG_HOLD ? SIG_BLOCK : SIG_UNBLOCK, 1ull << (sig - 1), RD_SITE, RD_HERE);
	return old;
}

RD_EXPORT int sigignore(int sig)
{
	int rc = RD_NEXT(sigignore)(sig);

	if (rc == 0)
		has_set(sig, SIG_IGN, false);
	return rc;
}

/* ---- the mask ---- */

typedef int mask_call(int how, const sigset_t *set, sigset_t *old);

static int set_mask(mask_call *next, int how, const sigset_t *set, sigset_t *old, uint64_t site, uint64_t sp)
{
	uint64_t signals = 0;
	int rc;

	/* Before: old may be the same memory. */
	if (set)
		memcpy(&signals, set, sizeof(signals));
	rc = next(how, set, old);
	if (rc == 0 && set)
		rd_signal_mask(how, signals, site, sp);
	return rc;
}

/*
 * libunwind sets the mask around its own locks, and libc leaves the cancellation signal out of every mask that it is
 * given: so in the middle of a walk, under the runtime's lock, a thread could be cancelled. There the mask is full
 * already, and its calls do nothing.
 */
RD_EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	if (rd_unlikely(rd_unwinding()))
		return 0;
	return set_mask(RD_NEXT(sigprocmask), how, set, old, RD_SITE, RD_HERE);
}

RD_EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	if (rd_unlikely(rd_unwinding()))
		return 0;
	return set_mask(RD_NEXT(pthread_sigmask), how, set, old, RD_SITE, RD_HERE);
}
