/* SPDX-License-Identifier: MIT */
/*
 * gfp_test.c - libreclaimdep-gfp, as a program that is linked with it sees it: masks, scopes,
 * memory, and what happens when there is none. Memory is made short by a limit of the address
 * space, and by a cache that a shrinker gives back.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <reclaimdep/gfp.h>
#include "tap.h"

/* ---- masks ---- */

static void masks(void)
{
	static const struct {
		const char *layout, *name;
		gfp_t ours, theirs;
	} bits[] = {
#define GFP_BIT(layout, name, number) {#layout, #name, __GFP_##name, 1u << (number)},
#include "runtime/gfp_layouts.def"
#undef GFP_BIT
	};
	size_t i, compared = 0;
	bool same = true;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (strcmp(bits[i].layout, "linux612") != 0)
			continue;
		compared++;
		same = same && bits[i].ours == bits[i].theirs;
		if (bits[i].ours != bits[i].theirs)
			tap_note("__GFP_%s is 0x%x, in the layout 0x%x", bits[i].name, bits[i].ours,
				 bits[i].theirs);
	}
	tap_ok(same && compared >= 15, "%zu bits are numbered as the layout of Linux 6.12 says",
	       compared);
	tap_ok(GFP_KERNEL == 0xcc0 && GFP_NOFS == 0xc40 && GFP_NOIO == 0xc00 &&
		       GFP_ATOMIC == 0x820 && GFP_NOWAIT == 0x2800 && GFP_USER == 0x100cc0,
	       "masks are the kernel's numbers");
	tap_ok(gfpflags_allow_blocking(GFP_NOIO) && !gfpflags_allow_blocking(GFP_ATOMIC) &&
		       gfp_has_io_fs(GFP_USER) && !gfp_has_io_fs(GFP_NOFS),
	       "what a mask allows");
}

/* ---- scopes ---- */

static void *mask_of_thread(void *unused)
{
	(void)unused;
	return (void *)(uintptr_t)current_gfp_context(GFP_KERNEL);
}

static void scopes(void)
{
	unsigned int nofs, noio, inner, pin;
	pthread_t thread;
	void *theirs;
	int status;

	nofs = memalloc_nofs_save();
	inner = memalloc_nofs_save();
	tap_ok(nofs == PF_MEMALLOC_NOFS && inner == 0, "save returns the flags that were not set");
	tap_ok(current_gfp_context(GFP_KERNEL) == GFP_NOFS, "a NOFS scope takes __GFP_FS");
	memalloc_nofs_restore(inner);
	tap_ok(current_gfp_context(GFP_KERNEL) == GFP_NOFS, "an inner restore leaves it");
	noio = memalloc_noio_save();
	tap_ok(current_gfp_context(GFP_KERNEL) == GFP_NOIO,
	       "a NOIO scope takes __GFP_IO and __GFP_FS");
	pthread_create(&thread, NULL, mask_of_thread, NULL);
	pthread_join(thread, &theirs);
	tap_ok((gfp_t)(uintptr_t)theirs == GFP_KERNEL, "a new thread begins without scopes");
	if (!fork())
		_exit(current_gfp_context(GFP_KERNEL) == GFP_NOIO ? 0 : 1);
	tap_ok(wait(&status) > 0 && status == 0, "a fork child goes on in them");
	memalloc_noio_restore(noio);
	memalloc_nofs_restore(nofs);
	tap_ok(current_gfp_context(GFP_KERNEL) == GFP_KERNEL, "and all are ended");
	pin = memalloc_pin_save();
	tap_ok(current_gfp_context(GFP_HIGHUSER_MOVABLE) == GFP_HIGHUSER,
	       "a pin scope takes __GFP_MOVABLE");
	memalloc_pin_restore(pin);
	nofs = memalloc_flags_save(PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO);
	tap_ok(current_gfp_context(GFP_USER) == (GFP_NOIO | __GFP_HARDWALL) &&
		       nofs == (PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO),
	       "several flags at once");
	memalloc_flags_restore(nofs);
	tap_ok(current_gfp_context(GFP_KERNEL) == GFP_KERNEL, "and ended at once");
}

/* ---- memory ---- */

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

static int constructed;

static void construct(void *object)
{
	constructed++;
	memset(object, 0x11, 70);
}

static void memory(void)
{
	volatile size_t huge = SIZE_MAX / 2;
	struct kmem_cache *cache;
	unsigned long page;
	char *p, *q;

	p = kmalloc(1024, GFP_KERNEL);
	tap_ok(aligned(p, 1024), "kmalloc aligns a power of two to itself");
	strcpy(p, "what was there");
	q = krealloc(p, 100000, GFP_KERNEL);
	tap_ok(q && !strcmp(q, "what was there"), "krealloc keeps the content");
	tap_ok(!krealloc(q, 0, GFP_KERNEL), "and frees at size 0");
	p = kcalloc(10, 10, GFP_KERNEL);
	q = kmalloc_array(10, 10, GFP_KERNEL | __GFP_ZERO);
	tap_ok(all(p, 100, 0) && all(q, 100, 0), "arrays are zeroed where asked for");
	tap_ok(!kcalloc(huge, 3, GFP_KERNEL | __GFP_NOFAIL) &&
		       !kmalloc_array(3, huge, GFP_KERNEL) &&
		       !kvmalloc_array(3, huge, GFP_KERNEL) &&
		       !kmalloc(huge + 100, GFP_KERNEL | __GFP_NOFAIL),
	       "sizes that are none give NULL, even with __GFP_NOFAIL");
	kfree(p);
	kfree(q);
	kfree(NULL);
	p = kvzalloc(300, GFP_KERNEL);
	q = vzalloc(5000);
	tap_ok(all(p, 300, 0) && all(q, 5000, 0) && aligned(q, 4096), "kvzalloc, vzalloc");
	kvfree(q);
	kvfree(p);
	p = __vmalloc(5000, GFP_NOFS | __GFP_ZERO);
	tap_ok(all(p, 5000, 0) && !vmalloc(0),
	       "__vmalloc takes a mask, vmalloc of nothing is NULL");
	vfree(p);
	page = get_zeroed_page(GFP_KERNEL);
	tap_ok(all((void *)page, 4096, 0) && aligned((void *)page, 4096), "get_zeroed_page");
	free_page(page);
	page = __get_free_pages(GFP_KERNEL, 3);
	tap_ok(aligned((void *)page, 8 * 4096) && !__get_free_pages(GFP_KERNEL, 40),
	       "__get_free_pages");
	free_pages(page, 3);
	cache = kmem_cache_create("objects", 70, 256, 0, construct);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	tap_ok(aligned(p, 256) && all(p, 70, 0x11) && constructed == 1,
	       "a cache constructs and aligns");
	kmem_cache_free(cache, p);
	p = kmem_cache_zalloc(cache, GFP_KERNEL);
	tap_ok(all(p, 70, 0) && constructed == 1, "kmem_cache_zalloc zeroes");
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
}

/* ---- no memory ---- */

#define MIB (1ul << 20)
#define SHORT (96 * MIB) /* what may be mapped in all, beyond what is */
#define BIG (64 * MIB)	 /* what is allocated; a cache of as much stands in its way */

/* A cache of one block, and what was seen of the calls. */
static struct {
	void *block;
	int counts, scans;
	gfp_t mask;
	bool inside_reclaims; /* an allocation in the shrinker called shrinkers */
	bool stops_without_fs, stops;
	unsigned long asked;
} cached;

static unsigned long cached_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	cached.counts++;
	cached.mask = sc->gfp_mask;
	tap_ok(shrinker->private_data == &cached && sc->nid == 0, "a shrinker gets its own data");
	return cached.block ? 1 : SHRINK_EMPTY;
}

static unsigned long cached_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	int counts = cached.counts;

	(void)shrinker;
	cached.scans++;
	cached.asked = sc->nr_to_scan;
	if (cached.stops || (cached.stops_without_fs && !(sc->gfp_mask & __GFP_FS)))
		return SHRINK_STOP;
	kfree(kmalloc(BIG, GFP_KERNEL));
	cached.inside_reclaims |= cached.counts != counts;
	kfree(cached.block);
	cached.block = NULL;
	return 1;
}

static unsigned long mapped(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%lu", &pages) != 1)
		abort();
	fclose(f);
	return pages * 4096;
}

static void limit(unsigned long bytes)
{
	struct rlimit r;

	getrlimit(RLIMIT_AS, &r);
	r.rlim_cur = bytes ? bytes : r.rlim_max;
	setrlimit(RLIMIT_AS, &r);
}

/* Fills the cache, and allocates so much that only what the cache has is enough. */
static bool allocate_big(gfp_t gfp)
{
	void *p;

	kfree(cached.block);
	cached.counts = cached.scans = 0;
	cached.mask = 0;
	cached.block = malloc(BIG);
	limit(mapped() + SHORT - BIG);
	p = kmalloc(BIG, gfp);
	limit(0);
	kfree(p);
	return p != NULL;
}

static void *free_later(void *unused)
{
	void *block = cached.block;

	(void)unused;
	usleep(50000);
	cached.block = NULL;
	free(block);
	return NULL;
}

static void shortage(void)
{
	struct shrinker *shrinker = shrinker_alloc(0, "cache-%d", 1);
	unsigned int flags;
	pthread_t thread;

	tap_ok(shrinker && shrinker->flags == SHRINKER_ALLOCATED &&
		       shrinker->seeks == DEFAULT_SEEKS,
	       "shrinker_alloc");
	shrinker->count_objects = cached_count;
	shrinker->scan_objects = cached_scan;
	shrinker->private_data = &cached;

	tap_ok(!allocate_big(GFP_KERNEL) && !cached.counts,
	       "no memory, and no shrinker that is registered: NULL");
	shrinker_register(shrinker);
	tap_ok(shrinker->flags & SHRINKER_REGISTERED, "shrinker_register");
	tap_ok(allocate_big(GFP_KERNEL) && cached.scans == 1,
	       "a shrinker's memory is enough: it is run once");
	tap_ok(cached.mask == GFP_KERNEL && cached.asked == 1,
	       "with the mask, and no more objects than there are");
	tap_ok(!cached.inside_reclaims, "its own allocations do not reclaim");
	tap_ok(!allocate_big(GFP_ATOMIC) && !cached.counts, "GFP_ATOMIC does not reclaim");
	tap_ok(!allocate_big(GFP_NOWAIT | __GFP_NOFAIL) && !cached.counts,
	       "nor does it wait with __GFP_NOFAIL");

	flags = memalloc_noreclaim_save();
	tap_ok(!allocate_big(GFP_KERNEL) && !cached.counts,
	       "nor is there reclaim in a noreclaim scope");
	memalloc_noreclaim_restore(flags);
	tap_ok(allocate_big(GFP_NOFS) && cached.mask == GFP_NOFS, "a NOFS mask is passed on");
	flags = memalloc_noio_save();
	tap_ok(allocate_big(GFP_KERNEL) && cached.mask == GFP_NOIO, "and that of a scope");
	memalloc_noio_restore(flags);

	cached.stops_without_fs = true;
	tap_ok(!allocate_big(GFP_NOFS) && cached.scans == 3,
	       "SHRINK_STOP ends a round; three are made");
	tap_ok(!allocate_big(GFP_NOFS | __GFP_NORETRY) && cached.scans == 1,
	       "__GFP_NORETRY makes one");
	tap_ok(allocate_big(GFP_KERNEL), "and with __GFP_FS it helps");

	cached.stops = true;
	cached.block = NULL;
	kfree(cached.block);
	cached.block = malloc(BIG);
	limit(mapped() + SHORT - BIG);
	pthread_create(&thread, NULL, free_later, NULL);
	kfree(kmalloc(BIG, GFP_KERNEL | __GFP_NOFAIL));
	limit(0);
	pthread_join(thread, NULL);
	tap_ok(!cached.block, "__GFP_NOFAIL waits until there is memory");

	shrinker_free(shrinker);
	tap_ok(!allocate_big(GFP_KERNEL) && !cached.counts, "a shrinker that was freed is not run");
	kfree(cached.block);
	cached.block = NULL;
	shrinker_free(NULL);
}

/* ---- batches ---- */

static unsigned long many_left, many_asked, many_calls;

static unsigned long many_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	(void)sc;
	return many_left;
}

static unsigned long many_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	many_calls++;
	if (sc->nr_to_scan > many_asked)
		many_asked = sc->nr_to_scan;
	many_left -= sc->nr_to_scan;
	return sc->nr_to_scan;
}

static void batches(void)
{
	struct shrinker *shrinker = shrinker_alloc(0, "many");

	shrinker->count_objects = many_count;
	shrinker->scan_objects = many_scan;
	shrinker->batch = 10;
	many_left = 1000;
	shrinker_register(shrinker);
	limit(mapped() + SHORT);
	tap_ok(!kmalloc(4 * SHORT, GFP_KERNEL), "what shrinkers free may not be enough");
	limit(0);
	tap_ok(many_asked == 10 && many_calls >= 100 && !many_left,
	       "objects are asked for in batches, until none is left");
	shrinker_free(shrinker);
}

/* ---- ending one that runs ---- */

static int begun, ended;

static void reach(int *what)
{
	__atomic_fetch_add(what, 1, __ATOMIC_SEQ_CST);
}

static bool reached(int *what)
{
	return __atomic_load_n(what, __ATOMIC_SEQ_CST) > 0;
}

static unsigned long slow_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	(void)sc;
	reach(&begun);
	usleep(100000);
	reach(&ended);
	return 0;
}

static unsigned long slow_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	(void)sc;
	return 0;
}

static void *run_slow(void *unused)
{
	(void)unused;
	kfree(kmalloc(4 * SHORT, GFP_KERNEL | __GFP_NORETRY));
	return NULL;
}

static void ending(void)
{
	struct shrinker *shrinker = shrinker_alloc(0, "slow"), *other = shrinker_alloc(0, "other");
	pthread_t thread;
	int status;

	shrinker->count_objects = other->count_objects = slow_count;
	shrinker->scan_objects = other->scan_objects = slow_scan;
	shrinker_register(shrinker);
	limit(mapped() + SHORT);
	pthread_create(&thread, NULL, run_slow, NULL);
	while (!reached(&begun))
		usleep(100);
	shrinker_register(other); /* not blocked by a call */
	tap_ok(!reached(&ended), "registering does not wait for a shrinker that runs");
	if (!fork()) {
		shrinker_free(shrinker);
		_exit(0);
	}
	shrinker_free(shrinker);
	tap_ok(reached(&ended), "freeing does");
	pthread_join(thread, NULL);
	limit(0);
	tap_ok(wait(&status) > 0 && status == 0, "a fork child waits for no other thread's call");
	shrinker_free(other);
}

int main(void)
{
	masks();
	scopes();
	memory();
	shortage();
	batches();
	ending();
	return tap_done();
}
