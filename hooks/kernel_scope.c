/* SPDX-License-Identifier: MIT */
/*
 * kernel_scope.c - memalloc scopes and the fs_reclaim map, by the kernel's names.
 *
 * A provider's own function is always called, and the program gets its cookie; the
 * runtime keeps its account beside it.
 */
#include "runtime/event.h"
#include "resolve.h"

#define SCOPE(which, bit)                                                                          \
	RD_EXPORT unsigned long memalloc_##which##_save(long a, long b, long c, long d, long e,    \
							long f);                                   \
	RD_EXPORT long memalloc_##which##_restore(unsigned long cookie, long b, long c, long d,    \
						  long e, long f);                                 \
	unsigned long memalloc_##which##_save(long a, long b, long c, long d, long e, long f)      \
	{                                                                                          \
		__typeof__(&memalloc_##which##_save) next =                                        \
			RD_NEXT_FROM(memalloc_##which##_save, RD_SITE);                            \
		bool provided = (void *)next != (void *)rd_own_nothing;                            \
		unsigned long cookie = provided ? next(a, b, c, d, e, f) : 0;                      \
                                                                                                   \
		return rd_scope_save(bit, provided, cookie, RD_SITE, RD_HERE);                     \
	}                                                                                          \
	long memalloc_##which##_restore(unsigned long cookie, long b, long c, long d, long e,      \
					long f)                                                    \
	{                                                                                          \
		__typeof__(&memalloc_##which##_restore) next =                                     \
			RD_NEXT_FROM(memalloc_##which##_restore, RD_SITE);                         \
                                                                                                   \
		rd_scope_restore(bit, (void *)next != (void *)rd_own_nothing, cookie, RD_SITE,     \
				 RD_HERE);                                                         \
		return next(cookie, b, c, d, e, f);                                                \
	}

SCOPE(nofs, RDEP_SCOPE_NOFS)
SCOPE(noio, RDEP_SCOPE_NOIO)
SCOPE(noreclaim, RDEP_SCOPE_NORECLAIM)
SCOPE(pin, RDEP_SCOPE_PIN)

/* By task flags: the kernel's own numbers, as it has a shim too. */
RD_EXPORT unsigned long memalloc_flags_save(unsigned long flags, long b, long c, long d, long e,
					    long f);
unsigned long memalloc_flags_save(unsigned long flags, long b, long c, long d, long e, long f)
{
	__typeof__(&memalloc_flags_save) next = RD_NEXT_FROM(memalloc_flags_save, RD_SITE);
	bool provided = (void *)next != (void *)rd_own_nothing;
	unsigned long cookie = provided ? next(flags, b, c, d, e, f) : 0;

	return rd_scope_flags_save((uint32_t)flags, provided, cookie, RD_SITE, RD_HERE);
}

RD_EXPORT long memalloc_flags_restore(unsigned long cookie, long b, long c, long d, long e, long f);
long memalloc_flags_restore(unsigned long cookie, long b, long c, long d, long e, long f)
{
	__typeof__(&memalloc_flags_restore) next = RD_NEXT_FROM(memalloc_flags_restore, RD_SITE);

	rd_scope_flags_restore((void *)next != (void *)rd_own_nothing, (uint32_t)cookie, RD_SITE,
			       RD_HERE);
	return next(cookie, b, c, d, e, f);
}

#define MAP_CALL(name)                                                                             \
	RD_EXPORT long name(long gfp, long b, long c, long d, long e, long f);                     \
	long name(long gfp, long b, long c, long d, long e, long f)                                \
	{                                                                                          \
		rd_##name(rd_gfp((uint32_t)gfp), RD_SITE, RD_HERE);                                \
		return RD_NEXT_FROM(name, RD_SITE)(gfp, b, c, d, e, f);                            \
	}

MAP_CALL(fs_reclaim_acquire)
MAP_CALL(fs_reclaim_release)
MAP_CALL(might_alloc)

/* Names that a shim may have as functions with file and line, as the kernel's are. */
#define SAYS(name, what)                                                                           \
	RD_EXPORT long name(long a, long b, long c, long d, long e, long f);                       \
	long name(long a, long b, long c, long d, long e, long f)                                  \
	{                                                                                          \
		what;                                                                              \
		return RD_NEXT_FROM(name, RD_SITE)(a, b, c, d, e, f);                              \
	}

SAYS(might_sleep, rd_might_sleep(RD_SITE, RD_HERE))
SAYS(__might_sleep, rd_might_sleep(RD_SITE, RD_HERE))
SAYS(cant_sleep, rd_cant_sleep(RD_SITE, RD_HERE))
SAYS(__cant_sleep, rd_cant_sleep(RD_SITE, RD_HERE))
SAYS(might_fault, rd_might_fault(RD_SITE, RD_HERE))
SAYS(__might_fault, rd_might_fault(RD_SITE, RD_HERE))
SAYS(pagefault_disable, rd_pagefault(true))
SAYS(pagefault_enable, rd_pagefault(false))
SAYS(non_block_start, rd_told_atomic(true, RD_SITE, RD_HERE))
SAYS(non_block_end, rd_told_atomic(false, RD_SITE, RD_HERE))
