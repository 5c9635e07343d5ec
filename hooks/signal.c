/* SPDX-License-Identifier: MIT */
/*
 * signal.c - sigprocmask, for libunwind's sake alone.
 *
 * It sets the mask around its own locks, and libc leaves the cancellation signal out of
 * every mask that it is given: so in the middle of a walk, under the runtime's lock, a
 * thread could be cancelled. There the mask is full already, and its calls do nothing.
 */
#include <signal.h>
#include "runtime/event.h"
#include "resolve.h"

RD_EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	if (rd_unlikely(rd_unwinding()))
		return 0;
	return RD_NEXT(sigprocmask)(how, set, old);
}
