/* SPDX-License-Identifier: MIT */
/*
 * Masks as a shim with one bit for all of GFP_KERNEL numbers them: with the names of another layout this would be another program.
 *
 * expect: reclaim-inversion certain fs_reclaim kernel_lock
 * stack: acquire use_kernel
 * options: gfp_layout=KERNEL=1,ZERO=0,NOFS=2
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
	kfree(kmalloc(64, 0x2));
	pthread_mutex_unlock(&kernel_lock);
}

static NOINLINE void use_nofs(void)
{
	pthread_mutex_lock(&nofs_lock);
	kfree(kmalloc(64, 0x4));
	pthread_mutex_unlock(&nofs_lock);
}

static NOINLINE void use_atomic(void)
{
	pthread_mutex_lock(&atomic_lock);
	kfree(kmalloc(64, 0x1));
	pthread_mutex_unlock(&atomic_lock);
}

int main(void)
{
	use_kernel();
	use_nofs();
	use_atomic();
	fs_reclaim_acquire(0x2);
	shrink();
	fs_reclaim_release(0x2);
	puts("done");
	return 0;
}
