/* SPDX-License-Identifier: MIT */
/*
 * map.c - memory given back by the page: locks in it end.
 */
#include <sys/mman.h>
#include "runtime/event.h"
#include "resolve.h"

RD_EXPORT int munmap(void *p, size_t n)
{
	if (rd_forget_wanted())
		rd_forget(p, n);
	return RD_NEXT(munmap)(p, n);
}
