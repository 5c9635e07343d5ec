/* SPDX-License-Identifier: MIT */
/*
 * kernel_own.h - reclaimdep's own kernel names, for programs that nobody provides
 * them to: on the next C allocator, with the kernel's meaning. Each takes what the
 * kernel's takes, in registers.
 */
#ifndef RECLAIMDEP_HOOKS_KERNEL_OWN_H
#define RECLAIMDEP_HOOKS_KERNEL_OWN_H

#include <stddef.h>
#include "resolve.h"

struct kmem_cache;

RD_HIDDEN void *rd_own_kmalloc(size_t n, unsigned gfp);
RD_HIDDEN void *rd_own_kzalloc(size_t n, unsigned gfp);
RD_HIDDEN void *rd_own_kcalloc(size_t n, size_t size, unsigned gfp);
RD_HIDDEN void *rd_own_kmalloc_array(size_t n, size_t size, unsigned gfp);
RD_HIDDEN void *rd_own_krealloc(const void *p, size_t n, unsigned gfp);
RD_HIDDEN void rd_own_kfree(const void *p);
RD_HIDDEN void *rd_own_kvmalloc(size_t n, unsigned gfp);
RD_HIDDEN void *rd_own_kvzalloc(size_t n, unsigned gfp);
RD_HIDDEN void rd_own_kvfree(const void *p);
RD_HIDDEN void *rd_own_vmalloc(unsigned long n);
RD_HIDDEN void *rd_own_vzalloc(unsigned long n);
RD_HIDDEN void *rd_own___vmalloc(unsigned long n, unsigned gfp);
RD_HIDDEN void rd_own_vfree(const void *p);
RD_HIDDEN struct kmem_cache *rd_own_kmem_cache_create(const char *name, unsigned size,
						      unsigned align, unsigned flags,
						      void (*ctor)(void *));
RD_HIDDEN void rd_own_kmem_cache_destroy(struct kmem_cache *cache);
RD_HIDDEN void *rd_own_kmem_cache_alloc(struct kmem_cache *cache, unsigned gfp);
RD_HIDDEN void *rd_own_kmem_cache_zalloc(struct kmem_cache *cache, unsigned gfp);
RD_HIDDEN void rd_own_kmem_cache_free(struct kmem_cache *cache, void *p);
RD_HIDDEN unsigned long rd_own___get_free_pages(unsigned gfp, unsigned order);
RD_HIDDEN void rd_own_free_pages(unsigned long p, unsigned order);

/* The runtime itself keeps the scopes and the map. */
#define rd_own_memalloc_nofs_save rd_own_nothing
#define rd_own_memalloc_nofs_restore rd_own_nothing
#define rd_own_memalloc_noio_save rd_own_nothing
#define rd_own_memalloc_noio_restore rd_own_nothing
#define rd_own_memalloc_noreclaim_save rd_own_nothing
#define rd_own_memalloc_noreclaim_restore rd_own_nothing
#define rd_own_memalloc_pin_save rd_own_nothing
#define rd_own_memalloc_pin_restore rd_own_nothing
#define rd_own_memalloc_flags_save rd_own_nothing
#define rd_own_memalloc_flags_restore rd_own_nothing
#define rd_own_spl_fstrans_mark rd_own_nothing
#define rd_own_spl_fstrans_unmark rd_own_nothing
#define rd_own_fs_reclaim_acquire rd_own_nothing
#define rd_own_fs_reclaim_release rd_own_nothing
#define rd_own_might_alloc rd_own_nothing
#define rd_own_might_sleep rd_own_nothing
#define rd_own___might_sleep rd_own_nothing
#define rd_own_cant_sleep rd_own_nothing
#define rd_own___cant_sleep rd_own_nothing
#define rd_own_might_fault rd_own_nothing
#define rd_own___might_fault rd_own_nothing
#define rd_own_pagefault_disable rd_own_nothing
#define rd_own_pagefault_enable rd_own_nothing
#define rd_own_non_block_start rd_own_nothing
#define rd_own_non_block_end rd_own_nothing

#endif
