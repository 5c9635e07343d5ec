/* SPDX-License-Identifier: MIT */
/*
 * kernel_own.c - the kernel's allocators on the next C allocator.
 *
 * All of it is one heap: what any of these gave, kfree, vfree and kvfree take.
 */
#include <stdint.h>
#include <string.h>
#include "runtime/event.h"
#include "kernel_own.h"

#define PAGE 4096u
#define MAX_ORDER 20u

static void *get(size_t align, size_t n)
{
	void *(*plain)(size_t) = rd_next_malloc;
	void *(*aligned)(size_t, size_t) = rd_next_memalign;

	return align <= 16 ? plain(n) : aligned(align, n);
}

static void *zeroed(void *p, size_t n)
{
	return p ? memset(p, 0, n) : NULL;
}

static void put(void *p)
{
	void (*next)(void *) = rd_next_free;

	if (!p)
		return;
	if (rd_forget_wanted())
		rd_forget(p, rd_usable(p));
	next(p);
}

static bool wants_zero(unsigned gfp)
{
	return rd_gfp(gfp) & RDEP_GFP_ZERO;
}

/* A power of two is aligned to itself, up to a page. */
void *rd_own_kmalloc(size_t n, unsigned gfp)
{
	size_t align = n && !(n & (n - 1)) ? (n < PAGE ? n : PAGE) : 16;
	void *p = get(align, n);

	return wants_zero(gfp) ? zeroed(p, n) : p;
}

void *rd_own_kzalloc(size_t n, unsigned gfp)
{
	return zeroed(rd_own_kmalloc(n, gfp), n);
}

void *rd_own_kmalloc_array(size_t n, size_t size, unsigned gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : rd_own_kmalloc(bytes, gfp);
}

void *rd_own_kcalloc(size_t n, size_t size, unsigned gfp)
{
	void *p = rd_own_kmalloc_array(n, size, gfp);

	return zeroed(p, n * size);
}

/* Frees at size 0, and leaves the old block alone on failure. */
void *rd_own_krealloc(void *p, size_t n, unsigned gfp)
{
	size_t had = p ? rd_usable(p) : 0;
	void *to;

	if (!n) {
		put(p);
		return NULL;
	}
	if (had >= n && had / 2 <= n)
		return p;
	to = rd_own_kmalloc(n, gfp);
	if (to && p) {
		memcpy(to, p, had < n ? had : n);
		put(p);
	}
	return to;
}

void rd_own_kfree(void *p)
{
	put(p);
}

void *rd_own_vmalloc(size_t n)
{
	return n ? get(PAGE, n) : NULL;
}

void *rd_own_vzalloc(size_t n)
{
	return zeroed(rd_own_vmalloc(n), n);
}

void *rd_own___vmalloc(size_t n, unsigned gfp)
{
	return wants_zero(gfp) ? rd_own_vzalloc(n) : rd_own_vmalloc(n);
}

struct kmem_cache {
	size_t size, align;
	void (*ctor)(void *);
};

/* The hook of this name leaves everything to the next in line, so its allocation, which has no
 * mask to pass, is told here. */
struct kmem_cache *rd_own_kmem_cache_create(const char *name, unsigned size, unsigned align,
					    unsigned flags, void (*ctor)(void *))
{
	uint64_t token = rd_alloc_enter(RDEP_GFP_KERNEL, RD_SITE, RD_HERE);
	struct kmem_cache *cache = get(16, sizeof(*cache));

	rd_alloc_leave(token);
	(void)name;
	(void)flags;
	if (!cache)
		return NULL;
	cache->size = size;
	cache->align = align > 16 && !(align & (align - 1)) ? align : 16;
	cache->ctor = ctor;
	return cache;
}

void rd_own_kmem_cache_destroy(struct kmem_cache *cache)
{
	put(cache);
}

void *rd_own_kmem_cache_alloc(struct kmem_cache *cache, unsigned gfp)
{
	void *p = get(cache->align, cache->size);

	if (wants_zero(gfp))
		return zeroed(p, cache->size);
	if (p && cache->ctor)
		cache->ctor(p);
	return p;
}

void *rd_own_kmem_cache_zalloc(struct kmem_cache *cache, unsigned gfp)
{
	(void)gfp;
	return zeroed(get(cache->align, cache->size), cache->size);
}

void rd_own_kmem_cache_free(struct kmem_cache *cache, void *p)
{
	(void)cache;
	put(p);
}

unsigned long rd_own___get_free_pages(unsigned gfp, unsigned order)
{
	size_t n = (size_t)PAGE << order;
	void *p = order <= MAX_ORDER ? get(n, n) : NULL;

	return (unsigned long)(wants_zero(gfp) ? zeroed(p, n) : p);
}

void rd_own_free_pages(unsigned long p, unsigned order)
{
	(void)order;
	put((void *)p);
}
