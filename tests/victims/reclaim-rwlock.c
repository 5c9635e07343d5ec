/* SPDX-License-Identifier: MIT */
/*
 * Two inversions through a reader: reclaim reads what the allocation is made under as a writer, and
 * the other way round.
 *
 * expect: reclaim-inversion certain fs_reclaim init_lock
 * expect: reclaim-inversion certain fs_reclaim table_lock
 */
#include "victim.h"
#include "kernel.h"

static pthread_rwlock_t init_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t table_lock = PTHREAD_RWLOCK_INITIALIZER;

static void device_shrink(void)
{
	pthread_rwlock_rdlock(&init_lock);
	pthread_rwlock_unlock(&init_lock);
	pthread_rwlock_wrlock(&table_lock);
	pthread_rwlock_unlock(&table_lock);
}

static void device_init(void)
{
	pthread_rwlock_wrlock(&init_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_rwlock_unlock(&init_lock);
}

static void table_lookup(void)
{
	pthread_rwlock_rdlock(&table_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_rwlock_unlock(&table_lock);
}

int main(void)
{
	device_init();
	table_lookup();
	direct_reclaim(device_shrink);
	puts("done");
	return 0;
}
