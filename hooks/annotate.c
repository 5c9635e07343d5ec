/* SPDX-License-Identifier: MIT */
/*
 * annotate.c - what include/reclaimdep/annotate.h looks up.
 */
#define RECLAIMDEP_PROVIDER_
#include "include/reclaimdep/annotate.h"
#include "runtime/event.h"
#include "resolve.h"

/* The functions as the header declares them. */
#define DECLARE(name, args, pass) RD_EXPORT void reclaimdep_##name args;
RECLAIMDEP_CALLS_(DECLARE)

#define SAME(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), #ours)
#define SAME_GFP(name) SAME(RECLAIMDEP_GFP_##name, RDEP_GFP_##name)
SAME_GFP(DIRECT_RECLAIM);
SAME_GFP(KSWAPD_RECLAIM);
SAME_GFP(IO);
SAME_GFP(FS);
SAME_GFP(HIGH);
SAME_GFP(NOFAIL);
SAME_GFP(NORETRY);
SAME_GFP(RETRY_MAYFAIL);
SAME_GFP(NOWARN);
SAME_GFP(ZERO);
SAME_GFP(MOVABLE);
SAME_GFP(ACCOUNT);
SAME_GFP(MEMALLOC);
SAME_GFP(NOMEMALLOC);
SAME_GFP(NOLOCKDEP);
SAME_GFP(HARDWALL);
SAME_GFP(HIGHMEM);
SAME_GFP(KERNEL);
SAME_GFP(NOFS);
SAME_GFP(NOIO);
SAME(RECLAIMDEP_RECLAIM, RDEP_CLASS_RECLAIM);
SAME(RECLAIMDEP_IO_RECLAIM, RDEP_CLASS_IO_RECLAIM);
SAME(RECLAIMDEP_FS_RECLAIM, RDEP_CLASS_FS_RECLAIM);
SAME(RECLAIMDEP_SCOPE_NOFS, RDEP_SCOPE_NOFS);
SAME(RECLAIMDEP_SCOPE_NOIO, RDEP_SCOPE_NOIO);
SAME(RECLAIMDEP_SCOPE_NORECLAIM, RDEP_SCOPE_NORECLAIM);
SAME(RECLAIMDEP_SCOPE_PIN, RDEP_SCOPE_PIN);

#define LOCK ((const void *)lock)

/* TOLD(name, declared arguments, what it is to the runtime) */
#define TOLD(name, args, event)                                                                    \
	void reclaimdep_##name args                                                                \
	{                                                                                          \
		event;                                                                             \
	}

TOLD(context_enter, (unsigned domain), rd_context_enter(domain, RD_SITE, RD_HERE))
TOLD(context_leave, (unsigned domain), rd_context_leave(domain, RD_SITE, RD_HERE))

TOLD(alloc, (unsigned gfp), rd_told_alloc(gfp, RD_SITE, RD_HERE))
TOLD(alloc_enter, (unsigned gfp), rd_told_alloc_enter(gfp, RD_SITE, RD_HERE))
TOLD(alloc_leave, (void), rd_told_alloc_leave())
TOLD(ignore_begin, (void), rd_told_ignore(true))
TOLD(ignore_end, (void), rd_told_ignore(false))
TOLD(atomic_begin, (void), rd_told_atomic(true, RD_SITE, RD_HERE))
TOLD(atomic_end, (void), rd_told_atomic(false, RD_SITE, RD_HERE))

TOLD(scope_enter, (unsigned bits, const char *reason), rd_told_scope_enter(bits, reason, RD_SITE, RD_HERE))
TOLD(scope_leave, (unsigned bits), rd_told_scope_leave(bits, RD_SITE, RD_HERE))

TOLD(shrinker_register, (const struct reclaimdep_shrinker *shrinker), rd_told_shrinker_register(shrinker))
TOLD(shrinker_unregister, (const struct reclaimdep_shrinker *shrinker), rd_told_shrinker_unregister(shrinker))
TOLD(taken_in_reclaim, (const volatile void *lock, unsigned domain),
     rd_told_taken_in_reclaim(LOCK, domain, RD_SITE, RD_HERE))

TOLD(lock_init, (const volatile void *lock, const char *name), rd_told_lock_init(LOCK, name, RD_SITE, RD_HERE))
TOLD(lock_destroy, (const volatile void *lock), rd_told_lock_destroy(LOCK, RD_SITE, RD_HERE))
TOLD(lock_acquire, (const volatile void *lock, unsigned how), rd_told_lock_acquire(LOCK, how, RD_SITE, RD_HERE))
TOLD(lock_acquired, (const volatile void *lock), rd_told_lock_acquired(LOCK))
TOLD(lock_failed, (const volatile void *lock), rd_told_lock_failed(LOCK))
TOLD(lock_release, (const volatile void *lock), rd_told_lock_release(LOCK, RD_SITE, RD_HERE))

TOLD(lock_class, (const volatile void *lock, const char *name), rd_told_lock_class(LOCK, name, RD_SITE, RD_HERE))
TOLD(lock_subclass, (const volatile void *lock, unsigned n), rd_told_lock_subclass(LOCK, n, RD_SITE, RD_HERE))
TOLD(next_subclass, (unsigned n), rd_told_next_subclass(n))
TOLD(next_nest_lock, (const volatile void *outer), rd_told_next_nest_lock((const void *)outer))

TOLD(assert_held, (const volatile void *lock), rd_told_held(LOCK, RD_TOLD_HELD, RD_SITE, RD_HERE))
TOLD(assert_held_write, (const volatile void *lock), rd_told_held(LOCK, RD_TOLD_HELD_WRITE, RD_SITE, RD_HERE))
TOLD(assert_not_held, (const volatile void *lock), rd_told_held(LOCK, RD_TOLD_NOT_HELD, RD_SITE, RD_HERE))
