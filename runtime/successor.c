// SPDX-License-Identifier: MIT
/* successor.c - see successor.h. */
#include "successor.h"
#include "engine.h"
#include "event.h"
#include "life.h"
#include "options.h"
#include "record.h"
#include "tag.h"
#include "thread_table.h"
#include "threads.h"

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

/* ---- the maker ---- */

/* What is known of a thread that is made here is what is known of the one before. */
static bool alike(const struct rd_thread_info *info, void *start_routine, uint64_t site, uint64_t sp)
{
	return info->start_routine == (uint64_t)start_routine && info->create_site == site && info->pthread &&
	       !info->told && !info->awaited && rd_life_class_known((uint64_t)start_routine, site, sp) == info->life;
}

struct rd_errand *rd_thread_succeed(void *start_routine, void *arg, bool detached, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_self, *of;
	struct rd_thread_info *info;

	if (!t || t->busy || t->vfork || detached || t->scope & RDEP_SCOPE_FLUSHER ||
	    !change(t, RD_PLACE_FREE, RD_PLACE_CHANGING))
		return NULL;
	of = t->place;
	info = of->info;
	if (!alike(info, start_routine, site, sp)) {
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
		if (maker && maker->created == t->id)
			__atomic_store_n(&maker->created, 0, __ATOMIC_RELAXED);
	}
	rd_unlock(&l);
	return free;
}

void rd_thread_begin_successor(struct rd_thread *t, uint64_t pthread_id)
{
	struct rd_thread *none = NULL;

	if (rd_unlikely(!rd_ready() || ((pthread_id != t->pthread || rd_self) && !begin_elsewhere(t, pthread_id))))
		return;
	t->tid = rd_libc_tid();
	t->slot->tid = t->tid;
	__atomic_store_n(&t->slot->state, RDEP_SLOT_LIVE, __ATOMIC_RELEASE);
	/* One instruction, for a handler that comes in between. */
	__atomic_compare_exchange_n(&rd_self, &none, t, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
