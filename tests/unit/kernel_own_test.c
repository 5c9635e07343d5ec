/* SPDX-License-Identifier: MIT */
/*
 * kernel_own_test.c - reclaimdep's own kernel allocators: alignment, zeroing, overflow, and that
 * every block that came from the next allocator goes back to it, once.
 */
#include <malloc.h>
#include <stdlib.h>
#include "../../hooks/kernel_own.c"
#include "tap.h"

/* ---- what they stand on: a heap that counts, and fills with rubbish ---- */

uint8_t rd_free_told;
__thread struct rd_thread *rd_self;
uint8_t rd_provoking;
static long blocks, bad_frees;
static bool no_memory;

static void *next_memalign(size_t align, size_t n)
{
	void *p = no_memory ? NULL : memalign(align, n);

	if (p)
		memset(p, 0xa5, malloc_usable_size(p));
	blocks += p != NULL;
	return p;
}

static void *next_malloc(size_t n)
{
	return next_memalign(16, n);
}

static void next_free(void *p)
{
	bad_frees += !p;
	blocks -= p != NULL;
	free(p);
}

bool rd_malloc_fails_slow(uint64_t site, uint64_t sp)
{
	return !site && sp;
}

static long told;

uint64_t rd_alloc_enter(uint32_t gfp, uint64_t site, uint64_t sp)
{
	(void)site;
	(void)sp;
	told += gfp == RDEP_GFP_KERNEL;
	return 7;
}

void rd_alloc_leave(uint64_t token)
{
	told += token == 7;
}

void *rd_next_malloc = next_malloc, *rd_next_memalign = next_memalign, *rd_next_free = next_free;

size_t rd_usable(void *p)
{
	return malloc_usable_size(p);
}

static void *forgot;

void rd_free_told_of(void *p, uint64_t site, uint64_t sp)
{
	forgot = site && sp ? p : NULL;
}

uint32_t rd_gfp(unsigned long raw)
{
	return raw == 0x77 ? RDEP_GFP_KERNEL | RDEP_GFP_ZERO : RDEP_GFP_KERNEL;
}

#define KERNEL 0x11u
#define ZEROED 0x77u

/* ---- the tests ---- */

static bool all(const void *p, size_t n, unsigned char byte)
{
	const unsigned char *c = p;

	while (n && c[n - 1] == byte)
		n--;
	return p && !n;
}

static bool aligned(const void *p, size_t to)
{
	return p && !((uintptr_t)p & (to - 1));
}

static void plain(void)
{
	void *p;
	size_t n;
	bool good = true;

	for (n = 8; n <= 8192; n *= 2) {
		p = rd_own_kmalloc(n, KERNEL);
		good = good && aligned(p, n < 4096 ? n : 4096) && all(p, n, 0xa5);
		rd_own_kfree(p);
	}
	tap_ok(good, "kmalloc aligns powers of two to themselves, and zeroes nothing");
	p = rd_own_kmalloc(0, KERNEL);
	tap_ok(p != NULL, "kmalloc of nothing gives something to free");
	rd_own_kfree(p);
	p = rd_own_kmalloc(333, ZEROED);
	tap_ok(all(p, 333, 0), "kmalloc honours __GFP_ZERO");
	rd_own_kfree(p);
	p = rd_own_kzalloc(333, KERNEL);
	tap_ok(all(p, 333, 0), "kzalloc zeroes");
	rd_own_kvfree(p);
	p = rd_own_kcalloc(11, 13, KERNEL);
	tap_ok(all(p, 143, 0), "kcalloc zeroes");
	rd_own_kfree(p);
	p = rd_own_kmalloc_array(11, 13, ZEROED);
	tap_ok(all(p, 143, 0), "kmalloc_array honours __GFP_ZERO");
	rd_own_kfree(p);
	tap_ok(!rd_own_kcalloc(SIZE_MAX / 2, 3, KERNEL) &&
		       !rd_own_kmalloc_array(3, SIZE_MAX / 2, KERNEL),
	       "kcalloc and kmalloc_array refuse what overflows");
	rd_own_kfree(NULL);
	tap_ok(!bad_frees, "kfree(NULL) is nothing");
}

static void resized(void)
{
	char *p = rd_own_krealloc(NULL, 40, KERNEL), *q;

	strcpy(p, "what was there");
	q = rd_own_krealloc(p, 20000, KERNEL);
	tap_ok(q && !strcmp(q, "what was there"), "krealloc keeps what was there, growing");
	p = rd_own_krealloc(q, 15, KERNEL);
	tap_ok(p && !strcmp(p, "what was there"), "and shrinking");
	no_memory = true;
	q = rd_own_krealloc(p, 100000, KERNEL);
	no_memory = false;
	tap_ok(!q && !strcmp(p, "what was there"),
	       "krealloc leaves the block alone when there is no memory");
	tap_ok(!rd_own_krealloc(p, 0, KERNEL) && !blocks, "krealloc to nothing frees");
}

static void by_page(void)
{
	void *p = rd_own_vmalloc(5000);
	unsigned long page;

	tap_ok(aligned(p, 4096), "vmalloc gives pages");
	rd_own_vfree(p);
	p = rd_own_vzalloc(5000);
	tap_ok(aligned(p, 4096) && all(p, 5000, 0), "vzalloc zeroes");
	rd_own_kvfree(p);
	p = rd_own___vmalloc(5000, ZEROED);
	tap_ok(all(p, 5000, 0), "__vmalloc honours __GFP_ZERO");
	rd_own_vfree(p);
	tap_ok(!rd_own_vmalloc(0), "vmalloc of nothing gives nothing");
	page = rd_own___get_free_pages(ZEROED, 3);
	tap_ok(aligned((void *)page, 8 * 4096) && all((void *)page, 8 * 4096, 0),
	       "__get_free_pages aligns by its order");
	rd_own_free_pages(page, 3);
	rd_own_free_pages(0, 0);
	tap_ok(!rd_own___get_free_pages(KERNEL, 60) &&
		       !rd_own___get_free_pages(KERNEL, 0x80000000u),
	       "and refuses an order beyond reason");
}

static int made;

static void make(void *object)
{
	made++;
	memset(object, 0x11, 70);
}

static void caches(void)
{
	struct kmem_cache *cache = rd_own_kmem_cache_create("one", 70, 256, 0, make);
	void *p = rd_own_kmem_cache_alloc(cache, KERNEL);

	tap_ok(made == 1 && aligned(p, 256) && all(p, 70, 0x11), "a cache aligns and constructs");
	rd_own_kmem_cache_free(cache, p);
	p = rd_own_kmem_cache_zalloc(cache, KERNEL);
	tap_ok(made == 1 && all(p, 70, 0), "kmem_cache_zalloc zeroes");
	rd_own_kmem_cache_free(cache, p);
	rd_own_kmem_cache_destroy(cache);
	rd_own_kmem_cache_destroy(NULL);
	cache = rd_own_kmem_cache_create("two", 10, 3, 0, NULL);
	no_memory = true;
	tap_ok(!rd_own_kmem_cache_alloc(cache, ZEROED) &&
		       !rd_own_kmem_cache_create("x", 1, 0, 0, NULL),
	       "no memory is NULL");
	no_memory = false;
	rd_own_kmem_cache_destroy(cache);
	tap_ok(told == 6, "making a cache is told as an allocation with GFP_KERNEL, begun and ended");
}

int main(void)
{
	void *p;

	plain();
	resized();
	by_page();
	caches();
	tap_ok(!blocks && !bad_frees, "every block was freed once (%ld, %ld)", blocks, bad_frees);
	rd_provoking = RD_PROVOKE_FAIL;
	tap_ok(!rd_own_kmalloc(10, KERNEL) && !rd_own_vzalloc(10) && !rd_own___get_free_pages(KERNEL, 0),
	       "what is to fail does");
	rd_provoking = 0;
	tap_ok(!forgot, "no free is told of unless that is wanted");
	rd_free_told = 1;
	p = rd_own_kmalloc(10, KERNEL);
	rd_own_kfree(p);
	tap_ok(forgot == p, "a freed block is told of when that is wanted");
	return tap_done();
}
