// SPDX-License-Identifier: MIT
/* successor.c - see successor.h. */
#include "successor.h"
#include "engine.h"
#include "event.h"
#include "life.h"
#include "options.h"
#include "record.h"
#include "thread_table.h"
#include "threads.h"

/* ---- the tid ---- */

/* Where glibc keeps it, from the thread pointer. Held against the kernel's in each thread that is made the
 * usual way, of which there is one before any that is not. */
#define LIBC_TID 0x2d0
static bool tid_seen, tid_differs;

static uint32_t libc_tid(void)
{
	return *(const volatile uint32_t *)((const char *)__builtin_thread_pointer() + LIBC_TID);
}

void rd_libc_tid_seen(uint32_t tid)
{
	if (libc_tid() == tid)
		tid_seen = true;
	else
		tid_differs = true;
}

static uint32_t own_tid(void)
{
	return tid_seen && !tid_differs ? libc_tid() : rd_gettid();
}

/* ---- the place ---- */

static bool change(struct rd_thread *maker, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&maker->place_is, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Does nothing tell of it, and nothing hang on it? */
static bool traceless(const struct rd_thread *of)
{
	const struct rd_thread_info *info = of->info;

	return !__atomic_load_n(&of->used, __ATOMIC_RELAXED) && !of->detached && !of->awaited && !of->stat &&
	       !info->told && !info->awaited;
}

static void leave(struct rd_thread *maker, struct rd_thread *of)
{
	of->tid = 0;
	__atomic_store_n(&maker->place_is, RD_PLACE_FREE, __ATOMIC_RELEASE);
}

bool rd_place_left(struct rd_thread *t, uint32_t id)
{
	struct rd_thread *of;

	if (t->place_id != id || t->top != t->bottom || rd_life_held(t) || !change(t, RD_PLACE_TAKEN, RD_PLACE_CHANGING))
		return false;
	of = t->place;
	if (!traceless(of)) {
		__atomic_store_n(&t->place_is, RD_PLACE_TAKEN, __ATOMIC_RELEASE);
		return false;
	}
	rd_thread_tick(t);
	leave(t, of);
	return true;
}

bool rd_place_keep(struct rd_thread *t, struct rd_thread *of)
{
	if (t->place_is != RD_PLACE_NONE || of->maker || of->info->parent != t->id || !of->info->pthread ||
	    !traceless(of) || t->top != t->bottom || rd_life_held(t) || rd_provoking)
		return false;
	of->maker = t;
	of->slot->state = RDEP_SLOT_FREE;
	t->place = of;
	t->place_id = of->id;
	t->place_pthread = of->pthread;
	t->place_plain = rd_life_class_plain(of->info->start_routine, of->info->create_site, of->info->life);
	leave(t, of);
	return true;
}

bool rd_place_give_up(struct rd_thread *of)
{
	struct rd_thread *maker = of->maker, *place;

	if (maker && !change(maker, RD_PLACE_TAKEN, RD_PLACE_NONE))
		return false;
	of->maker = NULL;
	switch (__atomic_exchange_n(&of->place_is, RD_PLACE_NONE, __ATOMIC_ACQ_REL)) {
	case RD_PLACE_FREE:
		place = of->place;
		place->maker = NULL;
		rd_thread_name_pthread(place->info->pthread, 0);
		rd_thread_release(place);
		break;
	case RD_PLACE_TAKEN:
		of->place->maker = NULL;
		break;
	}
	return true;
}

void rd_place_lose(struct rd_thread *of)
{
	if (of->maker && change(of->maker, RD_PLACE_TAKEN, RD_PLACE_NONE))
		of->maker = NULL;
}

/* ---- the maker ---- */

/* Against its own handlers, not another thread: nobody else takes a free place. */
static bool begin_change(struct rd_thread *t)
{
	uint32_t was = RD_PLACE_FREE;

	__asm__ volatile("cmpxchgl %2, %1" : "+a"(was), "+m"(t->place_is) : "r"(RD_PLACE_CHANGING) : "cc", "memory");
	return was == RD_PLACE_FREE;
}

/* What is known of a thread that is made here is what is known of the one before. */
static bool alike(const struct rd_thread *t, const struct rd_thread_info *info, void *start_routine, uint64_t site,
		  uint64_t sp)
{
	return info->start_routine == (uint64_t)start_routine && info->create_site == site && info->pthread &&
	       !info->told && !info->awaited &&
	       (t->place_plain || rd_life_class_known((uint64_t)start_routine, site, sp) == info->life);
}

struct rd_errand *rd_thread_succeed(void *start_routine, void *arg, bool detached, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_self, *of;
	struct rd_thread_info *info;

	if (!t || t->busy || t->vfork || detached || t->scope & RDEP_SCOPE_FLUSHER ||
	    !begin_change(t))
		return NULL;
	of = t->place;
	info = of->info;
	if (!alike(t, info, start_routine, site, sp)) {
		__atomic_store_n(&t->place_is, RD_PLACE_FREE, __ATOMIC_RELEASE);
		return NULL;
	}
	rd_thread_tick(t);
	info->parent_clock = t->clock;
	info->joiner = info->joiner_clock = 0;
	__atomic_store_n(&t->created, t->place_id, __ATOMIC_RELAXED);
	t->created_pthread = info->pthread;
	of->errand = (struct rd_errand){start_routine, arg, t->place_id, of};
	rd_count(RDEP_C_THREADS);
	__atomic_store_n(&t->place_is, RD_PLACE_TAKEN, __ATOMIC_RELEASE);
	return &of->errand;
}

/* By the usual way its number stands for it, until it has begun. */
void rd_thread_succeeded(uint64_t pthread_id)
{
	struct rd_thread *t = rd_self;

	if (pthread_id == t->created_pthread)
		__atomic_store_n(&t->created, 0, __ATOMIC_RELAXED);
	else
		t->created_pthread = pthread_id;
}

void rd_thread_unsucceeded(void)
{
	struct rd_thread *t = rd_self;

	__atomic_store_n(&t->created, 0, __ATOMIC_RELAXED);
	change(t, RD_PLACE_TAKEN, RD_PLACE_FREE);
}

/* ---- the successor ---- */

/* It goes by another pthread_t than the one before, or a signal's handler made the thread known already. */
static bool begin_elsewhere(struct rd_thread *t, uint64_t pthread_id)
{
	struct rd_thread *maker = t->maker;
	struct rd_locked l;
	bool free;

	rd_lock(&l);
	free = !rd_self;
	if (free) {
		t->pthread = pthread_id;
		rd_thread_name_pthread(pthread_id, t->id);
		if (maker)
			__atomic_store_n(&maker->place_pthread, pthread_id, __ATOMIC_RELAXED);
		if (maker && maker->created == t->id)
			__atomic_store_n(&maker->created, 0, __ATOMIC_RELAXED);
	}
	rd_unlock(&l);
	return free;
}

void rd_thread_begin_successor(struct rd_thread *t, uint64_t pthread_id)
{
	struct rd_thread *known = NULL;

	if (rd_unlikely(!rd_ready() || ((pthread_id != t->pthread || rd_self) && !begin_elsewhere(t, pthread_id))))
		return;
	t->tid = own_tid();
	t->slot->tid = t->tid;
	__atomic_store_n(&t->slot->state, RDEP_SLOT_LIVE, __ATOMIC_RELEASE);
	/* One instruction: a handler that comes in between makes the thread known itself. */
	__asm__ volatile("cmpxchgq %2, %1" : "+a"(known), "+m"(rd_self) : "r"(t) : "cc", "memory");
}
