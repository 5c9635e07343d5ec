/* SPDX-License-Identifier: MIT */
/*
 * map.c - memory given back by the page: locks in it end.
 */
#include <sys/mman.h>
#include "runtime/event.h"
#include "resolve.h"

static __attribute__((noinline)) int munmap_told(void *p, size_t n, uint64_t site, uint64_t sp)
{
	if (rd_held_near(p))
		rd_freed(p, n, true, site, sp);
	if (rd_forget_wanted())
		rd_forget(p, n);
	return RD_NEXT(munmap)(p, n);
}

RD_EXPORT int munmap(void *p, size_t n)
{
	if (rd_free_counts())
		return munmap_told(p, n, RD_SITE, RD_HERE);
	return RD_NEXT(munmap)(p, n);
}
