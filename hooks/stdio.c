/* SPDX-License-Identifier: MIT */
/*
 * stdio.c - flockfile, ftrylockfile, funlockfile. What stdio's functions lock by themselves, for as
 * long as they run, goes by no call that could be seen.
 */
#include <stdio.h>
#include "runtime/event.h"
#include "resolve.h"

#define HOW RD_HOW(RDEP_STDIO, RDEP_WRITE, RD_RECURSIVE_OK)

static __attribute__((noinline)) void lock_slow(FILE *stream, uint64_t site, uint64_t sp)
{
	struct rdep_held *e = rd_acquire(stream, HOW, site, sp);

	RD_NEXT(flockfile)(stream);
	if (e)
		rd_acquired_counted(e);
}

RD_EXPORT void flockfile(FILE *stream)
{
	struct rdep_held *e = rd_acquire_fast(stream, HOW, RD_SITE, RD_HERE);

	if (rd_unlikely(!e)) {
		lock_slow(stream, RD_SITE, RD_HERE);
		return;
	}
	RD_NEXT(flockfile)(stream);
	rd_acquired(e);
}

RD_EXPORT int ftrylockfile(FILE *stream)
{
	int rc = RD_NEXT(ftrylockfile)(stream);

	if (rc == 0)
		rd_try_acquired(stream, HOW, RD_SITE, RD_HERE);
	return rc;
}

RD_EXPORT void funlockfile(FILE *stream)
{
	if (rd_unlikely(!rd_release_fast(stream)))
		rd_release_slow(stream, RDEP_STDIO, RD_SITE, RD_HERE);
	RD_NEXT(funlockfile)(stream);
}
