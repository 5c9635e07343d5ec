/* SPDX-License-Identifier: MIT */
/*
 * gfp.h - the kernel's allocation-context names, for kernel code in userspace.
 *
 * Link with libreclaimdep-gfp (pkg-config reclaimdep-gfp). The masks, signatures and rules are
 * those of Linux 6.12; the memory is the C library's. Nothing of it needs the checker: an
 * allocation that the C library fails runs the registered shrinkers, as direct reclaim would, and
 * tries again. Under reclaimdep every call here is seen by its name and mask.
 *
 * A thread starts with no scope, as a kernel worker does; fork copies them.
 */
#ifndef RECLAIMDEP_GFP_NAMES_H
#define RECLAIMDEP_GFP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* ---- masks ---- */

typedef unsigned int gfp_t;
typedef unsigned int slab_flags_t;

/* Where the page lies: of no consequence here. */
#define __GFP_DMA ((gfp_t)1 << 0)
#define __GFP_HIGHMEM ((gfp_t)1 << 1)
#define __GFP_DMA32 ((gfp_t)1 << 2)
#define __GFP_MOVABLE ((gfp_t)1 << 3)
#define __GFP_RECLAIMABLE ((gfp_t)1 << 4)
/* May use what is kept for the urgent: of no consequence here. */
#define __GFP_HIGH ((gfp_t)1 << 5)
/* Reclaim may start IO / may call into filesystems. */
#define __GFP_IO ((gfp_t)1 << 6)
#define __GFP_FS ((gfp_t)1 << 7)
/* The memory is zeroed. */
#define __GFP_ZERO ((gfp_t)1 << 8)
/* The caller may reclaim, and so sleep / kswapd is woken. */
#define __GFP_DIRECT_RECLAIM ((gfp_t)1 << 10)
#define __GFP_KSWAPD_RECLAIM ((gfp_t)1 << 11)
#define __GFP_WRITE ((gfp_t)1 << 12)
/* No message when it fails: there is none here. */
#define __GFP_NOWARN ((gfp_t)1 << 13)
/* Tries hard, but may fail / never fails / gives up after one round of reclaim. */
#define __GFP_RETRY_MAYFAIL ((gfp_t)1 << 14)
#define __GFP_NOFAIL ((gfp_t)1 << 15)
#define __GFP_NORETRY ((gfp_t)1 << 16)
/* May use all reserves / none, whatever the thread is: there are none here. */
#define __GFP_MEMALLOC ((gfp_t)1 << 17)
#define __GFP_COMP ((gfp_t)1 << 18)
#define __GFP_NOMEMALLOC ((gfp_t)1 << 19)
#define __GFP_HARDWALL ((gfp_t)1 << 20)
#define __GFP_THISNODE ((gfp_t)1 << 21)
#define __GFP_ACCOUNT ((gfp_t)1 << 22)
#define __GFP_ZEROTAGS ((gfp_t)1 << 23)
/* The checker takes no dependency from this allocation. */
#define __GFP_NOLOCKDEP ((gfp_t)1 << 24)
#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

/* What callers pass. */
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO __GFP_RECLAIM
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_USER (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_TRANSHUGE_LIGHT                                                                        \
	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM)
#define GFP_TRANSHUGE (GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM)
#define GFP_DMA __GFP_DMA
#define GFP_DMA32 __GFP_DMA32

/* May an allocation with this mask sleep? */
static inline bool gfpflags_allow_blocking(const gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM) != 0;
}

/* Does the mask allow both IO and filesystem reclaim? */
static inline bool gfp_has_io_fs(gfp_t gfp)
{
	return !(~gfp & (__GFP_IO | __GFP_FS));
}

/* ---- small memory ---- */

/*
 * Each returns NULL when there is no memory even after what reclaim the mask and the thread's
 * scopes allow; with __GFP_NOFAIL (and __GFP_DIRECT_RECLAIM) it goes on until there is. Sizes that
 * are no object's, beyond PTRDIFF_MAX, are NULL at once.
 */

/* n bytes; a power of two is aligned to itself, up to a page. Zeroed with __GFP_ZERO. */
void *kmalloc(size_t n, gfp_t gfp);
/* The same, zeroed. */
void *kzalloc(size_t n, gfp_t gfp);
/* An array of n elements, zeroed or not; NULL where n * size overflows. */
void *kcalloc(size_t n, size_t size, gfp_t gfp);
void *kmalloc_array(size_t n, size_t size, gfp_t gfp);
/* p, or its content in a larger or smaller block; frees p when n is 0; leaves p alone when it
 * fails. */
void *krealloc(const void *p, size_t n, gfp_t gfp);
/* Frees what any of the above and below gave. NULL is nothing. */
void kfree(const void *p);

/* ---- large memory ---- */

/* As kmalloc and kzalloc; the kernel goes over to vmalloc for the large ones. */
void *kvmalloc(size_t n, gfp_t gfp);
void *kvzalloc(size_t n, gfp_t gfp);
void kvfree(const void *p);

/* Whole pages, with GFP_KERNEL / with a mask. NULL for 0 bytes. */
void *vmalloc(unsigned long n);
void *vzalloc(unsigned long n);
void *__vmalloc(unsigned long n, gfp_t gfp);
void vfree(const void *p);

/* An array by kvmalloc; NULL where n * size overflows. */
static inline void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kvmalloc(bytes, gfp);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kvmalloc_array(n, size, gfp | __GFP_ZERO);
}

/* ---- caches of objects ---- */

struct kmem_cache;

/*
 * A cache of objects of one size. align: a power of two, or 0. flags: SLAB_*, without consequence.
 * ctor: called on each object that kmem_cache_alloc gives (the kernel's calls it once a page). NULL
 * when there is no memory.
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));
/* All objects must have been freed. NULL is nothing. */
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
/* Zeroed, not constructed. */
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *object);

/* ---- pages ---- */

/* 2^order pages of 4096 bytes, aligned to their size, by address; 0 when there is no memory. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
/* With the order that they were got with. 0 is nothing. */
void free_pages(unsigned long address, unsigned int order);

#define __get_free_page(gfp) __get_free_pages((gfp), 0)
#define get_zeroed_page(gfp) __get_free_pages((gfp) | __GFP_ZERO, 0)
#define free_page(address) free_pages((address), 0)

/* ---- scopes of the calling thread ---- */

#define PF_MEMALLOC 0x00000800	    /* no reclaim: this thread is in it */
#define PF_MEMALLOC_NOFS 0x00040000 /* allocations lose __GFP_FS */
#define PF_MEMALLOC_NOIO 0x00080000 /* they lose __GFP_IO and __GFP_FS */
#define PF_MEMALLOC_PIN 0x10000000  /* they lose __GFP_MOVABLE */

/*
 * Opens a scope: from here to the restore the thread's allocations, in whatever function, are
 * restricted. Returns the flags that were not set before, for the restore, which clears those.
 * Scopes nest.
 */
unsigned int memalloc_flags_save(unsigned int flags);
void memalloc_flags_restore(unsigned int flags);

/* No reclaim that calls into filesystems. */
unsigned int memalloc_nofs_save(void);
void memalloc_nofs_restore(unsigned int flags);
/* No reclaim that starts IO, nor any that calls into filesystems. */
unsigned int memalloc_noio_save(void);
void memalloc_noio_restore(unsigned int flags);
/* No direct reclaim at all, whatever the mask says. */
unsigned int memalloc_noreclaim_save(void);
void memalloc_noreclaim_restore(unsigned int flags);
/* Nothing movable: what is allocated is to be pinned for long. */
unsigned int memalloc_pin_save(void);
void memalloc_pin_restore(unsigned int flags);

/* The mask as the thread's scopes leave it. prctl(PR_SET_IO_FLUSHER) counts as a NOIO scope where
 * the kernel tells (it asks for CAP_SYS_RESOURCE). */
gfp_t current_gfp_context(gfp_t gfp);

/* ---- what the checker is told ---- */

/*
 * Each does nothing without reclaimdep.
 *
 * The thread is in filesystem reclaim from acquire to release, where the mask and the scopes let an
 * allocation get there; the masks must be the same.
 */
void fs_reclaim_acquire(gfp_t gfp);
void fs_reclaim_release(gfp_t gfp);
/* An allocation with this mask might be made here: for paths that allocate rarely. */
void might_alloc(gfp_t gfp);
/* This might sleep here; and from the place that is named. */
void might_sleep(void);
void __might_sleep(const char *file, int line);
/* This relies on something here that forbids to sleep (a spinlock, a handler); and the same for a place that is named. */
void cant_sleep(void);
void __cant_sleep(const char *file, int line, int offset);
/* This touches user memory: it might fault, and so sleep and allocate, unless page faults are disabled. */
void might_fault(void);
void __might_fault(const char *file, int line);
void pagefault_disable(void);
void pagefault_enable(void);
/* From start to end this thread must not sleep. */
void non_block_start(void);
void non_block_end(void);
#define might_sleep_if(condition)                                                                  \
	do {                                                                                       \
		if (condition)                                                                     \
			might_sleep();                                                             \
	} while (0)

/* ---- shrinkers ---- */

/*
 * What a call of a shrinker is about. gfp_mask: of the allocation, after its thread's scopes: a
 * shrinker that calls into a filesystem answers SHRINK_STOP where __GFP_FS is missing. nr_to_scan:
 * how many objects to look at. nr_scanned: how many were, where that is another number. nid, memcg:
 * 0 and NULL here.
 */
struct mem_cgroup;
struct shrink_control {
	gfp_t gfp_mask;
	int nid;
	unsigned long nr_to_scan;
	unsigned long nr_scanned;
	struct mem_cgroup *memcg;
};

#define SHRINK_STOP (~0ul)	/* scan_objects: no progress can be made now without a deadlock */
#define SHRINK_EMPTY (~0ul - 1) /* count_objects: there are none at all */
#define DEFAULT_SEEKS 2
#define SHRINK_BATCH 128

/* The flags of shrinker_alloc: of no consequence here. */
#define SHRINKER_NUMA_AWARE (1u << 2)
#define SHRINKER_MEMCG_AWARE (1u << 3)
#define SHRINKER_NONSLAB (1u << 4)
/* Set by shrinker_register and shrinker_alloc. */
#define SHRINKER_REGISTERED (1u << 0)
#define SHRINKER_ALLOCATED (1u << 1)

/*
 * A cache's way to be made smaller. Filled in between shrinker_alloc and shrinker_register:
 * count_objects: how many objects could be freed; 0 or SHRINK_EMPTY: nothing is scanned. Takes no
 * part in the decision what to free. scan_objects: frees some of sc->nr_to_scan objects and returns
 * how many, or SHRINK_STOP. It runs in the thread whose allocation failed, with whatever locks that
 * holds, and PF_MEMALLOC set: its own allocations do not reclaim. batch: objects a call; 0:
 * SHRINK_BATCH. seeks: 0 or DEFAULT_SEEKS; others are taken as that. private_data: the owner's.
 */
struct shrinker {
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	long batch;
	int seeks;
	unsigned int flags;
	void *private_data;
};

/* A shrinker, not registered yet; fmt and what follows: its name. NULL when there is no memory. */
struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* From here on it may be called, in any thread that allocates. */
void shrinker_register(struct shrinker *shrinker);
/* Ends it: waits for the calls that are being made (so never from one of them), and frees it. NULL
 * is nothing. */
void shrinker_free(struct shrinker *shrinker);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
