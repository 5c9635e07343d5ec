/* SPDX-License-Identifier: MIT */
/*
 * Masks as Linux 5.10 numbers them: with the names of another layout this would be another program.
 *
 * expect: reclaim-inversion certain fs_reclaim kernel_lock
 * stack: acquire use_kernel
 * options: gfp_layout=5.10
 * kshim: none
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t kernel_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t nofs_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t atomic_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void shrink(void)
{
	pthread_mutex_lock(&kernel_lock);
	pthread_mutex_unlock(&kernel_lock);
	pthread_mutex_lock(&nofs_lock);
	pthread_mutex_unlock(&nofs_lock);
	pthread_mutex_lock(&atomic_lock);
	pthread_mutex_unlock(&atomic_lock);
}

static NOINLINE void use_kernel(void)
{
	pthread_mutex_lock(&kernel_lock);
	kfree(kmalloc(64, 0xcc0 | 0x400000 /* ACCOUNT */));
	pthread_mutex_unlock(&kernel_lock);
}

static NOINLINE void use_nofs(void)
{
	pthread_mutex_lock(&nofs_lock);
	kfree(kmalloc(64, 0x8000c0 | 0xc00 /* NOLOCKDEP */));
	pthread_mutex_unlock(&nofs_lock);
}

static NOINLINE void use_atomic(void)
{
	pthread_mutex_lock(&atomic_lock);
	kfree(kmalloc(64, 0x2c0 | 0x800 /* ATOMIC */));
	pthread_mutex_unlock(&atomic_lock);
}

int main(void)
{
	use_kernel();
	use_nofs();
	use_atomic();
	fs_reclaim_acquire(0xcc0 | 0x400000 /* ACCOUNT */);
	shrink();
	fs_reclaim_release(0xcc0 | 0x400000 /* ACCOUNT */);
	puts("done");
	return 0;
}
