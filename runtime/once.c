// SPDX-License-Identifier: MIT
/*
 * once.c - what is initialised once: a lock that is held while its routine runs, and waited for by all others.
 *
 * Once that is done nobody waits. But a thread that comes by for the first time could have come earlier, so
 * what it holds is before the once; where it passed before, it is not.
 */
#include "engine.h"
#include "event.h"
#include "held.h"
#include "limits.h"
#include "mem.h"

#define HOW RD_HOW(RDEP_ONCE, RDEP_WRITE, 0)

struct rdep_held *rd_once_begin(const void *once, uint64_t site, uint64_t sp)
{
	return rd_acquire_slow(once, HOW, site, sp);
}

void rd_once_left(const void *once)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, once) : NULL;

	if (e)
		rd_held_remove(t, e);
}

/* ---- what a thread has passed ---- */

#define FIRST_ROOM 64u

static uint64_t *place(struct rd_passed_more *m, uint64_t once)
{
	uint32_t i = (uint32_t)((once >> 2) * 0x9e3779b97f4a7c15ull >> 32);

	while (m->once[i & (m->room - 1)] && m->once[i & (m->room - 1)] != once)
		i++;
	return &m->once[i & (m->room - 1)];
}

static size_t size_of(uint32_t room)
{
	return sizeof(struct rd_passed_more) + room * sizeof(uint64_t);
}

/* With room for one more; NULL: no memory. Needs the runtime lock. */
static struct rd_passed_more *more_of(struct rd_thread *t)
{
	struct rd_passed_more *had = t->passed_more, *m;
	uint32_t i;

	if (had && had->count < had->room / 4 * 3)
		return had;
	m = rd_mem_alloc(size_of(had ? had->room * 2 : FIRST_ROOM));
	if (!m)
		return NULL;
	m->room = had ? had->room * 2 : FIRST_ROOM;
	m->older = had;
	for (i = 0; had && i < had->room; i++) {
		if (had->once[i])
			*place(m, had->once[i]) = had->once[i];
	}
	m->count = had ? had->count : 0;
	__atomic_store_n(&t->passed_more, m, __ATOMIC_RELEASE);
	return m;
}

static void remember_more(struct rd_thread *t, struct rd_passed *set, uint64_t once)
{
	struct rd_passed_more *m;
	struct rd_locked l;
	uint64_t *p;

	rd_enter(t, &l);
	m = more_of(t);
	p = m ? place(m, once) : NULL;
	if (p && !*p) {
		m->count++;
		*p = once;
	}
	set->full = 1;
	if (!m)
		rd_limit_met_locked(RD_LIMIT_ONCES);
	rd_leave(t, &l);
}

/* Never forgets. */
static void remember(struct rd_thread *t, const void *once)
{
	struct rd_passed *set = rd_passed_set(t, once);
	unsigned i;

	for (i = 0; i < RD_PASSED_WAYS; i++) {
		if (set->once[i])
			continue;
		set->once[i] = (uint64_t)once;
		return;
	}
	remember_more(t, set, (uint64_t)once);
}

/* Of one that is not in its set. Where there was no memory for the first of them, all count as passed. */
static bool is_remembered(struct rd_thread *t, const void *once)
{
	struct rd_passed_more *m = __atomic_load_n(&t->passed_more, __ATOMIC_ACQUIRE);

	return rd_passed_set(t, once)->full && (!m || *place(m, (uint64_t)once));
}

void rd_once_end(struct rd_thread *t)
{
	struct rd_passed_more *m = t->passed_more, *older;

	for (; m; m = older) {
		older = m->older;
		rd_mem_free(m, size_of(m->room));
	}
	t->passed_more = NULL;
}

void rd_once_pass_slow(const void *once, bool waited, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	if (!t || is_remembered(t, once))
		return;
	if (!waited && t->top != t->bottom) {
		e = rd_once_begin(once, site, sp);
		if (e)
			rd_abandon(e);
	}
	remember(t, once);
}
