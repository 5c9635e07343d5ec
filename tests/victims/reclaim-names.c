/* SPDX-License-Identifier: MIT */
/*
 * Every allocating kernel name, each under a lock of its own that reclaim takes: one finding for each.
 *
 * expect: reclaim-inversion certain fs_reclaim lock_kmalloc
 * expect: reclaim-inversion certain fs_reclaim lock_kzalloc
 * expect: reclaim-inversion certain fs_reclaim lock_kcalloc
 * expect: reclaim-inversion certain fs_reclaim lock_kmalloc_array
 * expect: reclaim-inversion certain fs_reclaim lock_krealloc
 * expect: reclaim-inversion certain fs_reclaim lock_kvmalloc
 * expect: reclaim-inversion certain fs_reclaim lock_kvzalloc
 * expect: reclaim-inversion certain fs_reclaim lock_vmalloc
 * expect: reclaim-inversion certain fs_reclaim lock_vzalloc
 * expect: reclaim-inversion certain fs_reclaim lock___vmalloc
 * expect: reclaim-inversion certain fs_reclaim lock_cache_create
 * expect: reclaim-inversion certain fs_reclaim lock_cache_alloc
 * expect: reclaim-inversion certain fs_reclaim lock_cache_zalloc
 * expect: reclaim-inversion certain fs_reclaim lock_pages
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

#define NAMES(X)                                                                                   \
	X(kmalloc, kfree(kmalloc(64, GFP_KERNEL)))                                                 \
	X(kzalloc, kfree(kzalloc(64, GFP_KERNEL)))                                                 \
	X(kcalloc, kfree(kcalloc(3, 64, GFP_KERNEL)))                                              \
	X(kmalloc_array, kfree(kmalloc_array(3, 64, GFP_KERNEL)))                                  \
	X(krealloc, kfree(krealloc(NULL, 64, GFP_KERNEL)))                                         \
	X(kvmalloc, kvfree(kvmalloc(64, GFP_KERNEL)))                                              \
	X(kvzalloc, kvfree(kvzalloc(64, GFP_KERNEL)))                                              \
	X(vmalloc, vfree(vmalloc(64)))                                                             \
	X(vzalloc, vfree(vzalloc(64)))                                                             \
	X(__vmalloc, vfree(__vmalloc(64, GFP_KERNEL)))                                             \
	X(cache_create, kmem_cache_destroy(kmem_cache_create("tmp", 32, 8, 0, NULL)))              \
	X(cache_alloc, kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL)))                \
	X(cache_zalloc, kmem_cache_free(cache, kmem_cache_zalloc(cache, GFP_KERNEL)))              \
	X(pages, free_pages(__get_free_pages(GFP_KERNEL, 0), 0))

static struct kmem_cache *cache;

#define X(name, call) static pthread_mutex_t lock_##name = PTHREAD_MUTEX_INITIALIZER;
NAMES(X)
#undef X

static void shrink(void)
{
#define X(name, call)                                                                              \
	pthread_mutex_lock(&lock_##name);                                                          \
	pthread_mutex_unlock(&lock_##name);
	NAMES(X)
#undef X
}

int main(void)
{
	cache = kmem_cache_create("objects", 48, 8, 0, NULL);
	must(cache != NULL, "kmem_cache_create");
#define X(name, call)                                                                              \
	pthread_mutex_lock(&lock_##name);                                                          \
	call;                                                                                      \
	pthread_mutex_unlock(&lock_##name);
	NAMES(X)
#undef X
	direct_reclaim(shrink);
	kmem_cache_destroy(cache);
	puts("done");
	return 0;
}
