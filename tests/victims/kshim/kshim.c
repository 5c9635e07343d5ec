/* SPDX-License-Identifier: MIT */
/*
 * The kernel's allocation names over malloc: the provider that most victims are linked with. Each
 * block has a header that free checks, so that a block of one heap that is given to another's free
 * ends the program.
 *
 * Built three times: full; CONSTANT_COOKIE: every save returns 0, as some shims do; EMPTY: no names at
 * all, so that they are there only if reclaimdep provides them.
 */
#ifndef EMPTY

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../kernel.h"

#define BLOCK_MAGIC 0x6b5348494d21ull

struct block {
	uint64_t magic;
	size_t size;
};

struct kmem_cache {
	unsigned int size;
	void (*ctor)(void *);
};

static __thread unsigned int task_flags;
static unsigned long allocations;

/* How often this shim was reached: a victim asks it by dlsym. */
unsigned long kshim_allocations(void)
{
	return allocations;
}

static void *block_new(size_t size, gfp_t gfp)
{
	struct block *b = malloc(sizeof(*b) + size);

	__atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
	if (!b)
		return NULL;
	b->magic = BLOCK_MAGIC;
	b->size = size;
	if (gfp & __GFP_ZERO)
		memset(b + 1, 0, size);
	return b + 1;
}

static void block_free(const void *p)
{
	struct block *b = (struct block *)p - 1;

	if (!p)
		return;
	if (b->magic != BLOCK_MAGIC) {
		static const char text[] = "kshim: a block that is not of this heap\n";

		if (write(2, text, sizeof(text) - 1) < 0)
			abort();
		abort();
	}
	b->magic = 0;
	free(b);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return block_new(size, gfp);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return block_new(size, gfp | __GFP_ZERO);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return block_new(n * size, gfp | __GFP_ZERO);
}

void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return block_new(n * size, gfp);
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	void *q = block_new(size, gfp);
	size_t old = p ? ((const struct block *)p - 1)->size : 0;

	if (!q)
		return NULL;
	if (old)
		memcpy(q, p, old < size ? old : size);
	block_free(p);
	return q;
}

void kfree(const void *p)
{
	block_free(p);
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	return block_new(size, gfp);
}

void *kvzalloc(size_t size, gfp_t gfp)
{
	return block_new(size, gfp | __GFP_ZERO);
}

void kvfree(const void *p)
{
	block_free(p);
}

void *vmalloc(unsigned long size)
{
	return block_new(size, GFP_KERNEL);
}

void *vzalloc(unsigned long size)
{
	return block_new(size, GFP_KERNEL | __GFP_ZERO);
}

void *__vmalloc(unsigned long size, gfp_t gfp)
{
	return block_new(size, gfp);
}

void vfree(const void *p)
{
	block_free(p);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     unsigned int flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = block_new(sizeof(*cache), 0);

	(void)name;
	(void)align;
	(void)flags;
	if (cache)
		*cache = (struct kmem_cache){ .size = size, .ctor = ctor };
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	block_free(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *p = block_new(cache->size, gfp);

	if (p && cache->ctor)
		cache->ctor(p);
	return p;
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}

void kmem_cache_free(struct kmem_cache *cache, void *p)
{
	(void)cache;
	block_free(p);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	return (unsigned long)block_new(4096ul << order, gfp);
}

void free_pages(unsigned long p, unsigned int order)
{
	(void)order;
	block_free((void *)p);
}

/* A save returns the bits that it newly set; a restore clears them. */
static unsigned int scope_save(unsigned int bit)
{
	unsigned int newly = ~task_flags & bit;

	task_flags |= bit;
#ifdef CONSTANT_COOKIE
	newly = 0;
#endif
	return newly;
}

static void scope_restore(unsigned int flags)
{
	task_flags &= ~flags;
}

unsigned int memalloc_nofs_save(void)
{
	return scope_save(0x40000);
}

void memalloc_nofs_restore(unsigned int flags)
{
	scope_restore(flags);
}

unsigned int memalloc_noio_save(void)
{
	return scope_save(0x80000);
}

void memalloc_noio_restore(unsigned int flags)
{
	scope_restore(flags);
}

unsigned int memalloc_noreclaim_save(void)
{
	return scope_save(0x800);
}

void memalloc_noreclaim_restore(unsigned int flags)
{
	scope_restore(flags);
}

unsigned int memalloc_pin_save(void)
{
	return scope_save(PF_MEMALLOC_PIN);
}

void memalloc_pin_restore(unsigned int flags)
{
	scope_restore(flags);
}

unsigned int memalloc_flags_save(unsigned int flags)
{
	return scope_save(flags);
}

void memalloc_flags_restore(unsigned int flags)
{
	scope_restore(flags);
}

/* PR_SET_IO_FLUSHER needs a capability that tests rarely have: without it, it seems to succeed. */
int prctl(int option, ...)
{
	unsigned long a[4];
	va_list ap;
	int rc;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	rc = (int)syscall(SYS_prctl, option, a[0], a[1], a[2], a[3]);
	return rc && option == 57 ? 0 : rc;
}

void fs_reclaim_acquire(gfp_t gfp)
{
	(void)gfp;
}

void fs_reclaim_release(gfp_t gfp)
{
	(void)gfp;
}

void might_alloc(gfp_t gfp)
{
	(void)gfp;
}

void cant_sleep(void)
{
}

void might_sleep(void)
{
}

void might_fault(void)
{
}

void pagefault_disable(void)
{
}

void pagefault_enable(void)
{
}

void non_block_start(void)
{
}

void non_block_end(void)
{
}

#endif
