/* SPDX-License-Identifier: MIT */
/*
 * kernel_own.c - the kernel's allocators on the next C allocator: gfp/heap.h, as rd_own_*.
 */
#include <stdint.h>
#include <string.h>
#include "runtime/event.h"
#include "kernel_own.h"

static void *heap_get(size_t align, size_t n, unsigned gfp)
{
	void *(*plain)(size_t) = rd_next_malloc;
	void *(*aligned)(size_t, size_t) = rd_next_memalign;

	(void)gfp;
	if (rd_malloc_fails(0, RD_HERE))
		return NULL;
	return align <= 16 ? plain(n) : aligned(align, n);
}

static void heap_put(void *p)
{
	void (*next)(void *) = rd_next_free;

	if (rd_free_counts())
		rd_free_told_of(p, (uint64_t)__builtin_return_address(0), RD_HERE);
	next(p);
}

static size_t heap_usable(void *p)
{
	return rd_usable(p);
}

static bool heap_zero(unsigned gfp)
{
	return rd_gfp(gfp) & RDEP_GFP_ZERO;
}

/* The hook of kmem_cache_create leaves everything to the next in line, so its allocation, which has
 * no mask to pass, is told here. */
#define HEAP_TELLS(block)                                                                          \
	do {                                                                                       \
		uint64_t token = rd_alloc_enter(RDEP_GFP_KERNEL, RD_SITE, RD_HERE);                \
		block;                                                                             \
		rd_alloc_leave(token);                                                             \
	} while (0)

#define HEAP(name) rd_own_##name
#define heap_kernel 0u
#include "gfp/heap.h"
