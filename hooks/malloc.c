/* SPDX-License-Identifier: MIT */
/*
 * malloc.c - the allocator's C names: told, then jumped on to.
 *
 * Blocks of the arena (resolve.c) never reach the next allocator.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include "runtime/event.h"
#include "resolve.h"

/*
 * ALLOCATOR(type, name, declared arguments, passed arguments, its failing). The telling is kept
 * out of line, so that the usual way is a test and a jump.
 */
#define PLAIN(...) __VA_ARGS__
#define ALLOCATOR(type, name, args, pass, failing)                                                 \
	static __attribute__((noinline)) type name##_told(PLAIN args, uint64_t site, uint64_t sp)  \
	{                                                                                          \
		rd_malloc_slow(site, sp);                                                          \
		if (rd_malloc_fails(site, sp))                                                     \
			return failing;                                                            \
		return RD_NEXT(name)(PLAIN pass);                                                  \
	}                                                                                          \
	RD_EXPORT_HOT type name(PLAIN args)                                                        \
	{                                                                                          \
		if (rd_malloc_counts())                                                            \
			return name##_told(PLAIN pass, RD_SITE, RD_HERE);                          \
		return RD_NEXT(name)(PLAIN pass);                                                  \
	}

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

ALLOCATOR(void *, malloc, (size_t n), (n), no_memory())
ALLOCATOR(void *, calloc, (size_t n, size_t size), (n, size), no_memory())
ALLOCATOR(void *, memalign, (size_t align, size_t n), (align, n), no_memory())
ALLOCATOR(void *, aligned_alloc, (size_t align, size_t n), (align, n), no_memory())
ALLOCATOR(int, posix_memalign, (void **p, size_t align, size_t n), (p, align, n), ENOMEM)
ALLOCATOR(void *, valloc, (size_t n), (n), no_memory())
ALLOCATOR(void *, pvalloc, (size_t n), (n), no_memory())

/* Told before: afterwards the block may be another thread's. */
static void tell_free(void *p, uint64_t site, uint64_t sp)
{
	bool near = rd_held_near(p);
	size_t n;

	if (!p || (!near && !rd_forget_wanted()))
		return;
	n = rd_usable(p);
	if (near)
		rd_freed(p, n, false, site, sp);
	if (rd_forget_wanted())
		rd_forget(p, n);
}

RD_HIDDEN __attribute__((noinline)) void rd_free_told_of(void *p, uint64_t site, uint64_t sp)
{
	if (!rd_in_arena(p))
		tell_free(p, site, sp);
}

/* The block's own size is not known: what follows it in the arena is zero or older
 * blocks, and copying too much of those does no harm. */
static __attribute__((noinline)) void *leave_arena(void *p, size_t n)
{
	size_t rest = (size_t)(rd_arena + RD_ARENA_SIZE - (char *)p);
	void *to = RD_NEXT(malloc)(n);

	return to ? memcpy(to, p, n < rest ? n : rest) : NULL;
}

/* To nothing it is a free, which does not fail. */
static bool resize_fails(size_t n, uint64_t site, uint64_t sp)
{
	rd_malloc_slow(site, sp);
	return n && rd_malloc_fails(site, sp);
}

/* Only the outcome tells whether the block's old place was given back: it is, where it moves, or is cut off. */
static __attribute__((noinline)) void *resize_told(void *p, size_t n, uint64_t site, uint64_t sp)
{
	size_t had = rd_usable(p);
	struct rdep_held *held = rd_held_near(p) ? rd_held_in(p, had) : NULL;
	void *to;

	if (rd_forget_wanted())
		rd_forget(p, had);
	to = RD_NEXT(realloc)(p, n);
	if (held && (to || !n) && (to != p || held->address - (uint64_t)p >= rd_usable(to)))
		rd_freed_held(held, false, site, sp);
	return to;
}

RD_EXPORT void *realloc(void *p, size_t n)
{
	if (rd_unlikely(rd_in_arena(p)))
		return leave_arena(p, n);
	if (rd_malloc_counts() && resize_fails(n, RD_SITE, RD_HERE))
		return no_memory();
	if (rd_free_counts() && p)
		return resize_told(p, n, RD_SITE, RD_HERE);
	return RD_NEXT(realloc)(p, n);
}

RD_EXPORT void *reallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (rd_malloc_counts() && resize_fails(n && size, RD_SITE, RD_HERE))
		return no_memory();
	if (rd_free_counts() && p && !__builtin_mul_overflow(n, size, &bytes))
		return resize_told(p, bytes, RD_SITE, RD_HERE);
	return RD_NEXT(reallocarray)(p, n, size);
}

static __attribute__((noinline)) void free_told(void *p, uint64_t site, uint64_t sp)
{
	if (rd_in_arena(p))
		return;
	tell_free(p, site, sp);
	RD_NEXT(free)(p);
}

/* The arena's first block has all threads told: see resolve.c. Under a lock by far the most are far from what is held. */
RD_EXPORT_HOT void free(void *p)
{
	if (rd_free_counts() && (rd_free_told || rd_held_near(p)))
		free_told(p, RD_SITE, RD_HERE);
	else
		RD_NEXT(free)(p);
}
