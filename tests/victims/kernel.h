/* SPDX-License-Identifier: MIT */
/*
 * kernel.h - the kernel's allocation names, as a userspace build of kernel code imports them, with
 * the mask bits of Linux 6.12. Who provides them differs from run to run: the shim beside this
 * file, or reclaimdep.
 */
#ifndef VICTIM_KERNEL_H
#define VICTIM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

typedef unsigned int gfp_t;

#define __GFP_DMA (1u << 0)
#define __GFP_HIGHMEM (1u << 1)
#define __GFP_DMA32 (1u << 2)
#define __GFP_MOVABLE (1u << 3)
#define __GFP_RECLAIMABLE (1u << 4)
#define __GFP_HIGH (1u << 5)
#define __GFP_IO (1u << 6)
#define __GFP_FS (1u << 7)
#define __GFP_ZERO (1u << 8)
#define __GFP_DIRECT_RECLAIM (1u << 10)
#define __GFP_KSWAPD_RECLAIM (1u << 11)
#define __GFP_WRITE (1u << 12)
#define __GFP_NOWARN (1u << 13)
#define __GFP_RETRY_MAYFAIL (1u << 14)
#define __GFP_NOFAIL (1u << 15)
#define __GFP_NORETRY (1u << 16)
#define __GFP_MEMALLOC (1u << 17)
#define __GFP_COMP (1u << 18)
#define __GFP_NOMEMALLOC (1u << 19)
#define __GFP_HARDWALL (1u << 20)
#define __GFP_THISNODE (1u << 21)
#define __GFP_ACCOUNT (1u << 22)
#define __GFP_NOLOCKDEP (1u << 24)

#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO (__GFP_RECLAIM)
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_USER (GFP_KERNEL | __GFP_HARDWALL)

#ifdef __cplusplus
extern "C" {
#endif

struct kmem_cache;

void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);
void *kcalloc(size_t n, size_t size, gfp_t gfp);
void *kmalloc_array(size_t n, size_t size, gfp_t gfp);
void *krealloc(const void *p, size_t size, gfp_t gfp);
void kfree(const void *p);
void *kvmalloc(size_t size, gfp_t gfp);
void *kvzalloc(size_t size, gfp_t gfp);
void kvfree(const void *p);
void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);
void *__vmalloc(unsigned long size, gfp_t gfp);
void vfree(const void *p);
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     unsigned int flags, void (*ctor)(void *));
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *p);
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long p, unsigned int order);

unsigned int memalloc_nofs_save(void);
void memalloc_nofs_restore(unsigned int flags);
unsigned int memalloc_noio_save(void);
void memalloc_noio_restore(unsigned int flags);
unsigned int memalloc_noreclaim_save(void);
void memalloc_noreclaim_restore(unsigned int flags);

unsigned int memalloc_pin_save(void);
void memalloc_pin_restore(unsigned int flags);
unsigned int memalloc_flags_save(unsigned int flags);
void memalloc_flags_restore(unsigned int flags);

#define PF_MEMALLOC 0x00000800
#define PF_MEMALLOC_NOFS 0x00040000
#define PF_MEMALLOC_NOIO 0x00080000
#define PF_MEMALLOC_PIN 0x10000000

void fs_reclaim_acquire(gfp_t gfp);
void fs_reclaim_release(gfp_t gfp);
void might_alloc(gfp_t gfp);
void might_sleep(void);
void cant_sleep(void);
void might_fault(void);
void pagefault_disable(void);
void pagefault_enable(void);
void non_block_start(void);
void non_block_end(void);

/* Reclaim as the kernel's page allocator does it, short of memory: shrink is what it calls. */
static __attribute__((noinline, unused)) void direct_reclaim(void (*shrink)(void))
{
	unsigned int flags;

	fs_reclaim_acquire(GFP_KERNEL);
	flags = memalloc_noreclaim_save();
	shrink();
	memalloc_noreclaim_restore(flags);
	fs_reclaim_release(GFP_KERNEL);
}

#ifdef __cplusplus
}
#endif

#endif
