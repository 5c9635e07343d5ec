/* SPDX-License-Identifier: MIT */
/*
 * Silent: reclaim and the allocation are both readers of a lock that prefers readers.
 *
 * expect: none
 */
#include "victim.h"
#include "kernel.h"

static pthread_rwlock_t table_lock = PTHREAD_RWLOCK_INITIALIZER;

static void table_shrink(void)
{
	pthread_rwlock_rdlock(&table_lock);
	pthread_rwlock_unlock(&table_lock);
}

static void table_lookup(void)
{
	pthread_rwlock_rdlock(&table_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_rwlock_unlock(&table_lock);
}

int main(void)
{
	table_lookup();
	direct_reclaim(table_shrink);
	table_lookup();
	puts("done");
	return 0;
}
