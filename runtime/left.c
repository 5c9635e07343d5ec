// SPDX-License-Identifier: MIT
/* left.c - see left.h. */
#include "left.h"
#include "class.h"
#include "depend.h"
#include "engine.h"
#include "finding.h"
#include "limits.h"
#include "lock_words.h"
#include "map.h"
#include "stack.h"
#include "sys.h"
#include "tag.h"
#include "thread_table.h"
#include "threads.h"

/* ---- what a lock's words say ---- */

static bool read_words(union rd_lock_words *w, uint64_t address, unsigned kind)
{
	size_t n = rd_words_size(kind);

	return n && rd_peek(w, (const void *)address, n) == 0;
}

/* How many readers the other threads' held stacks account for; writer: does one hold it in another way? */
static uint32_t others(const struct rd_thread *of, const struct rdep_held *held, bool *writer)
{
	const struct rd_thread *t;
	uint32_t readers = 0;

	*writer = false;
	for (t = rd_threads_live(); t; t = t->next) {
		const struct rdep_held *e;

		for (e = t->bottom + 1; t != of && e <= t->top; e++) {
			if (e->address != held->address || e->flags & RDEP_HELD_WAITING)
				continue;
			if (e->mode == RDEP_WRITE)
				*writer = true;
			else
				readers += 1u + e->recursion;
		}
	}
	return readers;
}

/* Does the lock say that the thread with this tid holds it, as the entry has it? of: not to be asked. */
static bool still_held(const struct rd_thread *of, const struct rdep_held *e, uint32_t tid)
{
	union rd_lock_words w;
	uint32_t readers;
	bool writer;

	if (!read_words(&w, e->address, e->kind))
		return false;
	switch (e->kind) {
	case RDEP_MUTEX:
		return w.mutex.word && w.mutex.owner == tid && !(w.mutex.kind & RD_MUTEX_ROBUST);
	case RDEP_RWLOCK:
		if (e->mode == RDEP_WRITE)
			return w.rwlock.writer == tid;
		readers = others(of, e, &writer);
		return !writer && RD_RWLOCK_READERS(&w.rwlock) > readers;
	case RDEP_SPIN:
		others(of, e, &writer);
		return !writer && w.spin != RD_SPIN_FREE;
	default:
		return false;
	}
}

static bool is_lock(const struct rdep_held *e)
{
	return e->address && !(e->flags & (RDEP_HELD_WAITING | RDEP_HELD_CONTEXT)) && rd_words_size(e->kind);
}

/* ---- a thread that has ended ---- */

void rd_left_at_exit(struct rd_thread *gone)
{
	const struct rd_thread_info *info = rd_thread_info_at(gone->id);
	const struct rdep_held *e;

	for (e = gone->top; e > gone->bottom; e--) {
		struct rdep_finding f = {.kind = RDEP_K_HELD_AT_EXIT,
					 .verdict = RDEP_CERTAIN,
					 .detail = RDEP_D_ENDED_HOLDING,
					 .cls = e->cls,
					 .inst = {e->address, e->generation, e->mode},
					 .held_site = e->site,
					 .holder = gone->id};

		if (!is_lock(e) || !still_held(gone, e, gone->tid))
			continue;
		f.held_stack = rd_held_stack_first(e);
		f.acquire_stack = info ? info->create_stack : 0;
		rd_finding_place(gone, &f, e->site);
	}
}

/* (condition, 0) -> which mutex it was waited on with last, as a hash: two may fall together. */
static struct rd_map_of conditions;

/* ---- fork ---- */

#define FORKED_MOST 64u
static struct left {
	struct rdep_held e;
	uint32_t thread, tid, role;
	bool tagged;
} forked[FORKED_MOST];
static uint32_t collected;
static bool left_out; /* there were more */
uint32_t rd_left_count;

void rd_left_fork(const struct rd_thread *self)
{
	const struct rd_thread *t;
	const struct rdep_held *e, *top;

	left_out = false;
	collected = 0;
	for (t = rd_threads_live(); t; t = t->next) {
		if (t == self)
			continue;
		/* Its thread may push and pop: the lock's words are asked in the child. */
		top = __atomic_load_n(&t->top, __ATOMIC_RELAXED);
		for (e = t->bottom + 1; e <= top; e++) {
			if (!is_lock(e) || e->flags & RDEP_HELD_COND)
				continue;
			if (collected == FORKED_MOST)
				left_out = true;
			else
				forked[collected++] = (struct left){.e = *e, .thread = t->id, .tid = t->tid};
		}
	}
}

static bool is_shared(const struct rdep_held *e)
{
	union rd_lock_words w;

	if (!read_words(&w, e->address, e->kind))
		return true;
	if (e->kind == RDEP_MUTEX)
		return w.mutex.kind & RD_MUTEX_SHARED;
	return e->kind == RDEP_RWLOCK && w.rwlock.shared;
}

/* Held by a thread that is not here, as the words have it now? Readers are in nobody's way but a writer's. */
static bool left_held(const struct left *l)
{
	union rd_lock_words w;

	if (is_shared(&l->e) || !read_words(&w, l->e.address, l->e.kind))
		return false;
	switch (l->e.kind) {
	case RDEP_MUTEX:
		return w.mutex.word && w.mutex.owner == l->tid;
	case RDEP_RWLOCK:
		return l->e.mode == RDEP_WRITE ? w.rwlock.writer == l->tid : RD_RWLOCK_READERS(&w.rwlock) != 0;
	default:
		return w.spin != RD_SPIN_FREE;
	}
}

/* Without its tag the lock comes by the slow path, once. */
static void untag(struct left *l)
{
	const void *lock = (const void *)l->e.address;
	unsigned kind = l->e.kind;

	l->tagged = kind != RDEP_SPIN && rd_tag_usable(lock, kind) && rd_tag_class(lock, kind);
	if (!l->tagged)
		return;
	l->role = rd_tag_role(lock, kind);
	rd_tag_clear(lock, kind);
}

void rd_left_forked(void)
{
	uint32_t i;

	rd_left_count = 0;
	for (i = 0; i < collected; i++) {
		struct left *l = &forked[i];

		if (!left_held(l))
			continue;
		untag(l);
		forked[rd_left_count++] = *l;
	}
}

void rd_left_child(void)
{
	if (left_out)
		rd_limit_met_locked(RD_LIMIT_FORKED_OTHERS);
}

void rd_left_threads(void (*refers)(uint32_t id))
{
	uint32_t i;

	for (i = 0; i < rd_left_count; i++)
		refers(forked[i].thread);
}

void rd_left_reset(void)
{
	rd_left_count = 0;
	rd_map_reset(&conditions);
}

static void tell_forked(struct rd_thread *t, const struct left *l, uint64_t site, uint64_t sp)
{
	struct rdep_finding f = {.kind = RDEP_K_FORK_HELD,
				 .verdict = RDEP_CERTAIN,
				 .detail = RDEP_D_HELD_OVER_FORK,
				 .cls = l->e.cls,
				 .inst = {l->e.address, l->e.generation, l->e.mode},
				 .held_site = l->e.site,
				 .holder = l->thread};
	struct rd_locked locked;

	rd_enter(t, &locked);
	rd_stack_begin(site, sp);
	f.held_stack = rd_held_stack_first(&l->e);
	f.acquire_stack = rd_stack_here();
	rd_finding_place(t, &f, site);
	rd_leave(t, &locked);
}

void rd_left_take(struct rd_thread *t, const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	uint32_t i;

	for (i = 0; i < rd_left_count; i++) {
		struct left l = forked[i];

		if (l.e.address != (uint64_t)lock || l.e.kind != RD_HOW_KIND(how))
			continue;
		/* Two readers beside each other. */
		if (l.e.mode != RDEP_WRITE && RD_HOW_MODE(how) != RDEP_WRITE)
			continue;
		forked[i] = forked[--rd_left_count];
		if (l.tagged && !rd_tag_class(lock, l.e.kind) && rd_tag_usable(lock, l.e.kind))
			rd_tag_write(lock, l.e.kind, l.e.cls, l.e.generation, l.role);
		if (left_held(&l))
			tell_forked(t, &l, site, sp);
		return;
	}
}

/* ---- conditions ---- */

static void wrong_mutex(struct rd_thread *t, struct rdep_finding *f, uint64_t site, uint64_t sp)
{
	struct rd_locked l;

	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	f->kind = RDEP_K_WRONG_MUTEX;
	f->verdict = RDEP_CERTAIN;
	if (!f->cls)
		f->cls = rd_class_resolve((const void *)f->inst.address, RDEP_MUTEX, &f->inst.generation);
	f->acquire_stack = rd_stack_here();
	if (f->cls)
		rd_finding_place(t, f, site);
	rd_leave(t, &l);
}

/* A thread that waits on cond with another mutex at this moment, as its held stack and that mutex say. Needs the
 * runtime lock. */
static const struct rdep_held *other_wait(const struct rd_thread *self, uint64_t cond, uint64_t mutex,
					  const struct rd_thread **of)
{
	const struct rd_thread *t;
	const struct rdep_held *e;

	for (t = rd_threads_live(); t; t = t->next) {
		if (t == self || __atomic_load_n(&t->slot->wait_kind, __ATOMIC_ACQUIRE) != RD_WAIT_COND ||
		    t->slot->wait_what != cond || t->slot->state != RDEP_SLOT_LIVE)
			continue;
		for (e = t->top; e > t->bottom; e--) {
			union rd_lock_words w;

			/* It has it again: its wait is over, or it was cancelled. */
			if (e->address && e->flags & RDEP_HELD_COND && e->address != mutex &&
			    read_words(&w, e->address, RDEP_MUTEX) && w.mutex.owner != t->tid) {
				*of = t;
				return e;
			}
		}
	}
	return NULL;
}

static void two_mutexes(struct rd_thread *t, uint64_t cond, const struct rdep_held *held, uint64_t site, uint64_t sp)
{
	struct rdep_finding f = {.detail = RDEP_D_WAITS_WITH_OTHER,
				 .cls = held->cls,
				 .inst = {held->address, held->generation, held->mode}};
	const struct rd_thread *of;
	const struct rdep_held *e;
	struct rd_locked l;

	rd_enter(t, &l);
	e = other_wait(t, cond, held->address, &of);
	if (e) {
		f.held_site = of->waiting.site;
		f.holder = of->id;
	}
	rd_leave(t, &l);
	if (e)
		wrong_mutex(t, &f, site, sp);
}

void rd_left_wait(struct rd_thread *t, const void *cond, const void *mutex, const struct rdep_held *held, uint64_t site,
		  uint64_t sp)
{
	const struct rd_mutex_words *m = mutex;
	struct rdep_finding f = {.detail = RDEP_D_WAITS_UNHELD, .inst = {.address = (uint64_t)mutex}};
	uint32_t is = (uint32_t)(((uint64_t)mutex >> 3) * 0x9e3779b97f4a7c15ull >> 32) | 1, was;
	struct rd_locked l;

	if (!held) {
		if (!(m->kind & RD_MUTEX_ELISION) && !rd_tid_is(t, m->owner))
			wrong_mutex(t, &f, site, sp);
		return;
	}
	was = rd_map_get(&conditions, (uint64_t)cond, 0);
	if (was == is)
		return;
	rd_enter(t, &l);
	rd_map_set(&conditions, (uint64_t)cond, 0, is);
	rd_leave(t, &l);
	if (was)
		two_mutexes(t, (uint64_t)cond, held, site, sp);
}
