// SPDX-License-Identifier: MIT
/* provoke.c - see provoke.h. */
#define _GNU_SOURCE
#include "provoke.h"
#include "engine.h"
#include "event.h"
#include "options.h"
#include "provoke_option.h"
#include "record.h"
#include "shrinker.h"
#include "threads.h"
#include "unwind.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

#define NEVER RD_SHRINKER_NEVER
#define RUNNING (NEVER - 1) /* rd_shrinker.due, too */

uint8_t rd_provoking;
static struct rd_provocation wanted;
static uint32_t begun, ended;

void rd_provoke_start(void)
{
	if (!rd_provoke_parse(&wanted, rd_options.provoke))
		return;
	rd_provoking = (wanted.rate ? RD_PROVOKE_SHRINK : 0) | (wanted.fail ? RD_PROVOKE_FAIL : 0);
}

static bool going_on(void)
{
	return __atomic_load_n(&begun, __ATOMIC_RELAXED) && !__atomic_load_n(&ended, __ATOMIC_RELAXED);
}

void rd_provoke_begin(void)
{
	if (!rd_provoking || !rd_ready())
		return;
	rd_here();
	__atomic_store_n(&begun, 1, __ATOMIC_RELEASE);
}

void rd_provoke_end(void)
{
	__atomic_store_n(&ended, 1, __ATOMIC_RELEASE);
}

/* ---- where the thread is ---- */

#define FRAMES 128

static void *map_of(uint64_t pc)
{
	struct dl_find_object found;

	return _dl_find_object((void *)pc, &found) ? NULL : found.dlfo_link_map;
}

/* In libc or in the loader? */
static bool is_system(uint64_t pc)
{
	void *map = map_of(pc);

	return map == map_of((uint64_t)(uintptr_t)getauxval) || map == map_of((uint64_t)(uintptr_t)_dl_find_object);
}

static bool is_exit(uint64_t pc)
{
	return rd_unwind_function(pc) == (uint64_t)(uintptr_t)exit;
}

/* The frames after the call of exit() that leads to here. */
static const struct rd_frame *above_exit(const struct rd_frame *f, const struct rd_frame *end)
{
	for (; f < end; f++) {
		if (is_exit(f->pc))
			return f + 1;
	}
	return end;
}

/*
 * Does nothing but the program's own code lie between here and where the thread began? Then no lock of libc's or
 * the loader's is held, nobody's once-only initialisation is going on, and nothing was interrupted by a signal.
 * leaving: from a handler that exit() runs.
 */
static bool in_the_open(uint64_t sp, bool leaving)
{
	struct rd_frame frames[FRAMES];
	const struct rd_frame *f, *end;
	bool root = false;
	unsigned flags;
	size_t n;

	n = rd_unwind_fast(frames, FRAMES, sp, &flags);
	if (flags || !n)
		return false;
	end = frames + n;
	f = leaving ? above_exit(frames, end) : frames;
	for (; f < end; f++) {
		if (f->exact || is_exit(f->pc))
			return false;
		if (is_system(f->pc))
			root = true;
		else if (root && f != end - 1) /* the last is the program's start */
			return false;
	}
	return true;
}

/* ---- what others wait for ---- */

/* A lock, held now: not one that is waited for, or given up in a condition wait. */
static bool is_held(const struct rdep_held *e)
{
	return e->address && e->kind != RDEP_DOMAIN && e->kind != RDEP_SIGNAL && !(e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND));
}

static bool holds_anything(const struct rd_thread *t)
{
	const struct rdep_held *e, *top = __atomic_load_n(&t->top, __ATOMIC_RELAXED);

	for (e = t->bottom + 1; e <= top; e++) {
		if (is_held(e))
			return true;
	}
	return false;
}

/* Waits for something that is no lock, and holds one: what waits for that lock may be what it waits for. */
static bool waits_holding(const struct rd_thread *t)
{
	const struct rdep_held *e, *top = __atomic_load_n(&t->top, __ATOMIC_RELAXED);
	bool waits = __atomic_load_n(&t->slot->wait_kind, __ATOMIC_RELAXED) != 0;

	for (e = t->bottom + 1; e <= top && !waits; e++)
		waits = e->flags & RDEP_HELD_COND;
	return waits && holds_anything(t);
}

static bool any_other(const struct rd_thread *me, bool (*is)(const struct rd_thread *))
{
	const struct rd_thread *t;
	struct rd_locked l;
	bool found = false;

	rd_lock(&l);
	for (t = rd_threads_live(); t && !found; t = t->next)
		found = t != me && is(t);
	rd_unlock(&l);
	return found;
}

/* ---- running them ---- */

static uint64_t seen;	/* allocations that might have run shrinkers */
static uint64_t due_at; /* of which the first shrinker is due */

static bool may_shrink(const struct rd_thread *t)
{
	return rd_provoking & RD_PROVOKE_SHRINK && going_on() && rd_shrinker_any() && t->top == t->bottom &&
	       !t->contexts && !t->shrinking && !t->atomic && !t->initialising &&
	       t->slot->state == RDEP_SLOT_LIVE;
}

static uint32_t domain_of(uint32_t gfp)
{
	if (gfp & RDEP_GFP_FS)
		return RDEP_CLASS_FS_RECLAIM;
	return gfp & RDEP_GFP_IO ? RDEP_CLASS_IO_RECLAIM : RDEP_CLASS_RECLAIM;
}

static bool reaches(uint32_t gfp, uint32_t domain)
{
	return domain <= domain_of(gfp);
}

static void run(struct rd_shrinker *s, uint32_t gfp, uint64_t site, uint64_t sp)
{
	uint32_t domain = s->domain ? s->domain : domain_of(gfp);
	unsigned long n;

	rd_count(RDEP_C_SHRINKS_PROVOKED);
	__atomic_add_fetch(&s->runs, 1, __ATOMIC_RELAXED);
	rd_context_enter(domain, site, sp);
	n = s->count ? s->count(s->arg, gfp) : wanted.scan;
	if (n == RD_SHRINK_EMPTY)
		n = 0;
	if (n || !s->count) {
		s->scan(s->arg, n < wanted.scan ? n : wanted.scan, gfp);
		__atomic_store_n(&s->scanned, 1, __ATOMIC_RELAXED);
	}
	rd_context_leave(domain, site, sp);
}

/* What a shrinker calls may be a cancellation point; what called us is none. */
static int hold_off_cancellation(void)
{
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	return before;
}

/* One with nothing to scan is soon tried again. */
static uint64_t next_time(const struct rd_shrinker *s, uint64_t now)
{
	uint64_t runs = __atomic_load_n(&s->runs, __ATOMIC_RELAXED);
	uint64_t soon = runs < 30 ? 1ull << runs : NEVER;

	return now + (s->scanned || soon > wanted.rate ? wanted.rate : soon);
}

static void run_due(uint64_t now, uint32_t gfp, uint64_t site, uint64_t sp)
{
	int error = errno, cancel = hold_off_cancellation();
	uint64_t due, soonest = NEVER;
	struct rd_shrinker *s;
	uint32_t at = 0;

	__atomic_store_n(&due_at, NEVER, __ATOMIC_RELAXED);
	while ((s = rd_shrinker_next(&at))) {
		due = __atomic_load_n(&s->due, __ATOMIC_RELAXED);
		if (due <= now && reaches(gfp, s->domain) &&
		    __atomic_compare_exchange_n(&s->due, &due, RUNNING, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
			run(s, gfp, site, sp);
			due = next_time(s, now);
			__atomic_store_n(&s->due, due, __ATOMIC_RELAXED);
		}
		if (due < soonest)
			soonest = due;
		rd_shrinker_put(s);
	}
	/* One that was registered meanwhile has set it to nothing. */
	due = NEVER;
	__atomic_compare_exchange_n(&due_at, &due, soonest, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	pthread_setcancelstate(cancel, NULL);
	errno = error;
}

void rd_provoke_shrinkers(struct rd_thread *t, uint32_t gfp, uint64_t site, uint64_t sp)
{
	uint64_t now;

	if (!may_shrink(t))
		return;
	now = __atomic_add_fetch(&seen, 1, __ATOMIC_RELAXED);
	if (now < __atomic_load_n(&due_at, __ATOMIC_RELAXED) || !in_the_open(sp, false) || any_other(t, waits_holding))
		return;
	run_due(now, gfp, site, sp);
}

void rd_static_init(bool begins)
{
	struct rd_thread *t = rd_self;

	if (!t || t->busy)
		return;
	if (begins)
		t->initialising++;
	else if (t->initialising)
		t->initialising--;
}

/* ---- the last chance ---- */

/* Those that never scanned anything; all of them, or the one with this key. */
static void run_last(const void *key, uint64_t site, uint64_t sp)
{
	int error = errno, cancel = hold_off_cancellation();
	struct rd_shrinker *s;
	uint32_t at = 0;
	uint64_t due;

	while ((s = rd_shrinker_next(&at))) {
		due = __atomic_load_n(&s->due, __ATOMIC_RELAXED);
		if ((!key || s->key == key) && !s->scanned && due < RUNNING)
			run(s, RDEP_GFP_KERNEL, site, sp);
		rd_shrinker_put(s);
	}
	pthread_setcancelstate(cancel, NULL);
	errno = error;
}

/* Other threads go on: what they hold they mostly give back at once, but not one that waits for its end. */
static bool outwait_holders(const struct rd_thread *t)
{
	static const struct timespec moment = {0, 1000000};
	int i;

	for (i = 0; i < 50 && any_other(t, holds_anything); i++)
		rd_sys(SYS_nanosleep, &moment, NULL);
	return i < 50;
}

void rd_provoke_unregister(const void *key)
{
	struct rd_thread *t;

	if (!(rd_provoking & RD_PROVOKE_SHRINK))
		return;
	t = rd_here();
	if (t && may_shrink(t) && in_the_open(RD_HERE, false) && outwait_holders(t))
		run_last(key, RD_SITE, RD_HERE);
}

/* Among the first handlers that exit() runs: nothing that was there before the first shrinker is gone yet. */
static void leave(int status, void *unused)
{
	/* A fork child that did nothing to be followed for is left alone. */
	struct rd_thread *t = __atomic_load_n(rd_alive, __ATOMIC_RELAXED) ? rd_here() : NULL;

	(void)status;
	(void)unused;
	if (t && may_shrink(t) && in_the_open(RD_HERE, true) && outwait_holders(t))
		run_last(NULL, RD_SITE, RD_HERE);
	rd_provoke_end();
}

void rd_provoke_registered(void)
{
	static uint32_t awaited;
	struct rd_thread *t = rd_self;

	if (!(rd_provoking & RD_PROVOKE_SHRINK))
		return;
	__atomic_store_n(&due_at, 0, __ATOMIC_RELAXED);
	if (!t || __atomic_exchange_n(&awaited, 1, __ATOMIC_RELAXED))
		return;
	/* It may allocate. */
	rd_busy(t);
	on_exit(leave, NULL);
	rd_idle(t);
}

/* ---- allocations that fail ---- */

static uint64_t hash(uint64_t x)
{
	x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 29) * 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

/* Of each row of `fail` allocations one: the last, or the one that the seed picks. */
static bool is_its_turn(uint64_t n)
{
	uint64_t row = n / wanted.fail, pick = wanted.fail - 1;

	if (wanted.seed)
		pick = hash((uint64_t)wanted.seed << 40 ^ row) % wanted.fail;
	return n % wanted.fail == pick;
}

bool rd_malloc_fails_slow(uint64_t site, uint64_t sp)
{
	static uint64_t made;
	struct rd_thread *t = rd_self;

	if (!going_on() || !rd_ready() || !t || t->busy || t->contexts)
		return false;
	if (t->bracket_sp && sp < t->bracket_sp && t->bracket_gfp & RDEP_GFP_NOFAIL)
		return false;
	/* Those of the loader (a thread's memory) and of libc itself are not the program's to lose: not all of libc
	 * gets over it. */
	if (site && is_system(site))
		return false;
	if (!is_its_turn(__atomic_fetch_add(&made, 1, __ATOMIC_RELAXED)))
		return false;
	rd_count(RDEP_C_ALLOCS_FAILED);
	return true;
}
