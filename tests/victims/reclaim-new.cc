// SPDX-License-Identifier: MIT
/*
 * operator new, its array, nothrow and aligned forms, and a container that grows.
 *
 * expect: reclaim-inversion certain fs_reclaim lock_new
 * stack: acquire grow_new
 * expect: reclaim-inversion certain fs_reclaim lock_array
 * expect: reclaim-inversion certain fs_reclaim lock_nothrow
 * expect: reclaim-inversion certain fs_reclaim lock_aligned
 * expect: reclaim-inversion certain fs_reclaim lock_vector
 */
#include <new>
#include <vector>
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t lock_new = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_array = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_nothrow = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_aligned = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_vector = PTHREAD_MUTEX_INITIALIZER;

struct alignas(128) wide {
	char c[128];
};

static pthread_mutex_t *const all[] = { &lock_new, &lock_array, &lock_nothrow, &lock_aligned,
					&lock_vector };

static void shrink()
{
	for (pthread_mutex_t *lock : all) {
		pthread_mutex_lock(lock);
		pthread_mutex_unlock(lock);
	}
}

static NOINLINE void grow_new()
{
	pthread_mutex_lock(&lock_new);
	int *volatile p = new int;
	pthread_mutex_unlock(&lock_new);
	delete p;
}

int main()
{
	grow_new();
	pthread_mutex_lock(&lock_array);
	char *volatile a = new char[100];
	pthread_mutex_unlock(&lock_array);
	delete[] a;

	pthread_mutex_lock(&lock_nothrow);
	int *volatile n = new (std::nothrow) int;
	pthread_mutex_unlock(&lock_nothrow);
	delete n;

	pthread_mutex_lock(&lock_aligned);
	wide *volatile w = new wide;
	pthread_mutex_unlock(&lock_aligned);
	delete w;

	std::vector<int> v;
	pthread_mutex_lock(&lock_vector);
	v.resize(1000);
	pthread_mutex_unlock(&lock_vector);

	direct_reclaim(shrink);
	puts("done");
	return 0;
}
