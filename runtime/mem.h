/* SPDX-License-Identifier: MIT */
/*
 * mem.h - the runtime's own memory, from mmap alone.
 *
 * The target's allocator is never called (it may be hooked, broken, or in the
 * middle of a call). Nothing here sets errno. All functions but rd_map and
 * rd_unmap need the runtime lock.
 */
#ifndef RECLAIMDEP_MEM_H
#define RECLAIMDEP_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed private pages (n is rounded up); NULL when there are none. Any thread. */
void *rd_map(size_t n);
void rd_unmap(void *p, size_t n);

/*
 * Zeroed memory, 16-byte aligned; NULL when there is none. Blocks up to 64 KiB
 * come from size-class lists fed by large mappings, larger ones are mappings.
 * rd_mem_free wants the size that was asked for.
 */
void *rd_mem_alloc(size_t n);
void rd_mem_free(void *p, size_t n);

/*
 * A growing array whose elements never move, so that a reader without the lock
 * may keep pointers into it: segments of doubling size.
 * Declare as `struct rd_array a = RD_ARRAY(sizeof(struct x))`.
 */
struct rd_array {
	size_t elem;
	void *segment[25];
};
#define RD_ARRAY(size) { .elem = (size) }
#define RD_ARRAY_FIRST 256u

/* Element i, of a size that the caller knows, which rd_array_need(a, i) made; lock-free, O(1). */
static inline void *rd_array_item(const struct rd_array *a, uint32_t i, size_t elem)
{
	uint32_t n = i / RD_ARRAY_FIRST + 1;
	uint32_t s = 31u - (uint32_t)__builtin_clz(n);
	uint32_t first = ((1u << s) - 1) * RD_ARRAY_FIRST;

	return (char *)__atomic_load_n(&a->segment[s], __ATOMIC_ACQUIRE) + (size_t)(i - first) * elem;
}

static inline void *rd_array_at(const struct rd_array *a, uint32_t i)
{
	return rd_array_item(a, i, a->elem);
}

/* Makes element i exist (zeroed); returns it, or NULL when there is no memory. */
void *rd_array_need(struct rd_array *a, uint32_t i);

/* Gives its memory back; only where nobody can be reading it. */
void rd_array_free(struct rd_array *a);

/* In a fork child whose parent was inside: starts from nothing, what there was is left alone. */
void rd_mem_reset(void);

/* Bytes mapped by the runtime so far, for tests and the summary. Any thread. */
size_t rd_mem_mapped(void);

#endif
