/* SPDX-License-Identifier: MIT */
/*
 * guard.c - the guards of C++'s function-local statics, by their symbols.
 *
 * They are called the first time only: whether it is done the program looks itself. Between acquire and release
 * the guard is a lock. What is provoked in there and comes by the same static would wait for itself.
 *
 * rd_own_*: where nobody has them, nobody calls them.
 */
#include "runtime/event.h"
#include "resolve.h"

RD_EXPORT int __cxa_guard_acquire(void *guard);
RD_EXPORT int __cxa_guard_acquire(void *guard)
{
	struct rdep_held *e = rd_once_begin(guard, RD_SITE, RD_HERE);
	int ours = RD_NEXT_FROM(__cxa_guard_acquire, RD_SITE)(guard);

	if (ours)
		rd_static_init(true);
	if (e && ours)
		rd_acquired(e);
	else if (e)
		rd_abandon(e);
	return ours;
}

RD_EXPORT void __cxa_guard_release(void *guard);
RD_EXPORT void __cxa_guard_release(void *guard)
{
	rd_static_init(false);
	rd_once_left(guard);
	RD_NEXT(__cxa_guard_release)(guard);
}

RD_EXPORT void __cxa_guard_abort(void *guard);
RD_EXPORT void __cxa_guard_abort(void *guard)
{
	rd_static_init(false);
	rd_once_left(guard);
	RD_NEXT(__cxa_guard_abort)(guard);
}

RD_HIDDEN int rd_own___cxa_guard_acquire(void *guard);
int rd_own___cxa_guard_acquire(void *guard)
{
	return !*(char *)guard;
}

RD_HIDDEN void rd_own___cxa_guard_release(void *guard);
void rd_own___cxa_guard_release(void *guard)
{
	*(char *)guard = 1;
}

RD_HIDDEN void rd_own___cxa_guard_abort(void *guard);
void rd_own___cxa_guard_abort(void *guard)
{
	(void)guard;
}
