/* SPDX-License-Identifier: MIT */
/*
 * The name of a block group's kobject is allocated under groups_sem, by a library that knows of no
 * filesystem. kswapd evicts an inode: it waits for the mutex of the inode's delayed node, under
 * which space is looked for, and so groups_sem taken (btrfs).
 *
 * expect: reclaim-inversion certain fs_reclaim node_mutex groups_sem
 * stack: acquire node_free kswapd
 * stack: acquire find_free_extent node_flush
 * stack: acquire kobject_add link_block_group
 * stack: held link_block_group
 * libraries: shape-kobject-library
 */
#include "victim.h"
#include "kernel.h"

void kobject_add(const char *name);

#ifdef PLUGIN_shape_kobject_library
void kobject_add(const char *name)
{
	char *copy = kmalloc(strlen(name) + 1, GFP_KERNEL);

	strcpy(copy, name);
	kfree(copy);
}
#else

static pthread_mutex_t node_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t groups_sem = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static NOINLINE void link_block_group(void)
{
#ifdef SCOPED
	unsigned int flags = memalloc_nofs_save();
#endif
	pthread_rwlock_wrlock(&groups_sem);
	kobject_add("raid1");
	pthread_rwlock_unlock(&groups_sem);
#ifdef SCOPED
	memalloc_nofs_restore(flags);
#endif
}

static NOINLINE void find_free_extent(void)
{
	pthread_rwlock_rdlock(&groups_sem);
	pthread_rwlock_unlock(&groups_sem);
}

static NOINLINE void node_flush(void)
{
	pthread_mutex_lock(&node_mutex);
	find_free_extent();
	pthread_mutex_unlock(&node_mutex);
}

static NOINLINE void node_free(void)
{
	pthread_mutex_lock(&node_mutex);
	pthread_mutex_unlock(&node_mutex);
}

/* It holds the map, and has PF_MEMALLOC, around its whole loop. */
static NOINLINE void kswapd(void)
{
	unsigned int flags;

	fs_reclaim_acquire(GFP_KERNEL);
	flags = memalloc_noreclaim_save();
	for (int i = 0; i < 3; i++)
		node_free();
	memalloc_noreclaim_restore(flags);
	fs_reclaim_release(GFP_KERNEL);
}

int main(void)
{
	TOGETHER(link_block_group, kswapd, node_flush);
	puts("done");
	return 0;
}
#endif
