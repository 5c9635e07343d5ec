/* SPDX-License-Identifier: MIT */
/*
 * stdio.c - flockfile, ftrylockfile, funlockfile. What stdio's functions lock by themselves, for as
 * long as they run, goes by no call that could be seen.
 */
#include <stdio.h>
#include "runtime/event.h"
#include "resolve.h"

#define HOW RD_HOW(RDEP_STDIO, RDEP_WRITE, RD_RECURSIVE_OK)

RD_EXPORT void flockfile(FILE *stream)
{
	struct rdep_held *e = rd_acquire(stream, HOW, RD_SITE, RD_HERE);

	RD_NEXT(flockfile)(stream);
	if (e)
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
