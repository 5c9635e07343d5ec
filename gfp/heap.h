/* SPDX-License-Identifier: MIT */
/*
 * heap.h - the kernel's allocators on a C allocator. Compiled twice: as libreclaimdep-gfp's names,
 *and into the injected object for programs that nobody provides the names to (hooks/kernel_own.c).
 *
 * All of it is one heap: what any of these gave, kfree, vfree and kvfree take.
 *
 * Who includes it defines before:
 *	HEAP(name)			the functions' names
 *	heap_get(align, n, gfp)		a block, or NULL; heap_put(p) gives it back, p != NULL
 *	heap_usable(p)			how much of it there is
 *	heap_zero(gfp)			is __GFP_ZERO in the mask?
 *	heap_kernel			GFP_KERNEL in such masks
 *	HEAP_TELLS(block)		makes the block of a new cache; tells of it where that is
 *needed
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HEAP_PAGE 4096u
#define HEAP_MAX_ORDER 20u

static void *heap_zeroed(void *p, size_t n)
{
	return p ? memset(p, 0, n) : NULL;
}

static void *heap_filled(size_t align, size_t n, unsigned gfp)
{
	void *p = heap_get(align, n, gfp);

	return heap_zero(gfp) ? heap_zeroed(p, n) : p;
}

/* A power of two is aligned to itself, up to a page. */
static size_t heap_align(size_t n)
{
	if (!n || n & (n - 1))
		return 16;
	return n < HEAP_PAGE ? n : HEAP_PAGE;
}

void *HEAP(kmalloc)(size_t n, unsigned gfp)
{
	return heap_filled(heap_align(n), n, gfp);
}

void *HEAP(kzalloc)(size_t n, unsigned gfp)
{
	return heap_zeroed(heap_get(heap_align(n), n, gfp), n);
}

void *HEAP(kmalloc_array)(size_t n, size_t size, unsigned gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL
						       : heap_filled(heap_align(bytes), bytes, gfp);
}

void *HEAP(kcalloc)(size_t n, size_t size, unsigned gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return heap_zeroed(heap_get(heap_align(bytes), bytes, gfp), bytes);
}

static void heap_free(const void *p)
{
	if (p)
		heap_put((void *)(uintptr_t)p);
}

/* Frees at size 0, and leaves the old block alone on failure. */
void *HEAP(krealloc)(const void *p, size_t n, unsigned gfp)
{
	size_t had = p ? heap_usable((void *)(uintptr_t)p) : 0;
	void *to;

	if (!n) {
		heap_free(p);
		return NULL;
	}
	if (had >= n && had / 2 <= n)
		return (void *)(uintptr_t)p;
	to = heap_filled(heap_align(n), n, gfp);
	if (to && p) {
		memcpy(to, p, had < n ? had : n);
		heap_free(p);
	}
	return to;
}

void HEAP(kfree)(const void *p)
{
	heap_free(p);
}

void *HEAP(kvmalloc)(size_t n, unsigned gfp)
{
	return heap_filled(heap_align(n), n, gfp);
}

void *HEAP(kvzalloc)(size_t n, unsigned gfp)
{
	return heap_zeroed(heap_get(heap_align(n), n, gfp), n);
}

void HEAP(kvfree)(const void *p)
{
	heap_free(p);
}

void *HEAP(vmalloc)(unsigned long n)
{
	return n ? heap_get(HEAP_PAGE, n, heap_kernel) : NULL;
}

void *HEAP(vzalloc)(unsigned long n)
{
	return n ? heap_zeroed(heap_get(HEAP_PAGE, n, heap_kernel), n) : NULL;
}

void *HEAP(__vmalloc)(unsigned long n, unsigned gfp)
{
	return n ? heap_filled(HEAP_PAGE, n, gfp) : NULL;
}

void HEAP(vfree)(const void *p)
{
	heap_free(p);
}

struct kmem_cache {
	size_t size, align;
	void (*ctor)(void *);
};

struct kmem_cache *HEAP(kmem_cache_create)(const char *name, unsigned size, unsigned align,
					   unsigned flags, void (*ctor)(void *))
{
	struct kmem_cache *cache;

	(void)name;
	(void)flags;
	HEAP_TELLS(cache = heap_get(16, sizeof(*cache), heap_kernel));
	if (!cache)
		return NULL;
	cache->size = size;
	cache->align = align > 16 && !(align & (align - 1)) ? align : 16;
	cache->ctor = ctor;
	return cache;
}

void HEAP(kmem_cache_destroy)(struct kmem_cache *cache)
{
	heap_free(cache);
}

void *HEAP(kmem_cache_alloc)(struct kmem_cache *cache, unsigned gfp)
{
	void *p = heap_get(cache->align, cache->size, gfp);

	if (heap_zero(gfp))
		return heap_zeroed(p, cache->size);
	if (p && cache->ctor)
		cache->ctor(p);
	return p;
}

void *HEAP(kmem_cache_zalloc)(struct kmem_cache *cache, unsigned gfp)
{
	return heap_zeroed(heap_get(cache->align, cache->size, gfp), cache->size);
}

void HEAP(kmem_cache_free)(struct kmem_cache *cache, void *p)
{
	(void)cache;
	heap_free(p);
}

unsigned long HEAP(__get_free_pages)(unsigned gfp, unsigned order)
{
	size_t n = (size_t)HEAP_PAGE << (order & 31);

	return order <= HEAP_MAX_ORDER ? (unsigned long)heap_filled(n, n, gfp) : 0;
}

void HEAP(free_pages)(unsigned long p, unsigned order)
{
	(void)order;
	heap_free((void *)p);
}
