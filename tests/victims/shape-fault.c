/* SPDX-License-Identifier: MIT */
/*
 * What is found in a tree is copied to the caller under the tree's lock: the copy may fault, and a
 * fault waits for mmap_lock. Under that a fault looks for an extent in the tree (btrfs). Both take
 * mmap_lock for reading; it is somebody's mmap in between who makes them wait.
 *
 * expect: lock-inversion certain mmap_lock tree_lock
 * stack: acquire might_fault tree_search
 * stack: acquire find_extent handle_fault
 */
#include "victim.h"

static pthread_rwlock_t mmap_lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t tree_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void might_fault(void)
{
	pthread_rwlock_rdlock(&mmap_lock);
	pthread_rwlock_unlock(&mmap_lock);
}

static NOINLINE void tree_search(void)
{
	pthread_mutex_lock(&tree_lock);
#ifdef COPY_LATER
	pthread_mutex_unlock(&tree_lock);
	might_fault();
#else
	might_fault();
	pthread_mutex_unlock(&tree_lock);
#endif
}

static NOINLINE void find_extent(void)
{
	pthread_mutex_lock(&tree_lock);
	pthread_mutex_unlock(&tree_lock);
}

static NOINLINE void handle_fault(void)
{
	pthread_rwlock_rdlock(&mmap_lock);
	find_extent();
	pthread_rwlock_unlock(&mmap_lock);
}

static NOINLINE void map(void)
{
	pthread_rwlock_wrlock(&mmap_lock);
	pthread_rwlock_unlock(&mmap_lock);
}

int main(void)
{
	TOGETHER(tree_search, map, handle_fault);
	puts("done");
	return 0;
}
