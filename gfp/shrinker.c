/* SPDX-License-Identifier: MIT */
/*
 * shrinker.c - the list of shrinkers, and calling them.
 *
 * A shrinker stays on the list while it is being called, so that a walk can go on from it. The
 * list's lock is a futex of its own, held for a few steps and never over a call: a checker need not
 * hear of it.
 */
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <reclaimdep/annotate.h>
#include "internal.h"

struct entry {
	struct shrinker shrinker; /* what the program has; first */
	struct entry *next;
	unsigned int calls; /* being made */
	bool going;
	char name[64];
	struct reclaimdep_shrinker told;
};

/* ---- the list ---- */

static struct entry *list;
static unsigned int list_lock; /* 0: free, 1: held, 2: held, and somebody waits */

static void futex(unsigned int *word, int op, unsigned int value)
{
	syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, NULL);
}

static void lock_list(void)
{
	unsigned int seen = 0;

	if (__atomic_compare_exchange_n(&list_lock, &seen, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&list_lock, 2, __ATOMIC_ACQUIRE))
		futex(&list_lock, FUTEX_WAIT, 2);
}

static void unlock_list(void)
{
	if (__atomic_exchange_n(&list_lock, 0, __ATOMIC_RELEASE) == 2)
		futex(&list_lock, FUTEX_WAKE, 1);
}

/* Calls that other threads made do not go on in the child. */
static void fork_child(void)
{
	struct entry *e;

	for (e = list; e; e = e->next)
		e->calls = 0;
	unlock_list();
}

static void watch_forks(void)
{
	pthread_atfork(lock_list, unlock_list, fork_child);
}

/* The first that is alive from e on, kept on the list until put. The lock is held. */
static struct entry *keep(struct entry *e)
{
	while (e && e->going)
		e = e->next;
	if (e)
		e->calls++;
	return e;
}

static void put(struct entry *e)
{
	if (!e->calls)
		return; /* made in the parent of this process */
	if (--e->calls == 0 && e->going)
		futex(&e->calls, FUTEX_WAKE, INT_MAX);
}

static struct entry *first_entry(void)
{
	struct entry *e;

	lock_list();
	e = keep(list);
	unlock_list();
	return e;
}

static struct entry *next_entry(struct entry *e)
{
	struct entry *next;

	lock_list();
	next = keep(e->next);
	put(e);
	unlock_list();
	return next;
}

/* ---- one that is called ---- */

static unsigned long count(struct entry *e, gfp_t gfp)
{
	struct shrink_control sc = {.gfp_mask = gfp};
	unsigned long n = e->shrinker.count_objects(&e->shrinker, &sc);

	return n == SHRINK_EMPTY ? 0 : n;
}

/* Returns what scan_objects did; *left loses what it looked at. */
static unsigned long scan(struct entry *e, gfp_t gfp, unsigned long n, unsigned long *left)
{
	struct shrink_control sc = {.gfp_mask = gfp, .nr_to_scan = n, .nr_scanned = n};
	unsigned long freed = e->shrinker.scan_objects(&e->shrinker, &sc);

	*left -= sc.nr_scanned < *left ? sc.nr_scanned : *left;
	return freed;
}

static unsigned long shrink(struct entry *e, gfp_t gfp, unsigned int priority)
{
	unsigned long batch =
		e->shrinker.batch > 0 ? (unsigned long)e->shrinker.batch : SHRINK_BATCH;
	unsigned long all = count(e, gfp), left = all >> priority, freed = 0, got, before;

	/* A few objects are worth a call too. */
	if (all && left < batch)
		left = all < batch ? all : batch;
	while (left) {
		before = left;
		got = scan(e, gfp, left < batch ? left : batch, &left);
		if (got == SHRINK_STOP)
			break;
		freed += got;
		if (left == before)
			break;
	}
	return freed;
}

unsigned long gfp_shrink_all(gfp_t gfp, unsigned int priority)
{
	unsigned long freed = 0;
	struct entry *e;

	for (e = first_entry(); e; e = next_entry(e))
		freed += shrink(e, gfp, priority);
	return freed;
}

/* ---- called by reclaimdep, to see what it does ---- */

static gfp_t mask_of(unsigned int told)
{
	static const struct {
		unsigned int told;
		gfp_t gfp;
	} bits[] = {
#define BIT(name) {RECLAIMDEP_GFP_##name, __GFP_##name}
		BIT(DIRECT_RECLAIM), BIT(KSWAPD_RECLAIM), BIT(IO),	  BIT(FS),
		BIT(HIGH),	     BIT(NOFAIL),	  BIT(NORETRY),	  BIT(RETRY_MAYFAIL),
		BIT(NOWARN),	     BIT(ZERO),		  BIT(MOVABLE),	  BIT(ACCOUNT),
		BIT(MEMALLOC),	     BIT(NOMEMALLOC),	  BIT(NOLOCKDEP), BIT(HARDWALL),
		BIT(HIGHMEM),
#undef BIT
	};
	gfp_t gfp = 0;
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (told & bits[i].told)
			gfp |= bits[i].gfp;
	return gfp;
}

static unsigned long told_count(void *arg, unsigned int gfp)
{
	unsigned int before = gfp_enter_reclaim();
	unsigned long n = count(arg, mask_of(gfp));

	gfp_leave_reclaim(before);
	return n;
}

static unsigned long told_scan(void *arg, unsigned long n, unsigned int gfp)
{
	unsigned int before = gfp_enter_reclaim();
	unsigned long left = n, freed = scan(arg, mask_of(gfp), n, &left);

	gfp_leave_reclaim(before);
	return freed;
}

/* Which domain it is of depends on the mask that it is called with. */
static void tell_of(struct entry *e)
{
	e->told = (struct reclaimdep_shrinker){.size = sizeof(e->told),
					       .name = e->name,
					       .domain = RECLAIMDEP_BY_MASK,
					       .count = told_count,
					       .scan = told_scan,
					       .arg = e};
	reclaimdep_shrinker_register(&e->told);
}

/* ---- the program's side ---- */

struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...)
{
	struct entry *e = calloc(1, sizeof(*e));
	va_list ap;

	if (!e)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(e->name, sizeof(e->name), fmt, ap);
	va_end(ap);
	e->shrinker.flags = flags | SHRINKER_ALLOCATED;
	e->shrinker.seeks = DEFAULT_SEEKS;
	return &e->shrinker;
}

void shrinker_register(struct shrinker *shrinker)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct entry *e = (struct entry *)shrinker, **end;

	if (!shrinker || shrinker->flags & SHRINKER_REGISTERED || !shrinker->count_objects ||
	    !shrinker->scan_objects)
		return;
	pthread_once(&once, watch_forks);
	shrinker->flags |= SHRINKER_REGISTERED;
	lock_list();
	for (end = &list; *end; end = &(*end)->next)
		;
	*end = e;
	unlock_list();
	tell_of(e);
}

static void wait_for_calls(struct entry *e)
{
	unsigned int calls;

	while ((calls = __atomic_load_n(&e->calls, __ATOMIC_ACQUIRE)))
		futex(&e->calls, FUTEX_WAIT, calls);
}

static void take_out(struct entry *e)
{
	struct entry **link;

	lock_list();
	e->going = true;
	unlock_list();
	wait_for_calls(e);
	lock_list();
	for (link = &list; *link != e; link = &(*link)->next)
		;
	*link = e->next;
	unlock_list();
}

void shrinker_free(struct shrinker *shrinker)
{
	struct entry *e = (struct entry *)shrinker;

	if (!shrinker)
		return;
	if (shrinker->flags & SHRINKER_REGISTERED) {
		reclaimdep_shrinker_unregister(&e->told);
		take_out(e);
	}
	free(e);
}
