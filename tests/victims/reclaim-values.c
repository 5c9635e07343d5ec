/* SPDX-License-Identifier: MIT */
/*
 * Silent: what the kernel names return is memory as asked for, whoever provides them: zeroed, as large,
 * moved with its content, and taken back by the right heap.
 *
 * expect: none
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static int is(const void *p, int byte, size_t n)
{
	const unsigned char *c = p;

	while (n && *c == byte)
		c++, n--;
	return !n;
}

static void constructed(void *p)
{
	memset(p, 0x5a, 48);
}

int main(void)
{
	struct kmem_cache *cache = kmem_cache_create("objects", 48, 8, 0, constructed);
	unsigned char *p = kmalloc(1000, GFP_KERNEL);
	unsigned char *q;

	memset(p, 0x11, 1000);
	p = krealloc(p, 100000, GFP_KERNEL);
	printf("krealloc %d\n", is(p, 0x11, 1000));
	memset(p, 0x22, 100000);
	p = krealloc(p, 10, GFP_KERNEL);
	printf("krealloc %d\n", is(p, 0x22, 10));
	kfree(p);
	kfree(NULL);

	p = kzalloc(5000, GFP_KERNEL);
	q = kcalloc(50, 100, GFP_KERNEL);
	printf("zeroed %d %d\n", is(p, 0, 5000), is(q, 0, 5000));
	kfree(p);
	kfree(q);
	p = kvzalloc(300000, GFP_KERNEL);
	q = vzalloc(300000);
	printf("zeroed %d %d\n", is(p, 0, 300000), is(q, 0, 300000));
	kvfree(p);
	vfree(q);
	p = kmalloc(64, GFP_KERNEL | __GFP_ZERO);
	printf("zeroed %d\n", is(p, 0, 64));
	kfree(p);

	p = kmem_cache_alloc(cache, GFP_KERNEL);
	printf("constructed %d\n", is(p, 0x5a, 48));
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);

	p = (unsigned char *)__get_free_pages(GFP_KERNEL, 2);
	memset(p, 1, 4 * 4096);
	free_pages((unsigned long)p, 2);

	p = kvmalloc(10, GFP_NOFS);
	memset(p, 1, 10);
	kvfree(p);
	p = __vmalloc(10000, GFP_NOFS);
	memset(p, 1, 10000);
	vfree(p);
	puts("done");
	return 0;
}
