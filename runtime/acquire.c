// SPDX-License-Identifier: MIT
/*
 * acquire.c - the slow paths of taking and giving back locks.
 *
 * First step, without a lock: class by tag or table, chain by table. What neither knows, and what is
 * to be sampled, goes on under the runtime lock: new classes, new chains, their edges.
 */
#include "acquire.h"
#include "annotate.h"
#include "atomic.h"
#include "chain.h"
#include "circle.h"
#include "class.h"
#include "condition.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "file_lock.h"
#include "finding.h"
#include "handler.h"
#include "held.h"
#include "interrupt.h"
#include "kin.h"
#include "left.h"
#include "life.h"
#include "loader.h"
#include "lock_words.h"
#include "misuse.h"
#include "nesting.h"
#include "pairs.h"
#include "record.h"
#include "role.h"
#include "split.h"
#include "sem.h"
#include "stack.h"
#include "stat.h"
#include "stream.h"
#include "tag.h"
#include "thread_table.h"
#include "threads.h"

#include <pthread.h>
#include <string.h>

/* What is being taken. */
struct taking {
	const void *lock;
	unsigned how;
	uint64_t site, sp;
	uint32_t cls, generation;
	uint32_t subclass; /* told for this acquisition alone; 0: none */
	bool ordered;	   /* by a nest lock, likewise */
	bool known;	   /* class and generation are, and not by the address */
	uint64_t epoch;	   /* rd_table_epoch, from before the class was asked for */
};

static bool is_try(const struct taking *k)
{
	return k->how & RD_TRY;
}

/* The lock, where it is memory that the program touches now. */
static const void *there(const struct taking *k)
{
	return rd_words_size(RD_HOW_KIND(k->how)) ? k->lock : NULL;
}

static uint32_t cls_mode_of(const struct taking *k)
{
	return rd_cls_mode(k->cls, RD_HOW_MODE(k->how), is_try(k));
}

/* ---- pushing ---- */

/* The table answers for a lock without a tag as long as its epoch stays what it was when it was asked. */
static void learn(struct rdep_held *e, const struct taking *k, uint32_t from)
{
	if (k->known || RD_TAG_OFFSET(RD_HOW_KIND(k->how)) || from == RD_NODE_UNKNOWN)
		return;
	e->since = k->epoch;
	e->key = (uint64_t)k->lock;
	e->step = rd_slot_step(from, k->how);
}

/* learns: its step was remembered. */
static struct rdep_held *push(struct rd_thread *t, const struct taking *k, uint32_t node, bool learns)
{
	struct rdep_held *e = t->top + 1;

	/* The order matters to handlers that come in between; see event.h. */
	t->top = e;
	rd_signal_fence();
	e->site = k->site;
	e->sp = k->sp;
	e->cls = k->cls;
	e->generation = k->generation;
	e->node = node;
	e->kind = (uint8_t)RD_HOW_KIND(k->how);
	e->mode = (uint8_t)RD_HOW_MODE(k->how);
	e->flags = RD_PUSH_FLAGS(k->how);
	e->recursion = 0;
	e->since = 0;
	e->step = 0;
	if (learns)
		learn(e, k, e[-1].node);
	rd_signal_fence();
	e->address = (uint64_t)k->lock;
	return e;
}

/* ---- stale entries ---- */

/* The loader's is not told by anybody: it ends when a look shows that the call has returned. */
static void drop(struct rd_thread *t, struct rdep_held *e)
{
	if (e->kind != RDEP_LOADER)
		rd_count(RDEP_C_STALE_HELD);
	rd_held_remove(t, e);
}

/* Locks looked at by one system call. */
#define AT_ONCE RD_PEEKS

/* Looks at up to AT_ONCE locks from e downwards, but for those that need no system call; returns the first that was not. */
static struct rdep_held *drop_stale_from(struct rd_thread *t, struct rdep_held *e, const void *there)
{
	union rd_lock_words words[AT_ONCE];
	struct rdep_held *of[AT_ONCE];
	struct rd_peek peek[AT_ONCE];
	unsigned n = 0, i;
	bool all;

	for (; e > t->bottom && n < AT_ONCE; e--) {
		size_t size = rd_held_words(e);

		if (!size || rd_is_there((const void *)e->address, size, there))
			continue;
		of[n] = e;
		peek[n] = (struct rd_peek){(const void *)e->address, size};
		n++;
	}
	all = n && rd_peek_all(words, sizeof(*words), peek, n) == 0;
	/* From the top down: removing one moves those above it. */
	for (i = 0; i < n; i++) {
		if (all ? rd_words_say_stale(t, of[i], &words[i]) : rd_held_is_stale(t, of[i], NULL))
			drop(t, of[i]);
	}
	return e;
}

/* Does what is there for sure say so? */
static bool says_stale(struct rd_thread *t, const struct rdep_held *e, const void *there)
{
	size_t size = rd_held_words(e);

	return size && rd_is_there((const void *)e->address, size, there) && rd_held_is_stale(t, e, there);
}

/* What has no words to look at. */
static bool is_over(struct rd_thread *t, const struct rdep_held *e)
{
	if (!e->address || e->flags & RDEP_HELD_WAITING)
		return false;
	if (e->kind == RDEP_SEM)
		return rd_sem_is_signal(e->cls);
	if (e->kind == RDEP_STDIO)
		return rd_stream_is_stale(e);
	return e->kind == RDEP_FILE ? rd_file_is_stale(t, e) : e->kind == RDEP_LOADER && rd_loader_is_over(e);
}

void rd_drop_stale(struct rd_thread *t, const void *there)
{
	struct rdep_held *e;

	if (t->handling)
		rd_handlers_drop_gone(t);
	for (e = t->top; e > t->bottom; e--) {
		if (is_over(t, e) || says_stale(t, e, there))
			drop(t, e);
	}
	e = t->top;
	while (e > t->bottom)
		e = drop_stale_from(t, e, there);
}

/* ---- taking again what is held ---- */

/* By what it is, in whatever mode. */
static bool is_recursive(const struct taking *k)
{
	if (RD_HOW_KIND(k->how) == RDEP_MUTEX)
		return (((const struct rd_mutex_words *)k->lock)->kind & RD_MUTEX_TYPE_MASK) == PTHREAD_MUTEX_RECURSIVE;
	return RD_HOW_KIND(k->how) != RDEP_RWLOCK && k->how & RD_RECURSIVE_OK;
}

static bool may_recur(const struct taking *k, const struct rdep_held *held)
{
	if (is_recursive(k))
		return true;
	switch (RD_HOW_KIND(k->how)) {
	case RDEP_MUTEX:
		return false;
	case RDEP_SEM:
		return !rd_sem_used_up(k->lock, held);
	default:
		return held->mode != RDEP_WRITE && RD_HOW_MODE(k->how) == RDEP_READ_REC;
	}
}

static void self_deadlock(struct rd_thread *t, const struct taking *k, const struct rdep_held *held)
{
	/* A reader that waits behind waiting writers only deadlocks when there is one. */
	bool possible = held->mode != RDEP_WRITE && RD_HOW_MODE(k->how) != RDEP_WRITE;
	struct rdep_held now = {.address = (uint64_t)k->lock,
				.site = k->site,
				.sp = k->sp,
				.cls = k->cls,
				.generation = k->generation,
				.mode = (uint8_t)RD_HOW_MODE(k->how)};
	struct rd_locked l;

	rd_enter(t, &l);
	rd_stack_begin(k->site, k->sp);
	rd_finding_lock(t, RDEP_K_SELF_DEADLOCK, possible ? RDEP_POSSIBLE : RDEP_CERTAIN, held, &now);
	rd_leave(t, &l);
}

/* Will the call surely never return? Of what libc sees by itself it says EDEADLK. */
static bool waits_for_itself(const struct taking *k, const struct rdep_held *held)
{
	const struct rd_mutex_words *m = k->lock;

	if (k->how & RD_TIMED || held->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND))
		return false;
	switch (RD_HOW_KIND(k->how)) {
	case RDEP_MUTEX:
		return (m->kind & RD_MUTEX_TYPE_MASK) != PTHREAD_MUTEX_ERRORCHECK;
	case RDEP_RWLOCK:
		return held->mode != RDEP_WRITE && RD_HOW_MODE(k->how) == RDEP_WRITE;
	default:
		return RD_HOW_KIND(k->how) == RDEP_SPIN;
	}
}

/*
 * The lock is in the held stack already. A call that can't succeed, or never returns, is followed as one
 * that waits: the hook takes the entry back when it failed.
 */
static struct rdep_held *take_again(struct rd_thread *t, const struct taking *k, struct rdep_held *held)
{
	/* A trylock that succeeded has shown that it may. */
	if (is_try(k) || may_recur(k, held)) {
		if (held->recursion == UINT8_MAX)
			return push(t, k, RD_NODE_UNKNOWN, false);
		held->recursion++;
		return held;
	}
	/* A semaphore is posted by whoever likes to: one that is a lock as well is taken again to wait for that. */
	if (RD_HOW_KIND(k->how) != RDEP_SEM)
		self_deadlock(t, k, held);
	if (waits_for_itself(k, held))
		rd_deadlock_act();
	return push(t, k, RD_NODE_UNKNOWN, false);
}

/* ---- edges ---- */

void rd_depend_on_all(struct rd_thread *t, const struct rd_target *target)
{
	const struct rdep_held *e;
	unsigned n = 0;

	for (e = t->top; e > t->bottom; e--) {
		if (!e->address || e->flags & RDEP_HELD_WAITING)
			continue;
		/* Same-class nesting is no order between classes; a domain inside itself is. */
		if (e->cls != target->cls || e->kind == RDEP_DOMAIN)
			rd_depend(t, e, target);
		else if (!target->ordered)
			rd_nest(t, e, target);
		if (++n >= RD_NEAR && rd_ends_near(e))
			break;
	}
	if (rd_life_held(t))
		rd_life_depend(t, target);
}

bool rd_wants_sampling(const struct rd_thread *t, uint32_t cls)
{
	const struct rdep_held *e;

	if (!rd_class_at(cls)->watched_to)
		return false;
	for (e = t->top; e > t->bottom; e--) {
		if (e->address && rd_class_at(e->cls)->watched_from)
			return true;
	}
	return false;
}

bool rd_may_rise(const struct rd_thread *t, uint32_t cls)
{
	const struct rdep_held *e;

	if (!rd_class_at(cls)->open_to)
		return false;
	for (e = t->top; e > t->bottom; e--) {
		if (e->address && rd_class_at(e->cls)->open_from)
			return true;
	}
	return false;
}

/* Locks of the same class that are held: was each of these nestings looked at lately? */
static bool nestings_known(struct rd_thread *t, const struct taking *k)
{
	const struct rdep_held *e;
	unsigned n = 0;

	/* As far as rd_depend_on_all() looks. */
	for (e = t->top; e > t->bottom && !is_try(k) && !k->ordered; e--) {
		if (!e->address || e->flags & RDEP_HELD_WAITING)
			continue;
		if (e->cls == k->cls && !rd_nest_recent(t, e, (uint64_t)k->lock, k->generation))
			return false;
		if (++n >= RD_NEAR && rd_ends_near(e))
			break;
	}
	return true;
}

static bool class_is_held(const struct rd_thread *t, uint32_t cls)
{
	const struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (e->cls == cls && e->address)
			return true;
	}
	return false;
}

bool rd_sampled_by(const struct rd_thread *t, uint32_t sampler, uint32_t samplings, bool open)
{
	return samplings >= (open ? RD_NODE_SAMPLES_OPEN : RD_NODE_SAMPLES) ||
	       sampler == rd_moment(t);
}

static bool may_sleep(const struct taking *k)
{
	static const uint32_t kinds = 1u << RDEP_MUTEX | 1u << RDEP_RWLOCK | 1u << RDEP_SEM | 1u << RDEP_FILE | 1u << RDEP_LOADER |
				      1u << RDEP_GLIB;

	return !is_try(k) && kinds >> RD_HOW_KIND(k->how) & 1;
}

/* Is the class one that may stand for less than its type? */
static bool by_first_place(uint32_t cls)
{
	return rd_class_at(cls)->origin == RDEP_BY_FIRST;
}

/* Of one class, taken in chains that are new. */
static uint32_t *last_site(const struct rd_thread *t, const struct taking *k)
{
	struct rd_class *c = rd_class_at(k->cls);

	return t->top == t->bottom ? &c->site : &c->site_inside;
}

/* Everything that the fast path and the tables could not answer. Lock held, thread busy. */
static struct rdep_held *take_locked(struct rd_thread *t, struct taking *k)
{
	struct rd_target target;
	struct rdep_held *e;
	struct rd_node *n;
	uint64_t place = k->site;
	uint32_t from, to;
	bool again, watched, new_site;

	if (t->inherited > (uint32_t)(t->top - t->bottom))
		t->inherited = (uint32_t)(t->top - t->bottom);
	rd_stack_begin(k->site, k->sp);
	if (!k->known)
		k->cls = rd_class_resolve(k->lock, RD_HOW_KIND(k->how), &k->generation);
	if (!k->cls)
		return NULL;
	/* Its stack will be asked for: then nobody need look at a part of it by itself. */
	if (!is_try(k) && t->top == t->bottom + 1 && !rd_chain_next(t->top->node, cls_mode_of(k)))
		rd_stack_walk();
	rd_role_pass(t, (uint64_t)k->lock, k->generation, k->site, k->sp);
	rd_split_see(t, k->lock, RD_HOW_KIND(k->how), &k->cls, k->site, k->sp);
	rd_split_renew(t);
	if (k->subclass)
		k->cls = rd_class_sub(rd_class_base(k->cls), k->subclass);
	/* A chain that was looked at gets no new edge; what is new inside one class is looked at by itself. */
	if (t->top != t->bottom && !(class_is_held(t, k->cls) && rd_chain_next(t->top->node, cls_mode_of(k))))
		rd_drop_stale(t, there(k));
	from = rd_held_rechain(t);
	/* Before any edge: which classes are one type's decides what a cycle means. */
	if (by_first_place(k->cls))
		place = rd_kin_see(k->site, k->sp, k->cls);
	again = class_is_held(t, k->cls);
	watched = rd_wants_sampling(t, k->cls);
	if (!is_try(k)) {
		target = (struct rd_target){.cls = k->cls,
					    .address = (uint64_t)k->lock,
					    .generation = k->generation,
					    .mode = (uint8_t)RD_HOW_MODE(k->how),
					    .recursive = is_recursive(k),
					    .there = there(k),
					    .ordered = k->ordered};
		if (!rd_life_takes(t, k->cls))
			rd_life_note(t, k->cls);
		rd_depend_on_all(t, &target);
		if (rd_split_go(t)) {
			if (!k->known && !k->subclass)
				k->cls = rd_class_resolve(k->lock, RD_HOW_KIND(k->how), &k->generation);
			from = rd_held_rechain(t);
			again = class_is_held(t, k->cls);
		}
	}
	new_site = !rd_site_known(k->site, k->cls, last_site(t, k));
	if (new_site)
		rd_site_add(k->site, k->cls, last_site(t, k));
	if (may_sleep(k) && (new_site || t->handling))
		rd_atomic_handler(t, RDEP_D_HANDLER_LOCK, 0, k->site);
	if (may_sleep(k))
		rd_atomic_check(t, RDEP_D_SLEEP_LOCK, 0, k->site);
	to = rd_chain_make(from, cls_mode_of(k));
	if (from == t->bottom->node)
		rd_chain_begins(from, cls_mode_of(k), to);
	n = rd_chain_at(to);
	n->sampler = rd_moment(t);
	n->gates = 0;
	if (to != RD_NODE_UNKNOWN)
		n->site = *last_site(t, k);
	if (n->samplings < RD_NODE_SAMPLES_OPEN && ++n->samplings == RD_NODE_SAMPLES_OPEN && rd_may_rise(t, k->cls))
		rd_count(RDEP_C_SAMPLES_CUT);
	if (to == RD_NODE_UNKNOWN && !is_try(k))
		rd_pairs_looked_at(t, cls_mode_of(k));
	e = push(t, k, to, false);
	if (rd_signals_handled)
		rd_interrupts_open(t, e, is_recursive(k));
	/* A cycle may have been opened by this very acquisition. */
	watched |= rd_wants_sampling(t, k->cls);
	if (!again && !watched && place == k->site && rd_role_settled(k->cls, k->site) &&
	    !rd_interrupts_may_hide(t, k->cls) && (is_try(k) || !rd_circle_on(t, e - 1, k->cls))) {
		learn(e, k, e[-1].node);
		rd_step_remember(t, from, cls_mode_of(k), k->site, to, 0);
	}
	return e;
}

/* A step on a cycle is not remembered. It may have become one meanwhile: then who made it one forgot the step before
 * it was written, or wrote of the cycle before this looks again. */
static bool remember(struct rd_thread *t, const struct taking *k, uint32_t from, uint32_t to, bool nested)
{
	if (!is_try(k) && rd_circle_on(t, t->top, k->cls))
		return false;
	rd_step_remember(t, from, cls_mode_of(k) | (nested ? RD_STEP_NESTED : 0), k->site, to, 0);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (is_try(k) || !rd_circle_on(t, t->top, k->cls))
		return true;
	rd_steps_evict(t, k->cls, 0);
	return false;
}

static bool site_known(const struct rd_thread *t, const struct taking *k, uint32_t from, uint32_t to)
{
	if (to == RD_NODE_UNKNOWN)
		return rd_lock_site_known(k->site, k->cls);
	return rd_site_known(k->site, k->cls, from == t->bottom->node ? &rd_class_at(k->cls)->site : &rd_chain_at(to)->site);
}

/* The tables' answer, or NULL. */
static struct rdep_held *take_known(struct rd_thread *t, const struct taking *k)
{
	uint32_t from = t->top->node, to;
	uint64_t place = k->site;
	const struct rd_node *n;
	bool learns, nested;

	if (!rd_split_known(t, k->lock, RD_HOW_KIND(k->how), k->cls, k->site, k->sp))
		return NULL;
	if (t->atomic || t->awaited || !t->top->address || !nestings_known(t, k) ||
	    rd_wants_sampling(t, k->cls) || rd_interrupts_unseen(t, k->cls))
		return NULL;
	to = from == RD_NODE_UNKNOWN ? from : rd_chain_next(from, cls_mode_of(k));
	if (!to && rd_chain_full(from))
		to = RD_NODE_UNKNOWN;
	if (!to || !site_known(t, k, from, to))
		return NULL;
	if (from == t->bottom->node)
		rd_chain_begins(from, cls_mode_of(k), to);
	if (by_first_place(k->cls)) {
		place = rd_kin_place(k->site, k->sp);
		if (!place || !rd_kin_known(place, k->cls))
			return NULL;
	}
	n = rd_chain_at(to);
	if (from != RD_NODE_ROOT && !is_try(k) &&
	    !(to == RD_NODE_UNKNOWN ? rd_pairs_known(t, cls_mode_of(k))
				    : !n->gates && rd_sampled_by(t, n->sampler, n->samplings, rd_may_rise(t, k->cls))))
		return NULL;
	if (!is_try(k) && !rd_life_takes(t, k->cls))
		return NULL;
	/* Behind one call in a wrapper there are many places. */
	nested = class_is_held(t, k->cls);
	learns = place == k->site && rd_role_settled(k->cls, k->site) && !rd_interrupts_may_hide(t, k->cls) &&
		 remember(t, k, from, to, nested);
	return push(t, k, to, learns && !nested);
}

/* What the program told of this acquisition. */
static void take_pending(struct rd_thread *t, struct taking *k)
{
	uint64_t nest = t->pending_nest;

	k->subclass = t->pending_subclass;
	t->pending_subclass = 0;
	t->pending_nest = 0;
	t->pending = 0;
	t->limit = rd_thread_limit(t);
	k->ordered = nest != 0;
	if (nest && !rd_held_find(t, (const void *)nest))
		rd_assert_failed(t, (const void *)nest, RDEP_D_NEST_NOT_HELD, k->site, k->sp);
}

/* Is it the lock of that entry, not another one's life at its address? A file's generation is its owner. */
static bool is_lock_of(const struct taking *k, const struct rdep_held *e)
{
	return k->cls && (k->generation == e->generation || e->kind == RDEP_FILE) &&
	       rd_class_whole(k->cls) == rd_class_whole(e->cls);
}

static struct rdep_held *take(struct rd_thread *t, struct taking *k)
{
	struct rdep_held *e = rd_held_find(t, k->lock);
	struct rd_locked l;

	/* What a handler interrupted waits for the lock, and does not have it. */
	if (e && e->flags & RDEP_HELD_WAITING && rd_handler_interrupted_at(t, e->sp))
		e = NULL;
	/* A lock call that is made of another lock call; unless that one was left, by siglongjmp. */
	if (e && e->flags & RDEP_HELD_WAITING && k->sp < e->sp)
		return NULL;
	if (e && is_lock_of(k, e) && !(e->flags & RDEP_HELD_WAITING) && !rd_held_is_stale(t, e, there(k)))
		return take_again(t, k, e);
	if (e) {
		/* An unlock that was not seen, or another lock's life at this address. */
		rd_count(RDEP_C_STALE_HELD);
		rd_held_remove(t, e);
	}
	if (k->cls && k->subclass)
		k->cls = rd_class_sub_known(rd_class_base(k->cls), k->subclass);
	if (k->cls) {
		e = take_known(t, k);
		if (e) {
			rd_circle_look(t, e);
			return e;
		}
	}
	if (k->cls)
		rd_depend_ahead(t, k->cls, false);
	rd_enter(t, &l);
	if (k->cls)
		rd_depend_ahead(t, k->cls, true);
	rd_walk_begin(t, k->sp);
	rd_interrupt_mask_is(t, l.mask);
	e = take_locked(t, k);
	rd_walk_end(t);
	rd_leave(t, &l);
	if (e)
		rd_circle_look(t, e);
	return e;
}

/* The thread is where its held stack says, and may hold one more. */
static bool is_ready(struct rd_thread *t, uint64_t site, uint64_t sp)
{
	if (rd_unlikely(t->handling))
		rd_handler_event(t, site, sp);
	if (t->top < t->real_limit || rd_thread_deepen(t))
		return true;
	rd_count(RDEP_C_HELD_DROPPED);
	return false;
}

static struct rdep_held *acquire(struct rd_thread *t, const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	struct taking k = {.lock = lock, .how = how, .site = site, .sp = sp};

	if (rd_unlikely(rd_left_count) && !(how & RD_TRY))
		rd_left_take(t, lock, how, site, sp);
	if (rd_unlikely(t->pending))
		take_pending(t, &k);
	k.epoch = __atomic_load_n(&rd_table_epoch, __ATOMIC_ACQUIRE);
	k.cls = rd_class_get(lock, RD_HOW_KIND(how), &k.generation);
	if (!k.cls && rd_misuse_destroyed(t, lock, RD_HOW_KIND(how), RDEP_D_DESTROYED_TAKEN, site, sp)) {
		/* The call will fail. */
		if (RD_HOW_KIND(how) == RDEP_MUTEX)
			return NULL;
		k.cls = rd_class_get(lock, RD_HOW_KIND(how), &k.generation);
	}
	/* Of a thread's first lock the class itself tells. */
	if (k.cls && t->top != t->bottom)
		rd_chain_ahead(t->top->node, cls_mode_of(&k));
	if (k.cls && rd_class_at(k.cls)->lump)
		rd_class_retag(lock, RD_HOW_KIND(how), k.cls, k.generation);
	return take(t, &k);
}

/* The step was taken before; or it was with a lock of the class held, and so were these very locks. */
static struct rdep_held *take_step(struct rd_thread *t, const struct taking *k, bool tagged)
{
	uint32_t from = t->top->node;
	const struct rd_step *s = tagged ? NULL : rd_step_find(t, from, cls_mode_of(k), k->site);
	bool nested = !s;
	struct rdep_held *e;

	if (nested)
		s = rd_step_find(t, from, cls_mode_of(k) | RD_STEP_NESTED, k->site);
	if (!s || (nested && !nestings_known(t, k)))
		return NULL;
	e = push(t, k, s->to, !nested);
	e->flags |= s->flags;
	if (nested)
		rd_circle_look(t, e);
	return e;
}

/*
 * What rd_slot_again() can't know, where everything else is known, or NULL: the class that the table has of a lock without
 * a tag; that of a new one, by others that were taken here first; and which locks of one class are held.
 */
static struct rdep_held *take_again_here(const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_self;
	struct taking k = {.lock = lock, .how = how, .site = site, .sp = sp};
	bool tagged = rd_tag_usable(lock, RD_HOW_KIND(how));

	if (!t || t->top >= t->limit || !t->top->address)
		return NULL;
	k.epoch = __atomic_load_n(&rd_table_epoch, __ATOMIC_ACQUIRE);
	k.cls = rd_class_get(lock, RD_HOW_KIND(how), &k.generation);
	if (k.cls)
		return take_step(t, &k, tagged);
	if (!tagged || rd_left_count || !rd_class_first(t, lock, RD_HOW_KIND(how), site, sp))
		return NULL;
	return rd_acquire_fast(lock, how, site, sp);
}

struct rdep_held *rd_acquire_slow(const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	struct rd_thread *t;
	struct rdep_held *e = take_again_here(lock, how, site, sp);

	if (e)
		return e;
	t = rd_here();
	if (!t || !is_ready(t, site, sp))
		return NULL;
	if (rd_likely(!rd_stat_on))
		return acquire(t, lock, how, site, sp);
	e = rd_stat_known(t, lock, how, site, sp);
	if (!e)
		e = acquire(t, lock, how, site, sp);
	rd_stat_pushed(t, e);
	return e;
}

struct rdep_held *rd_acquire_as(struct rd_thread *t, const void *lock, unsigned how, uint32_t cls,
				   uint32_t generation, uint64_t site, uint64_t sp)
{
	struct taking k = {.lock = lock,
			   .how = how,
			   .site = site,
			   .sp = sp,
			   .cls = cls,
			   .generation = generation,
			   .known = true};
	struct rdep_held *e = is_ready(t, site, sp) ? take(t, &k) : NULL;

	if (rd_stat_on)
		rd_stat_pushed(t, e);
	return e;
}

void rd_try_acquired_slow(const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	rd_acquire_slow(lock, how, site, sp);
}

void rd_abandon_slow(struct rdep_held *e)
{
	struct rd_thread *t = rd_self;

	if (!t || t->busy)
		return;
	if (e->recursion)
		e->recursion--;
	else
		rd_held_remove(t, e);
}

void rd_try_failed(const void *lock)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, lock) : NULL;

	if (e)
		rd_abandon_slow(e);
}

/* ---- giving back ---- */

void rd_release_slow(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	if (!t)
		return;
	e = rd_held_find(t, lock);
	if (!e)
		rd_misuse_unlock(t, lock, kind, site, sp);
	else if (e->recursion)
		e->recursion--;
	else
		rd_held_give_back(t, e);
}

/* ---- condition waits ---- */

void rd_cond_wait_begin(const void *cond, const void *mutex, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, mutex) : NULL;
	struct rd_target target;
	struct rd_locked l;

	if (!t)
		return;
	if (!e && rd_misuse_destroyed(t, mutex, RDEP_MUTEX, RDEP_D_DESTROYED_TAKEN, site, sp))
		return;
	t->slot->wait_what = (uint64_t)cond;
	rd_circle_cond_begin(t, mutex, site, sp);
	__atomic_store_n(&t->slot->wait_kind, RD_WAIT_COND, __ATOMIC_RELEASE);
	rd_atomic_check_here(t, RDEP_D_SLEEP_LOCK, 0, site, sp);
	if (e) {
		e->flags |= RDEP_HELD_COND;
		e->step = 0;
		if (rd_stat_on)
			rd_stat_given_up(t, e);
		/* All threads read it. */
		if (!rd_class_at(e->cls)->monitor)
			rd_class_at(e->cls)->monitor = true;
	}
	if (rd_conditions_wanted())
		rd_condition_wait(t, cond, e, site, sp);
	rd_left_wait(t, cond, mutex, e, site, sp);
	if (!e)
		return;
	if (e == t->top && e == t->bottom + 1)
		return;
	/* It is taken again while everything else stays held: what was taken after it comes before it now. */
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	rd_split_renew(t);
	target = (struct rd_target){
		.cls = e->cls, .address = e->address, .generation = e->generation, .mode = e->mode};
	rd_depend_above(t, e, &target);
	rd_split_go(t);
	rd_leave(t, &l);
}

void rd_cond_signal_slow(const void *cond, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	const struct rdep_held *e;

	for (e = t ? t->top : NULL; e && e > t->bottom; e--) {
		if (e->address && e->cls && e->kind == RDEP_MUTEX && !rd_class_at(e->cls)->monitor)
			rd_class_at(e->cls)->monitor = true;
	}
	if (t && rd_conditions_wanted())
		rd_condition_signal(t, cond, site, sp);
}

void rd_depend_above(struct rd_thread *t, const struct rdep_held *below, const struct rd_target *target)
{
	const struct rdep_held *e;

	for (e = t->top; e > below; e--) {
		if (!e->address || is_over(t, e))
			continue;
		if (e->cls == target->cls && e->kind != RDEP_DOMAIN)
			rd_nest(t, e, target);
		else
			rd_depend(t, e, target);
	}
}

void rd_cond_wait_end(const void *cond, const void *mutex)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, mutex) : NULL;

	(void)cond;
	if (!t)
		return;
	__atomic_store_n(&t->slot->wait_kind, 0, __ATOMIC_RELEASE);
	if (!e)
		return;
	e->flags &= (uint8_t)~RDEP_HELD_COND;
	if (rd_stat_on)
		rd_stat_regained(e);
}
