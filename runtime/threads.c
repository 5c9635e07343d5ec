// SPDX-License-Identifier: MIT
/* threads.c - see threads.h. */
#include "threads.h"
#include "chain.h"
#include "circle.h"
#include "class.h"
#include "core_root.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "handler.h"
#include "interrupt.h"
#include "left.h"
#include "life.h"
#include "limits.h"
#include "map.h"
#include "mem.h"
#include "nesting.h"
#include "options.h"
#include "record.h"
#include "scope.h"
#include "stack.h"
#include "stat.h"
#include "successor.h"
#include "thread_table.h"
#include "thread_tell.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

__thread struct rd_thread *rd_self;
uint8_t rd_free_told;

#define HELD_KEPT 64u

/* Behind the wiped pages of a thread's state: what its fork child goes on from. */
struct kept {
	uint32_t valid;
	uint32_t count; /* held entries */
	uint32_t id, tid, clock, scope, contexts, scope_depth, scopes_lost, ignoring, atomic;
	uint64_t pthread;
	uint32_t handling;
	struct rd_scope_entry scopes[RD_SCOPES];
	struct rd_handler handlers[RD_HANDLERS];
	struct rd_passed passed[RD_PASSED_SETS];
	struct rd_passed_more *passed_more;
	struct rdep_held *held; /* here, or, of more than there is room for, somewhere else */
	struct rdep_held here[HELD_KEPT];
};

#define WIPED ((sizeof(struct rd_thread) + 4095) & ~(size_t)4095)
#define ALL (WIPED + ((sizeof(struct kept) + 4095) & ~(size_t)4095))

static struct rd_thread *live, *idle;
static uint32_t live_count, reap_at = 64;
static struct rd_map_of create_sites; /* where threads are made -> the stack of the first time */

void rd_threads_core(uint64_t *address)
{
	address[RD_CORE_THREADS] = (uint64_t)&live;
}

static struct kept *kept_of(struct rd_thread *t)
{
	return (struct kept *)((char *)t + WIPED);
}

/* ---- memory of threads that are gone ---- */

static bool gone(const struct rd_thread *t)
{
	return rd_sys(SYS_tgkill, rd_sys(SYS_getpid), t->tid, 0) == -ESRCH;
}

static void list_add(struct rd_thread *t)
{
	t->next = live;
	t->previous = NULL;
	if (live)
		live->previous = t;
	live = t;
	live_count++;
}

static void list_remove(struct rd_thread *t)
{
	if (t->previous)
		t->previous->next = t->next;
	else
		live = t->next;
	if (t->next)
		t->next->previous = t->previous;
	live_count--;
}

#define IDLE 16u /* what threads that come and go need */
static uint32_t idle_count;

/* As a new one, but for pairs that are forgotten, and kept for the next; or given back. */
static void dismiss(struct rd_thread *t)
{
	uint32_t epoch = t->pair_epoch + 1;

	rd_nest_thread_free(t);
	if (idle_count == IDLE || kept_of(t)->valid) {
		rd_unmap(t, ALL);
		return;
	}
	memset(t, 0, t->learnt ? sizeof(*t) : offsetof(struct rd_thread, pairs));
	t->pair_epoch = epoch;
	t->next = idle;
	idle = t;
	idle_count++;
}

static void ended_remove(struct rd_thread *t);

/* The thread that it made last is known by its pthread_t from here on, if nobody else saw to that. */
static void name_created(struct rd_thread *t)
{
	if (t->created && t->created_pthread)
		rd_thread_name_pthread(t->created_pthread, t->created);
	__atomic_store_n(&t->created, 0, __ATOMIC_RELAXED);
}

void rd_thread_release(struct rd_thread *t)
{
	struct rdep_slot *slot = t->slot;

	if (!rd_place_give_up(t))
		return;
	rd_left_at_exit(t);
	ended_remove(t);
	name_created(t);
	list_remove(t);
	if (t->info) {
		t->info->state = NULL;
		t->info->tid = t->tid;
	}
	if (t->bottom != &slot->bottom)
		rd_record_helds_free(t->bottom, (uint32_t)(t->real_limit - t->bottom), slot->more);
	rd_record_slot_free(slot);
	rd_life_end(t);
	rd_once_end(t);
	if (t->stat)
		rd_stat_thread_gone(t);
	dismiss(t);
}

static void reap(uint32_t tid)
{
	struct rd_thread *t, *next;

	for (t = live; t; t = next) {
		next = t->next;
		/* Where the tid is in use again, its former owner is gone. Its place goes with it: that is newer, and so
		 * not the next. */
		if (t != rd_self && t->tid && (t->tid == tid || gone(t)))
			rd_thread_release(t);
	}
}

/* ---- detached threads, whose end nobody waits for ---- */

static struct rd_thread *ended_first, *ended_last;

static void ended_add(struct rd_thread *t)
{
	t->ended = 1;
	t->next_ended = NULL;
	if (ended_last)
		ended_last->next_ended = t;
	else
		ended_first = t;
	ended_last = t;
}

static void ended_remove(struct rd_thread *t)
{
	struct rd_thread **link = &ended_first, *before = NULL;

	if (!t->ended)
		return;
	for (; *link != t; link = &before->next_ended)
		before = *link;
	*link = t->next_ended;
	if (ended_last == t)
		ended_last = before;
	t->ended = 0;
}

/* They end for good a little after they say so: each of them gives back the memory of some before it. */
static void release_ended(struct rd_thread *self)
{
	unsigned looks;

	for (looks = 0; looks < 3 && ended_first; looks++) {
		struct rd_thread *t = ended_first;

		if (gone(t)) {
			rd_thread_release(t);
		} else {
			ended_remove(t);
			ended_add(t);
		}
	}
	ended_add(self);
}

void rd_threads_exit(void)
{
	struct rd_thread *t;

	for (t = live; t; t = t->next) {
		if (t != rd_self && t->top != t->bottom && t->slot->state == RDEP_SLOT_ENDING && gone(t))
			rd_left_at_exit(t);
	}
}

static struct rd_thread *new_state(void)
{
	struct rd_thread *t = idle;

	if (t) {
		idle = t->next;
		idle_count--;
		t->next = NULL;
		return t;
	}
	t = rd_map(ALL);
	if (t && rd_sys_failed(rd_sys(SYS_madvise, t, WIPED, MADV_WIPEONFORK))) {
		rd_unmap(t, ALL);
		t = NULL;
	}
	return t;
}

/* ---- attaching ---- */

static void set_stack(struct rd_thread *t, struct rdep_held *bottom, uint32_t capacity)
{
	t->bottom = bottom;
	t->quiet = rd_provoking ? NULL : bottom;
	t->silent = rd_free_told ? NULL : bottom;
	t->real_limit = bottom + capacity;
}

/* What the board says of it: the journal tells of it when something there does. */
static void publish(struct rd_thread *t, const struct rd_thread_info *info)
{
	struct rdep_slot *slot = t->slot;

	slot->tid = t->tid;
	slot->thread = t->id;
	slot->start_routine = info->start_routine;
	slot->parent = info->parent;
	slot->create_stack = info->create_stack;
	memcpy(slot->name, info->name, sizeof(slot->name));
	rd_count(RDEP_C_THREADS);
}

static void each_occurrence(void (*refers)(uint32_t id))
{
	rd_depend_threads(refers);
	rd_interrupt_threads(refers);
	rd_left_threads(refers);
}

static uint32_t new_thread(void)
{
	if (rd_thread_collectable(rd_edge_count()))
		rd_thread_collect(each_occurrence);
	return rd_thread_new();
}

static struct rd_thread *drop(struct rd_thread *t)
{
	rd_count(RDEP_C_THREADS_DROPPED);
	if (t)
		dismiss(t);
	return NULL;
}

struct rd_thread *rd_thread_attach(uint32_t id)
{
	struct rd_thread_info *info;
	struct rd_thread *t;

	if (live_count >= reap_at) {
		reap(rd_gettid());
		reap_at = live_count < 32 ? 64 : live_count * 2;
	}
	t = new_state();
	if (!t)
		return drop(NULL);
	info = rd_thread_info_at(id);
	if (!info)
		info = rd_thread_info_at(new_thread());
	t->slot = info ? rd_record_slot() : NULL;
	if (!t->slot) {
		if (info)
			info->coming = 0;
		return drop(t);
	}
	t->tid = info->tid = rd_gettid();
	t->id = info->id;
	t->info = info;
	info->coming = 0;
	info->state = t;
	rd_sys(SYS_prctl, PR_GET_NAME, info->name, 0, 0, 0);
	publish(t, info);
	set_stack(t, &t->slot->bottom, RDEP_SLOT_HELD);
	rd_life_begin(t, info);
	t->top = t->bottom;
	t->limit = rd_thread_limit(t);
	t->attached = 1;
	t->used = !id;
	t->detached = info->detached;
	rd_thread_set_malloc(t);
	list_add(t);
	rd_self = t;
	/* It forked: what it did before is in the journal, and it has another tid here. */
	if (info->told) {
		info->told = 0;
		rd_thread_tell(t->id);
	}
	return t;
}

/* PR_SET_IO_FLUSHER goes over fork, clone and exec: the kernel is asked. */
static void adopt_flusher(void)
{
	static bool refused;
	long is = refused ? 0 : rd_sys(SYS_prctl, PR_GET_IO_FLUSHER, 0, 0, 0, 0);

	/* Who may not ask may not set it either. */
	if (is == -EPERM)
		refused = true;
	if (is == 1)
		rd_io_flusher(true, 0, 0);
}

struct rd_thread *rd_here(void)
{
	struct rd_thread *t = rd_self;
	struct rd_locked l;

	if (rd_unlikely(!rd_ready()))
		return NULL;
	t = rd_self;
	if (rd_unlikely(!t)) {
		rd_lock(&l);
		t = rd_thread_attach(0);
		if (t)
			rd_handler_adopt(t);
		rd_unlock(&l);
		if (t)
			adopt_flusher();
		return t;
	}
	if (rd_unlikely(t->busy)) {
		if (!t->vfork && !t->unwinding)
			rd_count(RDEP_C_REENTERED);
		return NULL;
	}
	if (rd_unlikely(!t->used))
		rd_thread_use(t);
	return t;
}

void rd_thread_use(struct rd_thread *t)
{
	uint32_t gone = RDEP_SLOT_FREE;

	t->used = 1;
	/* A destructor of a thread key, say. */
	__atomic_compare_exchange_n(&t->slot->state, &gone, RDEP_SLOT_ENDING, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* ---- held stack ---- */

uint32_t rd_threads_count(void)
{
	return live_count;
}

/* Needs the runtime lock. */
static bool deepen(struct rd_thread *t, uint32_t capacity)
{
	uint32_t used = (uint32_t)(t->top - t->bottom), had = (uint32_t)(t->real_limit - t->bottom);
	uint64_t at, was_at = t->slot->more;
	struct rdep_held *was = t->bottom;
	struct rdep_helds *h = rd_record_helds(capacity, t->id, &at);

	if (!h)
		return false;
	memcpy(&h->bottom, t->bottom, (used + 1) * sizeof(h->bottom));
	set_stack(t, &h->bottom, capacity);
	t->top = t->bottom + used;
	__atomic_store_n(&t->slot->more, at, __ATOMIC_RELEASE);
	if (was != &t->slot->bottom)
		rd_record_helds_free(was, had, was_at);
	return true;
}

bool rd_thread_deepen(struct rd_thread *t)
{
	struct rd_locked l;
	bool deeper;

	rd_enter(t, &l);
	deeper = deepen(t, (uint32_t)(t->real_limit - t->bottom) * 4);
	rd_leave(t, &l);
	return deeper;
}

void rd_thread_set_malloc(struct rd_thread *t)
{
	static const uint8_t reaches[] = {7, 3, 1, 0}; /* options.malloc_gfp */
	uint8_t domains = reaches[rd_options.malloc_gfp];

	if (t->scope & (RDEP_SCOPE_NOIO | RDEP_SCOPE_FLUSHER))
		domains &= 1;
	else if (t->scope & RDEP_SCOPE_NOFS)
		domains &= 3;
	if (t->contexts || t->ignoring || (t->scope & RDEP_SCOPE_NORECLAIM))
		domains = 0;
	t->malloc_need = (uint8_t)(domains << RDEP_HELD_CHECKED | (rd_provoking != 0));
	t->slot->scope = t->scope;
}

struct rd_thread *rd_threads_live(void)
{
	return live;
}

void rd_threads_tell_frees(void)
{
	struct rd_thread *t;

	rd_free_told = 1;
	for (t = live; t; t = t->next)
		__atomic_store_n(&t->silent, NULL, __ATOMIC_RELAXED);
}

void rd_threads_evict(uint32_t cls)
{
	uint8_t domains = cls < RDEP_FIRST_CLASS ? (uint8_t)(1u << (cls - 1) << RDEP_HELD_CHECKED) : 0;
	struct rd_thread *t;

	for (t = live; t; t = t->next)
		rd_steps_evict(t, cls, domains);
}

void rd_threads_forget_steps(void)
{
	struct rd_thread *t;

	for (t = live; t; t = t->next)
		rd_steps_flush(t);
}

/* Another thread may be remembering one at this moment: it does so under the runtime lock. */
void rd_threads_forget_pairs(void)
{
	struct rd_thread *t;

	for (t = live; t; t = t->next)
		__atomic_add_fetch(&t->pair_epoch, 1, __ATOMIC_RELEASE);
}

/* ---- creation, join, end ---- */

void rd_thread_tick(struct rd_thread *t)
{
	t->clock++;
	if (!t->learnt)
		return;
	rd_steps_flush(t);
	__atomic_add_fetch(&t->pair_epoch, 1, __ATOMIC_RELEASE);
	t->learnt = 0;
}

static uint32_t create_stack(uint64_t site, uint64_t sp)
{
	uint32_t stack = rd_map_get(&create_sites, site, 0);

	if (!stack) {
		rd_stack_begin(site, sp);
		stack = rd_stack_here();
		rd_map_set(&create_sites, site, 0, stack);
	}
	return stack;
}

uint32_t rd_thread_create(void *start_routine, bool detached, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rd_thread_info *info;
	struct rd_locked l;
	uint32_t id;

	if (!t)
		return 0;
	rd_enter(t, &l);
	name_created(t);
	id = new_thread();
	info = rd_thread_info_at(id);
	if (info) {
		rd_thread_tick(t);
		info->detached = detached;
		t->created_pthread = 0;
		t->created = detached ? 0 : id;
		info->start_routine = (uint64_t)start_routine;
		info->parent = t->id;
		info->parent_clock = t->clock;
		info->create_stack = create_stack(site, sp);
		info->create_site = site;
		info->life = rd_life_class((uint64_t)start_routine, site, sp);
	}
	rd_leave(t, &l);
	return id;
}

/* One that has begun by now has named itself, and may have ended. */
bool rd_thread_unnamed(uint32_t token)
{
	const struct rd_thread *t = rd_self;

	return t && token && __atomic_load_n(&t->created, __ATOMIC_RELAXED) == token;
}

void rd_thread_created(uint64_t pthread_id)
{
	rd_self->created_pthread = pthread_id;
}

void rd_thread_uncreated(uint32_t token)
{
	struct rd_thread *t = token ? rd_here() : NULL;
	struct rd_thread_info *info;
	struct rd_locked l;

	if (!t)
		return;
	rd_enter(t, &l);
	info = rd_thread_info_at(token);
	if (info)
		info->coming = 0;
	t->created = 0;
	rd_leave(t, &l);
}

void rd_thread_begin(uint32_t token, uint64_t pthread_id)
{
	const struct rd_thread_info *parent;
	struct rd_thread *t;
	struct rd_locked l;

	if (!token || !rd_ready() || rd_self)
		return;
	rd_lock(&l);
	t = rd_thread_attach(token);
	if (t) {
		t->pthread = pthread_id;
		rd_libc_tid_seen(t->tid);
		if (!t->info->detached)
			rd_thread_name_pthread(pthread_id, token);
		parent = rd_thread_info_at(t->info->parent);
		if (parent && parent->state && parent->state->created == token)
			__atomic_store_n(&parent->state->created, 0, __ATOMIC_RELAXED);
	}
	rd_unlock(&l);
	if (t)
		adopt_flusher();
}

/* One that has not begun is known to who made it. Lock-free; 0: not known, or another one made it. */
static uint32_t joined_here(const struct rd_thread *t, uint64_t pthread_id)
{
	uint32_t id = __atomic_load_n(&t->created, __ATOMIC_RELAXED);

	if (rd_place_of(t, pthread_id))
		return t->place_id;
	return id && t->created_pthread == pthread_id ? id : rd_thread_by_pthread(pthread_id);
}

/* Needs the runtime lock. */
static uint32_t joined_id(const struct rd_thread *t, uint64_t pthread_id)
{
	uint32_t id = joined_here(t, pthread_id);

	for (t = live; t && !id; t = t->next) {
		if (t->created && t->created_pthread == pthread_id)
			id = t->created;
	}
	return id;
}

void rd_thread_detached(uint64_t pthread_id)
{
	struct rd_thread *t = rd_here();
	struct rd_thread_info *info;
	struct rd_locked l;

	if (!t)
		return;
	rd_enter(t, &l);
	info = rd_thread_info_at(joined_id(t, pthread_id));
	if (info && !rd_place_free(info->state)) {
		info->detached = 1;
		if (info->state) {
			info->state->detached = 1;
			rd_place_lose(info->state);
		}
		rd_thread_name_pthread(pthread_id, 0);
		/* It has ended before it was told. */
		if (info->state && info->state != t && info->state->tid &&
		    info->state->slot->state != RDEP_SLOT_LIVE && !info->state->ended)
			ended_add(info->state);
	}
	rd_leave(t, &l);
}

/* Destructors of thread keys come after this: its state stays until the tid is gone. */
static void end_detached(struct rd_thread *t)
{
	struct rd_locked l;

	rd_enter(t, &l);
	if (!t->ended)
		release_ended(t);
	rd_leave(t, &l);
}

void rd_thread_end(void)
{
	struct rd_thread *t = rd_self;

	/* Its state stays: destructors of thread keys come after this. */
	if (t && !t->busy && t->scope_depth)
		rd_scope_thread_end(t);
	/* Cancelled in a join. */
	if (t && !t->busy)
		rd_circle_join_end(t);
	/* What never came here has no more to say. */
	if (t && t->slot)
		__atomic_store_n(&t->slot->state, t->used ? RDEP_SLOT_ENDING : RDEP_SLOT_FREE, __ATOMIC_RELAXED);
	if (t && !t->busy && t->detached)
		end_detached(t);
}

void rd_join_begin(uint64_t pthread_id, bool timed, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rd_locked l;
	uint32_t id;

	if (!t)
		return;
	t->join_timed = timed;
	id = joined_here(t, pthread_id);
	/* Then it comes before and after nothing. */
	if (id && t->top == t->bottom && !rd_life_held(t)) {
		t->slot->wait_what = id;
		__atomic_store_n(&t->slot->wait_kind, RD_WAIT_JOIN, __ATOMIC_RELEASE);
		return;
	}
	rd_enter(t, &l);
	t->slot->wait_what = id = joined_id(t, pthread_id);
	__atomic_store_n(&t->slot->wait_kind, RD_WAIT_JOIN, __ATOMIC_RELEASE);
	rd_life_join(t, id, site, sp);
	rd_leave(t, &l);
	if (!timed)
		rd_circle_join_begin(t, id, site, sp);
}

/* It failed at once, or gave up. */
static void join_failed(struct rd_thread *t)
{
	struct rd_locked l;

	rd_enter(t, &l);
	rd_life_join_failed((uint32_t)t->slot->wait_what);
	rd_leave(t, &l);
}

void rd_join_end(uint64_t pthread_id, bool joined)
{
	struct rd_thread *t = rd_here();
	struct rd_thread_info *info;
	struct rd_locked l;
	bool announced;
	uint32_t id;

	if (!t)
		return;
	rd_circle_join_end(t);
	announced = __atomic_exchange_n(&t->slot->wait_kind, 0, __ATOMIC_ACQ_REL) == RD_WAIT_JOIN;
	if (!joined) {
		join_failed(t);
		return;
	}
	if (announced && rd_place_left(t, (uint32_t)t->slot->wait_what))
		return;
	rd_enter(t, &l);
	/* Since the join began the pthread_t may have become another thread's. */
	id = announced ? (uint32_t)t->slot->wait_what : joined_id(t, pthread_id);
	info = rd_thread_info_at(id);
	if (info && info->state && !rd_place_free(info->state) && rd_place_keep(t, info->state)) {
		rd_thread_tick(t);
	} else if (info && !rd_place_free(info->state)) {
		rd_thread_tick(t);
		info->joiner = t->id;
		info->joiner_clock = t->clock;
		rd_thread_tell_join(id);
		if (info->pthread)
			rd_thread_name_pthread(info->pthread, 0);
		rd_life_joined(t, id);
		if (info->state)
			rd_thread_release(info->state);
	}
	rd_leave(t, &l);
}

/* ---- fork ---- */

static void let_go(struct kept *k)
{
	if (k->held != k->here)
		rd_unmap(k->held, k->count * sizeof(*k->held));
	k->valid = 0;
}

/* Needs the runtime lock. */
static void inherit_held(struct rd_thread *t, const struct kept *k)
{
	uint32_t capacity = (uint32_t)(t->real_limit - t->bottom);

	while (capacity < k->count)
		capacity *= 4;
	if (capacity > t->real_limit - t->bottom && !deepen(t, capacity)) {
		rd_count(RDEP_C_HELD_DROPPED);
		return;
	}
	memcpy(t->bottom + 1, k->held, k->count * sizeof(k->held[0]));
	t->top = t->bottom + k->count;
	t->inherited = k->count;
}

void rd_thread_fork_copy(struct rd_thread *t)
{
	struct kept *k = kept_of(t);
	uint32_t n = (uint32_t)(t->top - t->bottom);

	k->held = n > HELD_KEPT ? rd_map(n * sizeof(*k->held)) : k->here;
	if (!k->held) {
		rd_count(RDEP_C_HELD_DROPPED);
		k->held = k->here;
		n = HELD_KEPT;
	}
	k->count = n;
	memcpy(k->held, t->top - n + 1, n * sizeof(k->held[0]));
	k->id = t->id;
	k->tid = t->tid;
	k->clock = t->clock;
	k->scope = t->scope;
	k->contexts = t->contexts;
	k->ignoring = t->ignoring;
	k->atomic = t->atomic;
	k->scope_depth = t->scope_depth;
	k->scopes_lost = t->scopes_lost;
	k->pthread = t->pthread;
	k->handling = t->handling;
	memcpy(k->handlers, t->handlers, sizeof(k->handlers));
	memcpy(k->scopes, t->scopes, sizeof(k->scopes));
	memcpy(k->passed, t->passed, sizeof(k->passed));
	k->passed_more = t->passed_more;
	k->valid = 1;
}

bool rd_thread_fork_done(struct rd_thread *t)
{
	bool valid = kept_of(t)->valid;

	if (valid)
		let_go(kept_of(t));
	return valid;
}

bool rd_thread_fork_restore(struct rd_thread *t, struct rd_thread *old)
{
	struct kept *k = kept_of(old);
	uint32_t i;

	if (!k->valid)
		return false;
	/* Here it is the first thread: nobody joins it. */
	rd_life_begin(t, NULL);
	t->clock = k->clock;
	t->scope = k->scope;
	t->contexts = k->contexts;
	t->ignoring = k->ignoring;
	t->atomic = k->atomic;
	t->handling = k->handling;
	memcpy(t->handlers, k->handlers, sizeof(t->handlers));
	t->scope_depth = k->scope_depth;
	t->scopes_lost = k->scopes_lost;
	t->pthread = k->pthread;
	t->fork_tid = k->tid;
	memcpy(t->scopes, k->scopes, sizeof(k->scopes));
	memcpy(t->passed, k->passed, sizeof(k->passed));
	t->passed_more = k->passed_more;
	/* Their items are in the parent's record. */
	for (i = 0; i < RD_SCOPES; i++)
		t->scopes[i].item = 0;
	inherit_held(t, k);
	t->limit = rd_thread_limit(t);
	rd_thread_set_malloc(t);
	let_go(k);
	return true;
}

bool rd_thread_fork_holds(struct rd_thread *old)
{
	return kept_of(old)->valid && kept_of(old)->count;
}

uint32_t rd_thread_fork_id(struct rd_thread *old)
{
	return kept_of(old)->valid ? kept_of(old)->id : 0;
}

void rd_threads_reset(void)
{
	live = NULL;
	idle = NULL;
	ended_first = ended_last = NULL;
	live_count = 0;
	idle_count = 0;
	reap_at = 64;
	rd_map_reset(&create_sites);
	rd_stat_reset();
	rd_life_reset();
	rd_limits_reset();
}
