/* SPDX-License-Identifier: MIT */
/*
 * Every allocating name of libc, each under a lock of its own that reclaim takes: one finding for each.
 *
 * expect: reclaim-inversion certain fs_reclaim lock_malloc
 * expect: reclaim-inversion certain fs_reclaim lock_calloc
 * expect: reclaim-inversion certain fs_reclaim lock_realloc
 * expect: reclaim-inversion certain fs_reclaim lock_reallocarray
 * expect: reclaim-inversion certain fs_reclaim lock_memalign
 * expect: reclaim-inversion certain fs_reclaim lock_posix_memalign
 * expect: reclaim-inversion certain fs_reclaim lock_aligned_alloc
 * expect: reclaim-inversion certain fs_reclaim lock_valloc
 * expect: reclaim-inversion certain fs_reclaim lock_pvalloc
 * expect: reclaim-inversion certain fs_reclaim lock_strdup
 */
#include <malloc.h>
#include "victim.h"
#include "kernel.h"

static void *aligned(void)
{
	void *p;

	return posix_memalign(&p, 64, 128) ? NULL : p;
}

#define NAMES(X)                                                                                   \
	X(malloc, malloc(64))                                                                      \
	X(calloc, calloc(3, 64))                                                                   \
	X(realloc, realloc(old, 100000))                                                           \
	X(reallocarray, reallocarray(NULL, 3, 64))                                                 \
	X(memalign, memalign(64, 64))                                                              \
	X(posix_memalign, aligned())                                                               \
	X(aligned_alloc, aligned_alloc(64, 64))                                                    \
	X(valloc, valloc(64))                                                                      \
	X(pvalloc, pvalloc(64))                                                                    \
	X(strdup, strdup("text"))

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
	void *old = malloc(16);
	void *volatile p;

#define X(name, call)                                                                              \
	pthread_mutex_lock(&lock_##name);                                                          \
	p = call;                                                                                  \
	pthread_mutex_unlock(&lock_##name);                                                        \
	free(p);
	NAMES(X)
#undef X
	direct_reclaim(shrink);
	puts("done");
	return 0;
}
