/* SPDX-License-Identifier: MIT */
/*
 * shrinker.h - the shrinkers that the program told of, for who runs them.
 *
 *	uint32_t at = 0;
 *	struct rd_shrinker *s;
 *
 *	while ((s = rd_shrinker_next(&at))) {
 *		... s->count(s->arg, gfp), s->scan(s->arg, n, gfp) ...
 *		rd_shrinker_put(s);
 *	}
 *
 * What rd_shrinker_next() returned stays registered until rd_shrinker_put(): an unregister in another
 * thread waits for it, as the kernel's does. One that comes from the shrinker itself can't wait, and
 * does not. A thread has at most one at a time. Steps over the list are lock-free, and see every
 * shrinker that is registered all the while; one that comes or goes meanwhile, perhaps.
 *
 * The callbacks are the program's: call them with nothing of the runtime held or busy, inside
 * rd_context_enter(s->domain) ... rd_context_leave(s->domain).
 */
#ifndef RECLAIMDEP_SHRINKER_H
#define RECLAIMDEP_SHRINKER_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* What count and scan may answer: as the kernel's SHRINK_EMPTY and SHRINK_STOP. */
#define RD_SHRINK_EMPTY (~0ul - 1)
#define RD_SHRINK_STOP (~0ul)

struct rd_shrinker {
	/* As given; constant while it is registered. */
	const void *key;
	uint32_t domain; /* enum rdep_domain_class: of the weakest mask that may run it */
	unsigned long (*count)(void *arg, unsigned gfp);		  /* may be NULL */
	unsigned long (*scan)(void *arg, unsigned long n, unsigned gfp); /* gfp: canonical bits */
	void *arg;
	char name[64];

	/* The runner's own: how often it was run, when it is due again, did it scan yet? Read and written atomically. */
	uint64_t runs, due;
	uint32_t scanned;

	uint32_t users; /* 1 for being registered, 1 for each holder; 0: a free place */
	uint32_t going;
};

/*
 * key: what unregister will name; registered twice it is refused. s is copied; its fields from
 * runs on are ignored. Both take the runtime lock for a moment; unregister may sleep after.
 */
bool rd_shrinker_register(const struct rd_shrinker *s);
void rd_shrinker_unregister(const void *key);

/* The next one from place *at on, held for this thread, which is followed and holds none; NULL at the
 * end. In a child that was forked in between, put is harmless. */
struct rd_shrinker *rd_shrinker_next(uint32_t *at);
void rd_shrinker_put(struct rd_shrinker *s);

/* Any at all? One load. */
bool rd_shrinker_any(void);

/* In a fork child: the threads that held any are gone. Unless the parent had one thread only, the others may have
 * held the shrinkers' locks, which nobody gives back: those are not to be run. */
#define RD_SHRINKER_NEVER UINT64_MAX
void rd_shrinkers_fork_child(bool alone);

#endif
