// SPDX-License-Identifier: MIT
/* stat.c - see stat.h. */
#include "stat.h"
#include "clock.h"
#include "engine.h"
#include "lock_words.h"
#include "mem.h"
#include "record.h"

#include <pthread.h>
#include <string.h>

uint8_t rd_stat_on;

/* A thread's tables, by class: of each RDEP_STAT_CLASSES of them one, made when it is needed. As many as there are classes. */
#define LEAF 512u
#define LEAVES 256u
#define BRANCHES 256u
struct rd_stat_thread {
	struct branch {
		struct leaf {
			struct rdep_stat *tables[LEAF];
		} *leaves[LEAVES];
	} *branches[BRANCHES];
};
_Static_assert((uint64_t)LEAF * LEAVES * BRANCHES * RDEP_STAT_CLASSES >= 1u << 28, "as many classes as a chain names");

/* Tables whose threads are gone, by the classes that they are for. */
struct left {
	struct rdep_stat *table;
	struct left *next;
};
static struct rd_array left = RD_ARRAY(sizeof(struct left *));

#define WORTH_REFINING 1000000u /* ns of waiting */

void rd_stat_start(void)
{
	rd_clock_start();
	rd_stat_on = 1;
}

/* ---- where a thread counts ---- */

static struct rdep_stat *left_table(uint32_t range)
{
	struct left **first = rd_array_need(&left, range), *l = first ? *first : NULL;
	struct rdep_stat *table;

	if (!l)
		return NULL;
	*first = l->next;
	table = l->table;
	rd_mem_free(l, sizeof(*l));
	return table;
}

static struct rdep_stat *new_table(uint32_t range)
{
	struct rdep_stats head = {
		.first = range * RDEP_STAT_CLASSES, .count = RDEP_STAT_CLASSES, .size = sizeof(struct rdep_stat)};

	return rd_record_table(RDEP_STATS, &head, sizeof(head), &head.at,
			       2 * RDEP_STAT_CLASSES * sizeof(struct rdep_stat));
}

static struct rdep_stat **place_of(struct rd_thread *t, uint32_t range, bool make)
{
	struct branch **branch;
	struct leaf **leaf;

	if (!t->stat && make)
		t->stat = rd_mem_alloc(sizeof(*t->stat));
	if (!t->stat)
		return NULL;
	branch = &t->stat->branches[range / (LEAF * LEAVES) % BRANCHES];
	if (!*branch && make)
		*branch = rd_mem_alloc(sizeof(**branch));
	if (!*branch)
		return NULL;
	leaf = &(*branch)->leaves[range / LEAF % LEAVES];
	if (!*leaf && make)
		*leaf = rd_mem_alloc(sizeof(**leaf));
	return *leaf ? &(*leaf)->tables[range % LEAF] : NULL;
}

static void make_table(struct rd_thread *t, uint32_t range)
{
	struct rdep_stat **place;
	struct rd_locked l;

	rd_enter(t, &l);
	place = place_of(t, range, true);
	if (place && !*place)
		*place = left_table(range);
	if (place && !*place)
		*place = new_table(range);
	rd_leave(t, &l);
	rd_clock_refine();
}

static struct rdep_stat *stat_of(struct rd_thread *t, const struct rdep_held *e)
{
	uint32_t range = e->cls / RDEP_STAT_CLASSES;
	struct rdep_stat **place = place_of(t, range, false);

	if (!place || !*place)
		return NULL;
	return *place + 2 * (e->cls % RDEP_STAT_CLASSES) + (e->mode != RDEP_WRITE);
}

static struct rdep_stat *stat_made(struct rd_thread *t, const struct rdep_held *e)
{
	struct rdep_stat *s = stat_of(t, e);

	if (rd_likely(s))
		return s;
	make_table(t, e->cls / RDEP_STAT_CLASSES);
	s = stat_of(t, e);
	if (!s)
		rd_count(RDEP_C_STATS_DROPPED);
	return s;
}

static void leave_tables(struct leaf *leaf, uint32_t range)
{
	uint32_t k;

	for (k = 0; k < LEAF; k++) {
		struct left **first, *l;

		if (!leaf->tables[k])
			continue;
		first = rd_array_need(&left, range + k);
		l = first ? rd_mem_alloc(sizeof(*l)) : NULL;
		if (!l)
			continue;
		*l = (struct left){leaf->tables[k], *first};
		*first = l;
	}
	rd_mem_free(leaf, sizeof(*leaf));
}

void rd_stat_thread_gone(struct rd_thread *t)
{
	uint32_t b, i;

	for (b = 0; t->stat && b < BRANCHES; b++) {
		struct branch *branch = t->stat->branches[b];

		for (i = 0; branch && i < LEAVES; i++) {
			if (branch->leaves[i])
				leave_tables(branch->leaves[i], (b * LEAVES + i) * LEAF);
		}
		rd_mem_free(branch, sizeof(*branch));
	}
	rd_mem_free(t->stat, sizeof(*t->stat));
	t->stat = NULL;
}

void rd_stat_reset(void)
{
	memset(left.segment, 0, sizeof(left.segment));
}

/* ---- counting ---- */

/* Waits and holds of the others are no lock's, or are told of where they end only by a walk. */
static bool counts(const struct rdep_held *e)
{
	static const uint32_t kinds = 1u << RDEP_MUTEX | 1u << RDEP_RWLOCK | 1u << RDEP_SPIN | 1u << RDEP_SEM |
				      1u << RDEP_USER | 1u << RDEP_FILE | 1u << RDEP_STDIO | 1u << RDEP_GLIB;

	return kinds >> e->kind & 1 && e->cls;
}

#define WRITE_PHASE 1u /* of rd_rwlock_words.readers */

static bool rwlock_is_taken(const void *lock, bool reader)
{
	const struct rd_rwlock_words *w = lock;
	bool writer = w->readers & RD_RWLOCK_WRLOCKED;

	if (!reader)
		return writer || RD_RWLOCK_READERS(w);
	return writer && (w->readers & WRITE_PHASE || ((const pthread_rwlock_t *)lock)->__data.__flags ==
							      PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
}

/* By the lock's own words: would the call wait now? Of those that have none that we know: no. */
static bool is_taken(const struct rdep_held *e)
{
	const uint32_t *w = (const uint32_t *)e->address;

	switch (e->kind) {
	case RDEP_MUTEX:
	case RDEP_GLIB:
		return w[0] != 0;
	case RDEP_RWLOCK:
		return rwlock_is_taken((const void *)e->address, e->mode != RDEP_WRITE);
	case RDEP_SPIN:
		return w[0] != RD_SPIN_FREE;
	case RDEP_SEM:
		return w[0] == 0;
	default:
		return false;
	}
}

/* Written by this thread alone; a handler that comes in between may cost a count. */
static void add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static void add_time(uint64_t *sum, uint64_t *most, uint64_t *site, uint64_t ns, uint64_t where)
{
	add(sum, ns);
	if (ns <= *most)
		return;
	__atomic_store_n(most, ns, __ATOMIC_RELAXED);
	__atomic_store_n(site, where, __ATOMIC_RELAXED);
}

static uint64_t between(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

static void acquired(struct rd_thread *t, struct rdep_held *e, uint64_t now, bool waited)
{
	struct rdep_stat *s = stat_made(t, e);

	if (s) {
		add(&s->acquisitions, 1);
		if (waited) {
			uint64_t ns = between(e->since, now);

			add(&s->contended, 1);
			add_time(&s->wait_ns, &s->wait_max_ns, &s->wait_site, ns, e->site);
			if (ns > WORTH_REFINING)
				rd_clock_refine();
		}
	}
	e->since = now & ~1ull;
}

struct rdep_held *rd_stat_known(struct rd_thread *t, const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	struct rdep_held *e;

	if (t->pending || t->atomic || t->handling)
		return NULL;
	/* A handler that comes in between leaves it NULL behind. */
	t->limit = t->real_limit;
	rd_signal_fence();
	e = rd_acquire_fast(lock, how, site, sp);
	rd_signal_fence();
	t->limit = NULL;
	return e;
}

void rd_stat_pushed(struct rd_thread *t, struct rdep_held *e)
{
	if (!e || e->recursion || !counts(e))
		return;
	if (!(e->flags & RDEP_HELD_WAITING))
		acquired(t, e, rd_clock_ns(), false);
	else
		e->since = (rd_clock_ns() & ~1ull) | is_taken(e);
}

void rd_stat_acquired(struct rdep_held *e)
{
	struct rd_thread *t = rd_self;

	if (t && !t->busy && e->flags & RDEP_HELD_WAITING && counts(e))
		acquired(t, e, rd_clock_ns(), e->since & 1);
}

static void held(struct rd_thread *t, struct rdep_held *e, uint64_t now)
{
	struct rdep_stat *s = stat_of(t, e);

	if (s && e->since)
		add_time(&s->hold_ns, &s->hold_max_ns, &s->hold_site, between(e->since, now), e->site);
}

void rd_stat_released(struct rd_thread *t, struct rdep_held *e)
{
	if (counts(e) && !(e->flags & RDEP_HELD_WAITING))
		held(t, e, rd_clock_ns());
}

void rd_stat_given_up(struct rd_thread *t, struct rdep_held *e)
{
	uint64_t now = rd_clock_ns();

	held(t, e, now);
	e->since = now & ~1ull;
}

void rd_stat_regained(struct rdep_held *e)
{
	e->since = rd_clock_ns() & ~1ull;
}
