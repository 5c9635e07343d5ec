/* SPDX-License-Identifier: MIT */
/*
 * kernel_alloc.c - the kernel's allocators by name.
 *
 * Each goes on to the program's own provider, or to kernel_own.c where there is
 * none, between the two ends of a bracket: inside it no other allocation counts.
 * A shim's variant may take more arguments than the kernel's, so all six
 * registers pass. Names that allocate nothing are thunks in stubs.S.
 */
#include "runtime/event.h"
#include "resolve.h"

#define ALLOCATOR(name, gfp) ALLOCATOR_BY(name, rd_alloc_enter(gfp, RD_SITE, RD_HERE))
#define VMALLOC(name, gfp) ALLOCATOR_BY(name, rd_vmalloc_enter(gfp, RD_SITE, RD_HERE))
#define KVMALLOC(name, gfp) ALLOCATOR_BY(name, rd_kvmalloc_enter(gfp, (size_t)a, RD_SITE, RD_HERE))

#define ALLOCATOR_BY(name, enter)                                                                  \
	RD_EXPORT long name(long a, long b, long c, long d, long e, long f);                       \
	long name(long a, long b, long c, long d, long e, long f)                                  \
	{                                                                                          \
		__typeof__(&name) next = RD_NEXT_FROM(name, RD_SITE);                              \
		uint64_t token = enter;                                                            \
		long ret = next(a, b, c, d, e, f);                                                 \
                                                                                                   \
		rd_alloc_leave(token);                                                             \
		return ret;                                                                        \
	}

/* A mask is an unsigned int: what stands above it in the register is nothing. */
#define MASK(reg) rd_gfp((uint32_t)(reg))

ALLOCATOR(kmalloc, MASK(b))
ALLOCATOR(kzalloc, MASK(b))
ALLOCATOR(kcalloc, MASK(c))
ALLOCATOR(kmalloc_array, MASK(c))
ALLOCATOR(krealloc, MASK(c))
KVMALLOC(kvmalloc, MASK(b))
KVMALLOC(kvzalloc, MASK(b))
VMALLOC(vmalloc, RDEP_GFP_KERNEL)
VMALLOC(vzalloc, RDEP_GFP_KERNEL)
VMALLOC(__vmalloc, MASK(b))
ALLOCATOR(kmem_cache_alloc, MASK(b))
ALLOCATOR(kmem_cache_zalloc, MASK(b))
ALLOCATOR(__get_free_pages, MASK(a))
