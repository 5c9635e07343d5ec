/* SPDX-License-Identifier: MIT */
/*
 * Silent, and alive: the memory of locks that are held is unmapped where no hook sees it. What lies beside it, and below it
 * in the heap, is taken next.
 *
 * expect: none
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include "victim.h"

#define PAGE 4096u

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;

static void take(void *lock)
{
	must(!pthread_mutex_lock(lock), "pthread_mutex_lock");
}

static void give_back(void *lock)
{
	must(!pthread_mutex_unlock(lock), "pthread_mutex_unlock");
}

/* The page above is gone, the lock at its beginning held. */
static void unmap_above(char *page)
{
	take(page + PAGE);
	must(!syscall(SYS_munmap, page + PAGE, PAGE), "munmap");
	take(page);
	give_back(page);
	take(&lock_a);
	give_back(&lock_a);
}

static void unmap_below(char *page)
{
	take(page);
	must(!syscall(SYS_munmap, page, PAGE), "munmap");
	take(page + PAGE);
	give_back(page + PAGE);
}

/* Zeroed, and nothing allocates in between. */
static void shrink_heap(void)
{
	char *end = sbrk(0), *page = (char *)(((uintptr_t)end + PAGE - 1) & ~(uintptr_t)(PAGE - 1));

	must(sbrk(page - end + 2 * PAGE) != (void *)-1, "sbrk");
	take(page + PAGE);
	must(sbrk(-(long)PAGE) != (void *)-1, "sbrk");
	take(page);
	give_back(page);
}

static char *two_pages(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED, "mmap");
	return p;
}

int main(void)
{
	unmap_above(two_pages());
	unmap_below(two_pages());
	shrink_heap();
	puts("done");
	return 0;
}
