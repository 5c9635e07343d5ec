/* SPDX-License-Identifier: MIT */
/*
 * places.c - a victim for the audit: one allocation for each verdict on a mask, and one scope for
 * each that a scope can have. The answer stands beside the call, as tests/audit.test reads it:
 *
 *   audit: VERDICT REASON [nofs] [insufficient]
 *   scope: VERDICT [within] [nofs] [narrower] [before] [after] [unknown]
 *
 * The order of the locks: dir_lock > journal_lock; reclaim of the filesystem takes dir_lock; the device's
 * thread, which reclaim waits for, takes queue_lock; stats_lock and name_lock are taken by neither.
 */
#include "victim.h"
#include "kernel.h"

#include <reclaimdep/annotate.h>

static pthread_mutex_t dir_lock = PTHREAD_MUTEX_INITIALIZER, journal_lock = PTHREAD_MUTEX_INITIALIZER,
		       queue_lock = PTHREAD_MUTEX_INITIALIZER, stats_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t name_lock = PTHREAD_RWLOCK_INITIALIZER;

static NOINLINE void allocate(gfp_t gfp)
{
	kfree(kmalloc(64, gfp));
}

/* ---- reclaim ---- */

static NOINLINE void dir_shrink(void)
{
	pthread_mutex_lock(&dir_lock);
	pthread_mutex_unlock(&dir_lock);
	pthread_rwlock_rdlock(&name_lock);
	pthread_rwlock_unlock(&name_lock);
}

static NOINLINE void device_serve(void)
{
	reclaimdep_context_enter(RECLAIMDEP_IO_RECLAIM);
	pthread_mutex_lock(&queue_lock);
	kfree(kmalloc(64, GFP_NOIO)); /* audit: keep in-reclaim */
	pthread_mutex_unlock(&queue_lock);
	reclaimdep_context_leave(RECLAIMDEP_IO_RECLAIM);
}

/* ---- masks ---- */

static NOINLINE void masks_without_locks(void)
{
	kfree(kmalloc(64, GFP_NOFS)); /* audit: drop no-shared-lock */
	kfree(kmalloc(64, GFP_NOIO)); /* audit: drop no-shared-lock */
	allocate(GFP_KERNEL);
	allocate(GFP_ATOMIC);
}

static NOINLINE void masks_under_locks(void)
{
	pthread_mutex_lock(&stats_lock);
	kfree(kmalloc(64, GFP_NOFS)); /* audit: drop no-shared-lock */
	kfree(kzalloc(64, GFP_NOIO)); /* audit: drop no-shared-lock */
	pthread_mutex_unlock(&stats_lock);

	pthread_mutex_lock(&dir_lock);
	kfree(kmalloc(64, GFP_NOFS)); /* audit: keep shared-lock */
	kfree(kmalloc(64, GFP_NOIO)); /* audit: keep shared-lock nofs */
	kfree(kmalloc(64, GFP_NOFS | __GFP_NOLOCKDEP)); /* audit: keep nolockdep */
	reclaimdep_ignore_begin();
	kfree(kmalloc(64, GFP_NOFS)); /* audit: keep nolockdep */
	reclaimdep_ignore_end();
	pthread_mutex_lock(&journal_lock);
	pthread_mutex_unlock(&journal_lock);
	pthread_mutex_unlock(&dir_lock);

	pthread_mutex_lock(&journal_lock);
	kfree(kmalloc(64, GFP_NOFS)); /* audit: keep shared-lock */
	pthread_mutex_unlock(&journal_lock);

	pthread_mutex_lock(&queue_lock);
	kfree(kmalloc(64, GFP_NOFS)); /* audit: keep shared-lock insufficient */
	kfree(kmalloc(64, GFP_NOIO)); /* audit: keep shared-lock */
	pthread_mutex_unlock(&queue_lock);
}

/* Reclaim reads, and waits for a writer alone. */
static NOINLINE void masks_under_a_reader(void)
{
	pthread_rwlock_rdlock(&name_lock);
	kfree(kmalloc(64, GFP_NOFS)); /* audit: drop no-shared-lock */
	pthread_rwlock_unlock(&name_lock);
	pthread_rwlock_wrlock(&name_lock);
	kfree(kmalloc(64, GFP_NOFS)); /* audit: keep shared-lock */
	pthread_rwlock_unlock(&name_lock);
}

/* In a scope by one way, outside of it by another. */
static NOINLINE void *mixed(void)
{
	return kmalloc(64, GFP_NOFS); /* audit: keep shared-lock */
}

/* ---- scopes ---- */

static NOINLINE void transaction(void)
{
	unsigned int flags, inner;

	pthread_mutex_lock(&dir_lock);
	kfree(kmalloc(64, GFP_NOFS)); /* audit: keep shared-lock */
	reclaimdep_scope_enter(RECLAIMDEP_SCOPE_NOIO, "for the test"); /* scope: unknown before after */
	reclaimdep_scope_leave(RECLAIMDEP_SCOPE_NOIO);
	flags = memalloc_nofs_save(); /* scope: needed before after */
	kfree(kmalloc(64, GFP_NOFS)); /* audit: drop in-scope */
	allocate(GFP_KERNEL);
	kfree(mixed());
	inner = memalloc_nofs_save(); /* scope: not-needed within */
	allocate(GFP_KERNEL);
	memalloc_nofs_restore(inner);
	memalloc_nofs_restore(flags);
	kfree(kmalloc(64, GFP_NOFS)); /* audit: keep shared-lock */
	kfree(mixed());
	pthread_mutex_unlock(&dir_lock);
}

static NOINLINE void scope_for_nothing(void)
{
	unsigned int flags = memalloc_nofs_save(); /* scope: not-needed */

	pthread_mutex_lock(&stats_lock);
	allocate(GFP_KERNEL);
	pthread_mutex_unlock(&stats_lock);
	memalloc_nofs_restore(flags);
}

static NOINLINE void scope_with_nothing_in_it(void)
{
	unsigned int flags = memalloc_nofs_save(); /* scope: unknown */

	allocate(GFP_ATOMIC);
	memalloc_nofs_restore(flags);
}

static NOINLINE void scope_too_strong(void)
{
	unsigned int flags;

	pthread_mutex_lock(&journal_lock);
	flags = memalloc_noio_save(); /* scope: needed nofs */
	kfree(kmalloc(64, GFP_NOFS)); /* audit: drop in-scope */
	memalloc_noio_restore(flags);
	pthread_mutex_unlock(&journal_lock);
}

static NOINLINE void scope_too_wide(void)
{
	unsigned int flags = memalloc_nofs_save(); /* scope: needed narrower */

	allocate(GFP_KERNEL);
	pthread_mutex_lock(&dir_lock);
	allocate(GFP_KERNEL);
	pthread_mutex_unlock(&dir_lock);
	memalloc_nofs_restore(flags);
}

/* A scope that a plain malloc needs. */
static NOINLINE void scope_for_malloc(void)
{
	unsigned int flags;

	pthread_rwlock_wrlock(&name_lock);
	flags = memalloc_nofs_save(); /* scope: needed */
	free(malloc(64));
	memalloc_nofs_restore(flags);
	pthread_rwlock_unlock(&name_lock);
}

int main(void)
{
	masks_without_locks();
	masks_under_locks();
	masks_under_a_reader();
	transaction();
	transaction();
	scope_for_nothing();
	scope_with_nothing_in_it();
	scope_too_strong();
	scope_too_wide();
	scope_for_malloc();
	direct_reclaim(dir_shrink);
	in_thread(device_serve);
	puts("done");
	return 0;
}
