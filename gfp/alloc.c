/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - the kernel's allocators on the C library's.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include "internal.h"

static void *get_once(size_t align, size_t n)
{
	void *p;

	if (align <= 16)
		return malloc(n);
	return posix_memalign(&p, align, n) ? NULL : p;
}

/* A failure that is mended leaves no trace. */
static void *heap_get(size_t align, size_t n, gfp_t gfp)
{
	unsigned int round = 0;
	int error = errno;
	void *p;

	while (!(p = get_once(align, n)))
		if (n > PTRDIFF_MAX || !gfp_try_again(gfp, &round))
			return NULL;
	errno = error;
	return p;
}

static void heap_put(void *p)
{
	free(p);
}

static size_t heap_usable(void *p)
{
	return malloc_usable_size(p);
}

static bool heap_zero(gfp_t gfp)
{
	return (gfp & __GFP_ZERO) != 0;
}

#define HEAP(name) name
#define HEAP_TELLS(block) block
#define heap_kernel GFP_KERNEL
#include "heap.h"
