// SPDX-License-Identifier: MIT
/* mem.c - see mem.h. */
#include "mem.h"
#include "sys.h"

#include <string.h>
#include <sys/mman.h>

#define PAGE 4096u
#define SMALL_MAX 65536u
#define ARENA (256u << 10)

static size_t mapped;

static size_t pages(size_t n)
{
	return (n + PAGE - 1) & ~(size_t)(PAGE - 1);
}

void *rd_map(size_t n)
{
	long p;

	if (n == 0 || n > SIZE_MAX / 2)
		return NULL;
	p = rd_sys(SYS_mmap, 0, pages(n), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (rd_sys_failed(p))
		return NULL;
	__atomic_fetch_add(&mapped, pages(n), __ATOMIC_RELAXED);
	return (void *)p;
}

void rd_unmap(void *p, size_t n)
{
	if (!p)
		return;
	rd_sys(SYS_munmap, p, pages(n));
	__atomic_fetch_sub(&mapped, pages(n), __ATOMIC_RELAXED);
}

size_t rd_mem_mapped(void)
{
	return __atomic_load_n(&mapped, __ATOMIC_RELAXED);
}

/* Size classes are the multiples of 16 up to FINE_MAX, then the powers of two to SMALL_MAX. */
#define FINE_MAX 1024u
#define FINE (FINE_MAX / 16)
#define CLASSES (FINE + 6)

static struct block {
	struct block *next;
} *idle[CLASSES];
static char *arena, *arena_end;

static unsigned class_of(size_t n)
{
	if (n <= FINE_MAX)
		return n ? (unsigned)(n - 1) / 16 : 0;
	return FINE + 53u - (unsigned)__builtin_clzl(n - 1);
}

static size_t size_of(unsigned c)
{
	return c < FINE ? (c + 1) * (size_t)16 : (size_t)FINE_MAX << (c - FINE + 1);
}

void *rd_mem_alloc(size_t n)
{
	unsigned c;
	size_t size;
	void *p;

	if (n > SMALL_MAX)
		return rd_map(n);
	c = class_of(n);
	size = size_of(c);
	if (idle[c]) {
		p = idle[c];
		idle[c] = idle[c]->next;
		return memset(p, 0, size);
	}
	if ((size_t)(arena_end - arena) < size) {
		char *fresh = rd_map(ARENA);

		if (!fresh)
			return NULL;
		arena = fresh;
		arena_end = fresh + ARENA;
	}
	p = arena;
	arena += size;
	return p;
}

void rd_mem_free(void *p, size_t n)
{
	struct block *b = p;
	unsigned c;

	if (!p)
		return;
	if (n > SMALL_MAX) {
		rd_unmap(p, n);
		return;
	}
	c = class_of(n);
	b->next = idle[c];
	idle[c] = b;
}

void *rd_array_need(struct rd_array *a, uint32_t i)
{
	uint32_t n = i / RD_ARRAY_FIRST + 1;
	uint32_t s = 31u - (uint32_t)__builtin_clz(n);

	if (s >= sizeof(a->segment) / sizeof(a->segment[0]))
		return NULL;
	if (!a->segment[s]) {
		void *p = rd_mem_alloc(((size_t)RD_ARRAY_FIRST << s) * a->elem);

		if (!p)
			return NULL;
		__atomic_store_n(&a->segment[s], p, __ATOMIC_RELEASE);
	}
	return rd_array_at(a, i);
}

void rd_array_free(struct rd_array *a)
{
	size_t s;

	for (s = 0; s < sizeof(a->segment) / sizeof(a->segment[0]); s++) {
		rd_mem_free(a->segment[s], ((size_t)RD_ARRAY_FIRST << s) * a->elem);
		a->segment[s] = NULL;
	}
}

void rd_mem_reset(void)
{
	memset(idle, 0, sizeof(idle));
	arena = arena_end = NULL;
}
