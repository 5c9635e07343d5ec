/* SPDX-License-Identifier: MIT */
/*
 * glib.c - GMutex and GCond, where a program calls them across objects.
 *
 * On Linux they are words and futexes, and no pthread lock is behind them. GRecMutex and GRWLock are pthread locks,
 * which come by those hooks; GLib's own calls to its GMutexes are bound inside of it and are not seen.
 *
 * The library may have been loaded for one plugin alone, so what does not jump on asks for its caller's one.
 */
#include <stdint.h>
#include "locks.h"

#define HOW RD_HOW(RDEP_GLIB, RDEP_WRITE, 0)

/* As GLib's headers, which need not be here, declare them: gboolean is int, gint64 int64_t. */
RD_EXPORT void g_mutex_init(void *mutex);
RD_EXPORT void g_mutex_clear(void *mutex);
RD_EXPORT void g_mutex_lock(void *mutex);
RD_EXPORT int g_mutex_trylock(void *mutex);
RD_EXPORT void g_mutex_unlock(void *mutex);
RD_EXPORT void g_cond_wait(void *cond, void *mutex);
RD_EXPORT int g_cond_wait_until(void *cond, void *mutex, int64_t until);

RD_EXPORT void g_mutex_init(void *mutex)
{
	RD_NEXT_FROM(g_mutex_init, RD_SITE)(mutex);
	rd_lock_init(mutex, RDEP_GLIB, RD_SITE, RD_HERE);
}

RD_EXPORT void g_mutex_clear(void *mutex)
{
	rd_lock_destroy(mutex, RDEP_GLIB);
	RD_NEXT(g_mutex_clear)(mutex);
}

static __attribute__((noinline)) void lock_slow(void *mutex, uint64_t site, uint64_t sp)
{
	struct rdep_held *e = announce_slow(mutex, HOW, site, sp);

	RD_NEXT_FROM(g_mutex_lock, site)(mutex);
	if (e)
		told(e, 0);
}

RD_EXPORT void g_mutex_lock(void *mutex)
{
	struct rdep_held *e = rd_acquire_fast(mutex, HOW, RD_SITE, RD_HERE);

	if (rd_unlikely(!e)) {
		lock_slow(mutex, RD_SITE, RD_HERE);
		return;
	}
	RD_NEXT_FROM(g_mutex_lock, RD_SITE)(mutex);
	rd_acquired(e);
}

RD_EXPORT int g_mutex_trylock(void *mutex)
{
	int got = RD_NEXT_FROM(g_mutex_trylock, RD_SITE)(mutex);

	if (got)
		rd_try_acquired(mutex, HOW, RD_SITE, RD_HERE);
	return got;
}

RD_EXPORT void g_mutex_unlock(void *mutex)
{
	if (rd_unlikely(!rd_release_fast(mutex)))
		rd_release_slow(mutex, RDEP_GLIB, RD_SITE, RD_HERE);
	RD_NEXT(g_mutex_unlock)(mutex);
}

RD_EXPORT void g_cond_wait(void *cond, void *mutex)
{
	rd_cond_wait_begin(cond, mutex, RD_SITE, RD_HERE);
	RD_NEXT_FROM(g_cond_wait, RD_SITE)(cond, mutex);
	rd_cond_wait_end(cond, mutex);
}

RD_EXPORT int g_cond_wait_until(void *cond, void *mutex, int64_t until)
{
	int signalled;

	rd_cond_wait_begin(cond, mutex, RD_SITE, RD_HERE);
	signalled = RD_NEXT_FROM(g_cond_wait_until, RD_SITE)(cond, mutex, until);
	rd_cond_wait_end(cond, mutex);
	return signalled;
}
