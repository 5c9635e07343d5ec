/* SPDX-License-Identifier: MIT */
/*
 * new.c - operator new and delete, by their symbols.
 *
 * libstdc++'s go on to malloc and free, but an allocator such as jemalloc or
 * tcmalloc defines them itself. They jump on, so that an exception leaves through
 * no frame of ours.
 *
 * rd_own_*: for a program that runs although nobody defines the name; only one
 * that was bound without a C++ runtime can get there.
 */
#include <malloc.h>
#include <stdlib.h>
#include "runtime/event.h"
#include "resolve.h"

static void *own_new(size_t n, size_t align, bool nothrow)
{
	void *(*get)(size_t, size_t) = rd_next_memalign;
	void *p = get(align, n);

	if (!p && !nothrow)
		abort();
	return p;
}

static void own_delete(void *p)
{
	void (*put)(void *) = rd_next_free;

	put(p);
}

#define PLAIN(...) __VA_ARGS__
#define TAG const void *tag __attribute__((unused))

/* NEW(name, declared arguments, passed arguments, alignment, nothrow), and so on. */
#define NEW(name, args, pass, align, nothrow)                                                      \
	RD_EXPORT void *name(PLAIN args);                                                          \
	RD_HIDDEN void *rd_own_##name(PLAIN args);                                                 \
	static __attribute__((noinline)) void *name##_told(PLAIN args, uint64_t site, uint64_t sp) \
	{                                                                                          \
		rd_malloc_slow(site, sp);                                                          \
		return RD_NEXT(name)(PLAIN pass);                                                  \
	}                                                                                          \
	void *name(PLAIN args)                                                                     \
	{                                                                                          \
		if (rd_malloc_counts())                                                            \
			return name##_told(PLAIN pass, RD_SITE, RD_HERE);                          \
		return RD_NEXT(name)(PLAIN pass);                                                  \
	}                                                                                          \
	void *rd_own_##name(PLAIN args)                                                            \
	{                                                                                          \
		return own_new(n, align, nothrow);                                                 \
	}

#define DELETE(name, args, pass)                                                                   \
	RD_EXPORT void name(PLAIN args);                                                           \
	RD_HIDDEN void rd_own_##name(void *p);                                                     \
	static __attribute__((noinline)) void name##_told(PLAIN args, uint64_t site, uint64_t sp)  \
	{                                                                                          \
		if (rd_deletes_by_free(rd_next_##name))                                            \
			rd_free_told_of(p, site, sp);                                                      \
		RD_NEXT(name)(PLAIN pass);                                                         \
	}                                                                                          \
	void name(PLAIN args)                                                                      \
	{                                                                                          \
		if (rd_free_counts())                                                              \
			name##_told(PLAIN pass, RD_SITE, RD_HERE);                                 \
		else                                                                               \
			RD_NEXT(name)(PLAIN pass);                                                 \
	}                                                                                          \
	void rd_own_##name(void *p)                                                                \
	{                                                                                          \
		own_delete(p);                                                                     \
	}

NEW(_Znwm, (size_t n), (n), 16, false)
NEW(_ZnwmRKSt9nothrow_t, (size_t n, TAG), (n, tag), 16, true)
NEW(_ZnwmSt11align_val_t, (size_t n, size_t align), (n, align), align, false)
NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, (size_t n, size_t align, TAG), (n, align, tag), align, true)
NEW(_Znam, (size_t n), (n), 16, false)
NEW(_ZnamRKSt9nothrow_t, (size_t n, TAG), (n, tag), 16, true)
NEW(_ZnamSt11align_val_t, (size_t n, size_t align), (n, align), align, false)
NEW(_ZnamSt11align_val_tRKSt9nothrow_t, (size_t n, size_t align, TAG), (n, align, tag), align, true)

DELETE(_ZdlPv, (void *p), (p))
DELETE(_ZdlPvm, (void *p, size_t n), (p, n))
DELETE(_ZdlPvRKSt9nothrow_t, (void *p, TAG), (p, tag))
DELETE(_ZdlPvSt11align_val_t, (void *p, size_t align), (p, align))
DELETE(_ZdlPvmSt11align_val_t, (void *p, size_t n, size_t align), (p, n, align))
DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, (void *p, size_t align, TAG), (p, align, tag))
DELETE(_ZdaPv, (void *p), (p))
DELETE(_ZdaPvm, (void *p, size_t n), (p, n))
DELETE(_ZdaPvRKSt9nothrow_t, (void *p, TAG), (p, tag))
DELETE(_ZdaPvSt11align_val_t, (void *p, size_t align), (p, align))
DELETE(_ZdaPvmSt11align_val_t, (void *p, size_t n, size_t align), (p, n, align))
DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, (void *p, size_t align, TAG), (p, align, tag))
