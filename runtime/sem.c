// SPDX-License-Identifier: MIT
/* sem.c - see sem.h. */
#include "sem.h"
#include "atomic.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "held.h"
#include "map.h"
#include "nesting.h"
#include "record.h"
#include "stack.h"
#include "tag.h"
#include "threads.h"

#define WAIT_SEM 5 /* rdep_slot.wait_kind */

/* What began with one value is no class with what began with another: a wrapper's init call sees all of them. */
enum variety { VARIETY_ZERO = 1, VARIETY_ONE, VARIETY_SEVERAL, VARIETY_UNKNOWN };

static struct rd_map_of opened; /* (address, 0) -> how often a named semaphore is open */

void rd_sem_reset(void)
{
	rd_map_reset(&opened);
}

static unsigned kind_of(int value)
{
	unsigned variety = value < 0	? VARIETY_UNKNOWN
			   : value == 0 ? VARIETY_ZERO
			   : value == 1 ? VARIETY_ONE
					: VARIETY_SEVERAL;

	return RDEP_SEM | RD_VARIETY(variety);
}

/* ---- what its class is ---- */

static void set_use(uint32_t cls, enum rd_sem_use use)
{
	__atomic_store_n(&rd_class_at(rd_class_base(cls))->use, (uint8_t)use, __ATOMIC_RELEASE);
}

/* Needs the runtime lock. */
static void retire(uint32_t cls)
{
	if (rd_sem_use(cls) == RD_SEM_SIGNAL)
		return;
	set_use(cls, RD_SEM_SIGNAL);
	rd_class_at(cls)->novalidate = true;
	rd_depend_retire(cls);
	rd_nest_retire(cls);
	rd_threads_evict(cls);
}

/* A thread posts what it waited for. Needs the runtime lock. */
static void prove(struct rd_thread *t, uint32_t cls)
{
	if (rd_sem_use(cls) != RD_SEM_UNPROVEN)
		return;
	set_use(cls, RD_SEM_LOCK);
	rd_depend_show(t, cls);
	rd_nest_show(t, cls);
}

static void began_with(uint32_t cls, int value)
{
	struct rd_class *c = rd_class_at(cls);

	if (value == 0) {
		set_use(cls, RD_SEM_SIGNAL);
		c->novalidate = true;
	} else if (value > 0 && (uint32_t)value > c->permits) {
		c->permits = (uint32_t)value;
	}
}

/* Where the number of permits is not known, it is not taken for one. */
static bool has_one(uint32_t cls)
{
	return cls && rd_class_at(rd_class_base(cls))->permits == 1;
}

static unsigned how_of(uint32_t cls)
{
	return RD_HOW(RDEP_SEM, has_one(cls) ? RDEP_WRITE : RDEP_READ, 0);
}

bool rd_sem_used_up(const void *sem, const struct rdep_held *held)
{
	uint32_t permits = rd_class_at(rd_class_base(held->cls))->permits;

	return rd_sem_use(held->cls) == RD_SEM_LOCK && permits && held->recursion + 1u >= permits &&
	       __atomic_load_n((const uint32_t *)sem, __ATOMIC_RELAXED) == 0;
}

/* ---- its life ---- */

void rd_sem_init(const void *sem, unsigned value, uint64_t site, uint64_t sp)
{
	uint32_t cls = rd_class_init(sem, kind_of((int)value), site, sp);

	if (cls)
		began_with(cls, (int)value);
}

void rd_sem_open(const void *sem, const char *name, int value)
{
	struct rd_thread *t = rd_here();
	uint32_t cls, generation, times;
	struct rd_locked l;

	if (!t)
		return;
	rd_enter(t, &l);
	times = rd_map_get(&opened, (uint64_t)sem, 0);
	rd_map_set(&opened, (uint64_t)sem, 0, times + 1);
	if (!times || !rd_class_get(sem, RDEP_SEM, &generation)) {
		cls = rd_class_named(kind_of(value), name);
		if (cls) {
			rd_class_begin(sem, RDEP_SEM, cls);
			began_with(cls, value);
		}
	}
	rd_leave(t, &l);
}

/* What this thread has of it is nothing any more. */
static void let_go(const void *sem)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, sem) : NULL;

	if (e)
		rd_held_remove(t, e);
}

void rd_sem_close(const void *sem)
{
	struct rd_thread *t = rd_here();
	struct rd_locked l;
	uint32_t times;

	if (!t)
		return;
	rd_enter(t, &l);
	times = rd_map_get(&opened, (uint64_t)sem, 0);
	if (times)
		rd_map_set(&opened, (uint64_t)sem, 0, times - 1);
	rd_leave(t, &l);
	if (times > 1)
		return;
	let_go(sem);
	rd_lock_destroy(sem, RDEP_SEM);
}

void rd_sem_destroy(const void *sem)
{
	let_go(sem);
	rd_lock_destroy(sem, RDEP_SEM);
}

/* ---- waiting ---- */

static void wait_for_signal(const void *sem, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return;
	let_go(sem);
	t->slot->wait_what = (uint64_t)sem;
	__atomic_store_n(&t->slot->wait_kind, WAIT_SEM, __ATOMIC_RELEASE);
	rd_atomic_check_here(t, RDEP_D_SLEEP_LOCK, 0, site, sp);
}

static uint32_t class_of(const void *sem)
{
	uint32_t generation;

	return rd_ready() ? rd_class_get(sem, RDEP_SEM, &generation) : 0;
}

struct rdep_held *rd_sem_wait(const void *sem, bool timed, uint64_t site, uint64_t sp)
{
	uint32_t cls = class_of(sem);
	unsigned limit = timed ? RD_TIMED : 0;

	if (cls && rd_sem_is_signal(cls)) {
		wait_for_signal(sem, site, sp);
		return NULL;
	}
	/* Told apart here, that each is a fast path of its own. */
	if (rd_likely(has_one(cls)))
		return rd_acquire(sem, RD_HOW(RDEP_SEM, RDEP_WRITE, 0) | limit, site, sp);
	return rd_acquire(sem, RD_HOW(RDEP_SEM, RDEP_READ, 0) | limit, site, sp);
}

void rd_sem_waited(struct rdep_held *e, bool got)
{
	struct rd_thread *t = rd_self;

	if (!t || t->busy)
		return;
	if (!e && t->slot->wait_kind == WAIT_SEM)
		__atomic_store_n(&t->slot->wait_kind, 0, __ATOMIC_RELEASE);
	if (!e)
		return;
	if (!got)
		rd_abandon(e);
	else if (rd_sem_is_signal(e->cls))
		rd_held_remove(t, e);
	else
		rd_acquired_counted(e);
}

void rd_sem_try_waited(const void *sem, uint64_t site, uint64_t sp)
{
	uint32_t cls = class_of(sem);

	if (!cls || !rd_sem_is_signal(cls))
		rd_try_acquired(sem, how_of(cls), site, sp);
}

/* ---- posting ---- */

static void post_held(struct rd_thread *t, struct rdep_held *e)
{
	uint32_t cls = e->cls;
	struct rd_locked l;

	if (e->recursion)
		e->recursion--;
	else
		rd_held_give_back(t, e);
	if (rd_sem_use(cls) != RD_SEM_UNPROVEN)
		return;
	rd_enter(t, &l);
	prove(t, cls);
	rd_leave(t, &l);
}

static void post_unheld(struct rd_thread *t, const void *sem, uint64_t site, uint64_t sp)
{
	uint32_t cls, generation;
	struct rd_locked l;

	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	cls = rd_class_resolve(sem, RDEP_SEM, &generation);
	if (cls)
		retire(cls);
	rd_leave(t, &l);
}

/* The one on top, of a class that is known to be one of locks. */
static bool post_top(const void *sem)
{
	const struct rd_thread *t = rd_self;
	const struct rdep_held *e = t ? t->top : NULL;

	return e && t->top < t->limit && e->address == (uint64_t)sem && e->kind == RDEP_SEM &&
	       e->generation == rd_tag_generation(sem, RDEP_SEM) && rd_tag_class(sem, RDEP_SEM) == e->cls &&
	       rd_sem_use(e->cls) == RD_SEM_LOCK && rd_release_fast(sem);
}

void rd_sem_post(const void *sem, uint64_t site, uint64_t sp)
{
	uint32_t cls, generation;
	struct rd_thread *t;
	struct rdep_held *e;

	if (rd_likely(post_top(sem)))
		return;
	cls = class_of(sem);
	if (!rd_ready() || (cls && rd_sem_use(cls) == RD_SEM_SIGNAL))
		return;
	t = rd_here();
	if (!t) {
		/* From a handler that came by inside of the runtime. */
		if (cls)
			set_use(cls, RD_SEM_DISPROVEN);
		return;
	}
	e = rd_held_find(t, sem);
	if (e && rd_class_get(sem, RDEP_SEM, &generation) && e->generation == generation)
		post_held(t, e);
	else
		post_unheld(t, sem, site, sp);
}
