/* SPDX-License-Identifier: MIT */
/*
 * resolve.h - the next function of every hook.
 *
 * rd_next_<slot> holds it. Until it is known, and for good where only the caller's
 * own scope can tell (a provider that was loaded RTLD_LOCAL), it holds
 * rd_stub_<slot>, which asks rd_find_slot() and jumps on with every register as it
 * was: so a hook jumps to its slot without looking at it.
 */
#ifndef RECLAIMDEP_HOOKS_RESOLVE_H
#define RECLAIMDEP_HOOKS_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RD_EXPORT __attribute__((visibility("default")))
/* A hook whose usual way is short: it begins a line of the processor's caches, and so takes fewer of them. */
#define RD_EXPORT_HOT __attribute__((visibility("default"), aligned(64), section(".text.hot")))
#define RD_HIDDEN __attribute__((visibility("hidden")))

#define HOOK(name, slot, family, version, class, entry)                                            \
	extern void *rd_next_##slot RD_HIDDEN;                                                     \
	extern char rd_stub_##slot[] RD_HIDDEN;
#include "hooks.def"
#undef HOOK

/* The next function of the hook that is the C function `slot`. */
#define RD_NEXT(slot) ((__typeof__(&slot))rd_next_##slot)

/* The same for a hook that does not jump there itself: site is its caller. */
#define RD_NEXT_FROM(slot, site)                                                                   \
	((__typeof__(&slot))(rd_next_##slot == (void *)rd_stub_##slot                              \
				     ? rd_find_slot(&rd_next_##slot, site)                         \
				     : rd_next_##slot))

/* Finds every next function. Idempotent; a call from inside itself returns at once. */
void rd_resolve(void);

/*
 * Resolves everything and starts the runtime, where that has not been done: true when
 * this call did. Cheap to ask for: rd_resolved.
 */
bool rd_come_up(void);
extern uint8_t rd_resolved RD_HIDDEN;

/* The function that a call from `site` goes on to; never NULL. */
void *rd_find_slot(void **slot, uint64_t site);

/* Intercepts the names of scope_pair= in the modules that are loaded. Once, after rd_start(). Are there any? */
bool rd_follow_scope_pairs(void);

/* Finds out whether a mutex can be made without libc. Once, after rd_resolve(). */
void rd_mutex_try_init(void);

/* Registers the handlers that copy the state over a fork. Once, after rd_start() and before the program can. */
void rd_follow_forks(void);

/* Is that next function libc's own? False: another library's, that came before. */
bool rd_next_is_libcs(void *next);

/* Stands in for a name that nobody provides and that has nothing to do then. */
long rd_own_nothing(void);

/* The usable size of a block of the next allocator; 0 where it can't be asked. */
size_t rd_usable(void *p);

/* Is that operator delete's memory the next allocator's? That of libstdc++ and of an allocator that defines it itself. */
bool rd_deletes_by_free(void *next) RD_HIDDEN;

/* A block is about to be given back, where rd_free_counts(). The arena's are left alone. */
void rd_free_told_of(void *p, uint64_t site, uint64_t sp) RD_HIDDEN;

/* Memory for who calls malloc while the next malloc is being looked for. */
#define RD_ARENA_SIZE 65536u
extern char rd_arena[RD_ARENA_SIZE] RD_HIDDEN;

static inline bool rd_in_arena(const void *p)
{
	return (uintptr_t)p - (uintptr_t)rd_arena < RD_ARENA_SIZE;
}

#endif
