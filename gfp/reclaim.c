/* SPDX-License-Identifier: MIT */
/*
 * reclaim.c - the thread's scopes, and what an allocation does that found no memory.
 */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <reclaimdep/annotate.h>
#include "internal.h"

#ifndef PR_GET_IO_FLUSHER
#define PR_GET_IO_FLUSHER 58
#endif

HIDDEN __thread unsigned int gfp_task_flags;

/* ---- scopes ---- */

static unsigned int save(unsigned int flags)
{
	unsigned int newly = flags & ~gfp_task_flags;

	gfp_task_flags |= flags;
	return newly;
}

static void restore(unsigned int flags)
{
	gfp_task_flags &= ~flags;
}

#define SCOPE(name, flag)                                                                          \
	unsigned int memalloc_##name##_save(void)                                                  \
	{                                                                                          \
		return save(flag);                                                                 \
	}                                                                                          \
	void memalloc_##name##_restore(unsigned int flags)                                         \
	{                                                                                          \
		restore(flags);                                                                    \
	}

SCOPE(nofs, PF_MEMALLOC_NOFS)
SCOPE(noio, PF_MEMALLOC_NOIO)
SCOPE(noreclaim, PF_MEMALLOC)
SCOPE(pin, PF_MEMALLOC_PIN)

unsigned int memalloc_flags_save(unsigned int flags)
{
	return save(flags);
}

void memalloc_flags_restore(unsigned int flags)
{
	restore(flags);
}

static bool is_io_flusher(void)
{
	int error = errno;
	bool is = prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0) == 1;

	errno = error;
	return is;
}

gfp_t gfp_effective(gfp_t gfp)
{
	gfp_t less = 0;

	if (gfp_task_flags & PF_MEMALLOC_NOFS)
		less |= __GFP_FS;
	if (gfp_task_flags & PF_MEMALLOC_NOIO || is_io_flusher())
		less |= __GFP_FS | __GFP_IO;
	if (gfp_task_flags & PF_MEMALLOC_PIN)
		less |= __GFP_MOVABLE;
	return gfp & ~less;
}

gfp_t current_gfp_context(gfp_t gfp)
{
	return gfp_effective(gfp);
}

/* ---- reclaim ---- */

/* Rounds that are made even if nothing is freed; and at most, by shrinkers that always free some.
 */
#define ROUNDS_MIN 3u
#define ROUNDS_MAX 64u

unsigned int gfp_enter_reclaim(void)
{
	return save(PF_MEMALLOC);
}

void gfp_leave_reclaim(unsigned int before)
{
	restore(before);
}

/* The one domain that this reclaim stands for: that of the weakest mask that gets here. */
static unsigned int domain_of(gfp_t gfp)
{
	if (gfp & __GFP_FS)
		return RECLAIMDEP_FS_RECLAIM;
	return gfp & __GFP_IO ? RECLAIMDEP_IO_RECLAIM : RECLAIMDEP_RECLAIM;
}

static unsigned long direct_reclaim(gfp_t gfp, unsigned int round)
{
	unsigned int priority = round < ROUNDS_MIN ? ROUNDS_MIN - 1 - round : 0;
	unsigned int domain = domain_of(gfp), before;
	unsigned long freed;

	reclaimdep_context_enter(domain);
	before = gfp_enter_reclaim();
	freed = gfp_shrink_all(gfp, priority);
	gfp_leave_reclaim(before);
	reclaimdep_context_leave(domain);
	return freed;
}

/* Others may free meanwhile. An allocation is no cancellation point. */
static void pause_a_moment(void)
{
	static const struct timespec moment = {0, 1000000};

	syscall(SYS_nanosleep, &moment, NULL);
}

bool gfp_try_again(gfp_t gfp, unsigned int *round)
{
	bool reclaims = !(gfp_task_flags & PF_MEMALLOC);
	unsigned int this = (*round)++;
	unsigned long freed;

	if (!(gfp & __GFP_DIRECT_RECLAIM) || (gfp & __GFP_NORETRY && this > 0))
		return false;
	freed = reclaims ? direct_reclaim(gfp_effective(gfp), this) : 0;
	if (gfp & __GFP_NOFAIL) {
		if (!freed)
			pause_a_moment();
		return true;
	}
	/* What was freed may be too little, or in pieces. */
	return reclaims && (this + 1 < ROUNDS_MIN || (freed && this < ROUNDS_MAX));
}

/* ---- what only a checker hears ---- */

void fs_reclaim_acquire(gfp_t gfp)
{
	(void)gfp;
}

void fs_reclaim_release(gfp_t gfp)
{
	(void)gfp;
}

void might_alloc(gfp_t gfp)
{
	(void)gfp;
}

void __might_sleep(const char *file, int line)
{
	(void)file;
	(void)line;
}

void __cant_sleep(const char *file, int line, int offset)
{
	(void)file;
	(void)line;
	(void)offset;
}

void __might_fault(const char *file, int line)
{
	(void)file;
	(void)line;
}

#define SAYS(name)                                                                                 \
	void name(void)                                                                            \
	{                                                                                          \
	}

SAYS(might_sleep)
SAYS(cant_sleep)
SAYS(might_fault)
SAYS(pagefault_disable)
SAYS(pagefault_enable)
SAYS(non_block_start)
SAYS(non_block_end)
