/* SPDX-License-Identifier: MIT */
/*
 * Silent: a lock is given back where no hook sees it, by libc's own function, in this and in another thread. What
 * is taken next is not taken under it.
 *
 * expect: none
 */
#include <dlfcn.h>
#include <sys/mman.h>
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_d = PTHREAD_MUTEX_INITIALIZER, *heap;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

static int (*unlock)(pthread_mutex_t *);

static void give_back_for_other(void)
{
	unlock(&lock_b);
}

/* Two locks of one block, in its first page and in another, or in the same one. */
static void give_back_in_block(char *block, size_t distance)
{
	pthread_mutex_t *first = (pthread_mutex_t *)block, *other = (pthread_mutex_t *)(block + distance);

	pthread_mutex_lock(first);
	unlock(first);
	pthread_mutex_lock(other);
	pthread_mutex_unlock(other);
	nest(other, first);
}

static void give_back_in_blocks(void)
{
	char *in_heap = calloc(3, 4096);
	char *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(in_heap && mapped != MAP_FAILED, "memory");
	give_back_in_block(in_heap, 8192);
	give_back_in_block(mapped, 64);
	free(in_heap);
}

int main(void)
{
	void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
	int (*unlock_rw)(pthread_rwlock_t *) =
		(int (*)(pthread_rwlock_t *))dlsym(libc, "pthread_rwlock_unlock");

	unlock = (int (*)(pthread_mutex_t *))dlsym(libc, "pthread_mutex_unlock");
	must(unlock && unlock_rw, "dlsym");
	pthread_mutex_lock(&lock_a);
	unlock(&lock_a);
	pthread_rwlock_wrlock(&table);
	unlock_rw(&table);
	/* What is over is neither destroyed, initialised nor freed while held. */
	pthread_mutex_lock(&lock_d);
	unlock(&lock_d);
	pthread_mutex_init(&lock_d, NULL);
	pthread_mutex_lock(&lock_d);
	unlock(&lock_d);
	pthread_mutex_destroy(&lock_d);
	heap = calloc(1, sizeof(*heap));
	pthread_mutex_lock(heap);
	unlock(heap);
	free(heap);
	pthread_mutex_lock(&lock_b);
	in_thread(give_back_for_other);
	pthread_mutex_lock(&lock_c);
	pthread_mutex_unlock(&lock_c);

	nest(&lock_c, &lock_a);
	nest(&lock_c, &lock_b);
	pthread_mutex_lock(&lock_c);
	pthread_rwlock_wrlock(&table);
	pthread_rwlock_unlock(&table);
	pthread_mutex_unlock(&lock_c);
	give_back_in_blocks();
	puts("done");
	return 0;
}
