/* SPDX-License-Identifier: MIT */
/*
 * event_lock.h - a part of event.h: locks that are taken and given back.
 *
 * The fast paths are here, inline: the thread's own memory alone, no lock, no store that another thread waits for. What they
 * don't know they leave to the slow ones (acquire.c).
 */
#ifndef RECLAIMDEP_EVENT_LOCK_H
#define RECLAIMDEP_EVENT_LOCK_H

#ifndef RECLAIMDEP_EVENT_H
#error "include event.h"
#endif

struct rdep_held *rd_acquire_slow(const void *lock, unsigned how, uint64_t site, uint64_t sp);
void rd_try_acquired_slow(const void *lock, unsigned how, uint64_t site, uint64_t sp);
void rd_release_slow(const void *lock, unsigned kind, uint64_t site, uint64_t sp);
void rd_abandon_slow(struct rdep_held *e);

extern uint64_t rd_tag_nonce __attribute__((visibility("hidden")));
extern uint64_t rd_table_epoch __attribute__((visibility("hidden")));

/*
 * Where a lock of that kind has two unused words for (tag, generation): byte offsets, 0: none.
 * glibc 2.17 to 2.36+, x86-64; held against the running libc at start-up.
 */
#define RD_TAG_OFFSET(kind) ((kind) == RDEP_MUTEX ? 24u : (kind) == RDEP_RWLOCK ? 16u : (kind) == RDEP_SEM ? 16u : 0u)
#define RD_GEN_OFFSET(kind) ((kind) == RDEP_MUTEX ? 32u : (kind) == RDEP_RWLOCK ? 40u : (kind) == RDEP_SEM ? 24u : 0u)

/*
 * The class in a lock's own tag, or 0. The tag validates itself: it carries the lock's address
 * and a nonce, so memory that was copied, moved, reused or initialised again carries none.
 */
static inline uint32_t rd_tag_class(const void *lock, unsigned kind)
{
	uint64_t w;

	if (!RD_TAG_OFFSET(kind))
		return 0;
	w = *(const uint64_t *)((const char *)lock + RD_TAG_OFFSET(kind)) ^ rd_tag_nonce;
	return w >> 20 == (uint64_t)lock >> 3 ? (uint32_t)w & 0xfffffu : 0;
}

/* Short, since what is found by it is written before the call, and that waits for it. Call sites differ in their lowest
 * bits; chains are numbered as they come. */
static inline uint32_t rd_step_hash(uint32_t from, uint32_t cls_mode, uint64_t site)
{
	return ((cls_mode * 0x9e3779b1u >> 24) + (uint32_t)site + from) % RD_STEPS;
}

/* Neighbours in one word: node, kind, mode, flags and recursion of a held entry, and what a step has of those;
 * from and cls_mode of a step; kind, mode, flags and recursion of an entry. */
typedef uint64_t __attribute__((may_alias)) rd_pair;
#define RD_PAIR(p, first) (*(rd_pair *)&(p)->first)
typedef uint32_t __attribute__((may_alias)) rd_quad;
#define RD_STATE(e) (*(rd_quad *)&(e)->kind)
#define RD_NEXT_TO(type, first, second, n) (offsetof(type, second) == offsetof(type, first) + (n))
_Static_assert(RD_NEXT_TO(struct rdep_held, node, kind, 4) && RD_NEXT_TO(struct rdep_held, node, mode, 5) &&
		       RD_NEXT_TO(struct rdep_held, node, flags, 6) &&
		       RD_NEXT_TO(struct rdep_held, node, recursion, 7) && RD_NEXT_TO(struct rd_step, to, flags, 6) &&
		       RD_NEXT_TO(struct rd_step, from, cls_mode, 4) && sizeof(struct rd_step) == 32,
	       "what is read and written as one word");

/*
 * What made an entry is still in its slot when it is gone: the chain it was taken in and how (step), the
 * call site, and the class as a tag has it (key). Whoever takes a lock of that class in the same way finds most
 * of the entry written already. step 0: nothing to go by. Whatever changes a slot other than by
 * taking a lock clears step.
 *
 * How is at most one bit, and none for the most usual, or all that is known of it where no tag is.
 */
static inline uint64_t rd_slot_step(uint32_t from, unsigned how)
{
	unsigned kind = RD_HOW_KIND(how), mode = RD_HOW_MODE(how);
	unsigned with = how & ~(RD_TIMED | RD_RECURSIVE_OK);

	if (RD_TAG_OFFSET(kind))
		with = (how & RD_TRY) | (kind == RDEP_MUTEX ? 0u : (kind == RDEP_RWLOCK ? 1u : 16u) << mode);
	return from | (uint64_t)with << 32;
}

/* A valid tag without its address: the same for all locks of a class; see rd_tag_write(). */
static inline uint64_t rd_tag_key(const void *lock, unsigned kind)
{
	return *(const uint64_t *)((const char *)lock + RD_TAG_OFFSET(kind)) ^ (uint64_t)lock << 17;
}

/*
 * A lock without room for a tag: a table has its class and generation by its address. What a slot knows of it holds as
 * long as no entry of the table changes, by its epoch.
 */
static inline uint64_t rd_slot_key(const void *lock, unsigned kind)
{
	return RD_TAG_OFFSET(kind) ? rd_tag_key(lock, kind) : (uint64_t)lock;
}

static inline bool rd_slot_in_epoch(const struct rdep_held *e, unsigned kind)
{
	return RD_TAG_OFFSET(kind) || e->since == __atomic_load_n(&rd_table_epoch, __ATOMIC_ACQUIRE);
}

static inline __attribute__((always_inline)) bool rd_slot_knows(const struct rdep_held *e, uint64_t key,
								unsigned how, uint64_t site, uint32_t from)
{
	if (rd_unlikely(key != e->key))
		return false;
	if (rd_unlikely(!rd_slot_in_epoch(e, RD_HOW_KIND(how))))
		return false;
	if (rd_unlikely(e->step != rd_slot_step(from, how)))
		return false;
	return rd_likely(e->site == site);
}

/*
 * Steps that no call takes: from a chain to that without the lock right under its last one, which was given back first.
 * Both are known by their ids alone.
 */
#define RD_STEP_BELOW 0u /* in place of a class and mode */
/* Beside a class and mode: one of the class is held, so which locks these are is to be asked for. No fast path finds it. */
#define RD_STEP_NESTED 8u
static inline struct rd_step *rd_step_below(struct rd_thread *t, uint32_t from)
{
	return &t->steps[from * 0x9e3779b1u >> 24];
}

/* The step that leads from chain `from` by that class, mode and site, or NULL. */
static inline __attribute__((always_inline)) struct rd_step *rd_step_find(struct rd_thread *t, uint32_t from,
									  uint32_t cls_mode, uint64_t site)
{
	struct rd_step *s = &t->steps[rd_step_hash(from, cls_mode, site)];

	__asm__("" : "+r"(s)); /* one register, not an index for each use */
	return RD_PAIR(s, from) == (from | (uint64_t)cls_mode << 32) && s->site == site ? s : NULL;
}

#define RD_PUSH_FLAGS(how)                                                                        \
	((uint8_t)(((how) & RD_TRY ? RDEP_HELD_TRY : RDEP_HELD_WAITING) | ((how) & RD_TIMED ? RDEP_HELD_TIMED : 0)))

/*
 * The slot for another entry; NULL: the slow path. From here on it is ours: a handler that comes in between sees
 * address 0 on top, and takes the slow path, above it.
 */
static inline __attribute__((always_inline)) struct rdep_held *rd_slot_take(struct rd_thread *t)
{
	struct rdep_held *top;

	if (rd_unlikely(!t))
		return NULL;
	top = t->top;
	if (rd_unlikely(top >= t->limit || !top->address))
		return NULL;
	t->top = top + 1;
	rd_signal_fence();
	return top + 1;
}

static inline __attribute__((always_inline)) struct rdep_held *rd_slot_fill(struct rdep_held *e, const void *lock,
									    uint64_t sp)
{
	e->sp = sp;
	rd_signal_fence();
	e->address = (uint64_t)lock;
	return e;
}

/*
 * The slot on top, written but for its address where this very step was taken before; NULL: not that. First by what
 * the slot knows: few stores, since the atomic operation of the call that follows waits for them. Then by the
 * thread's steps.
 */
static inline __attribute__((always_inline)) struct rdep_held *rd_slot_again(const void *lock, unsigned how,
									     uint8_t flags, uint64_t site)
{
	struct rd_thread *t = rd_self;
	struct rdep_held *e = rd_slot_take(t);
	uint64_t key = rd_slot_key(lock, RD_HOW_KIND(how));
	struct rd_step *s = NULL;
	uint64_t cls; /* the key without the nonce: larger than any class where no tag is */
	uint32_t from;

	if (rd_unlikely(!e))
		return NULL;
	if (rd_likely(rd_slot_knows(e, key, how, site, e[-1].node)))
		goto known;
	/* Read again, rather than kept in a register all the way here. */
	from = __atomic_load_n(&e[-1].node, __ATOMIC_RELAXED);
	cls = key ^ rd_tag_nonce;
	if (RD_TAG_OFFSET(RD_HOW_KIND(how)) && cls >> 20 == 0)
		s = rd_step_find(t, from, (uint32_t)cls << 4 | RD_HOW_MODE(how) | (how & RD_TRY ? 4u : 0u), site);
	if (!s) {
		t->top = e - 1;
		return NULL;
	}
	/* A handler may jump away from here. */
	e->step = 0;
	rd_signal_fence();
	e->site = site;
	e->cls = (uint32_t)cls;
	RD_PAIR(e, node) = RD_PAIR(s, to) | (uint64_t)RD_HOW_KIND(how) << 32 | (uint64_t)RD_HOW_MODE(how) << 40 |
			   (uint64_t)flags << 48;
	e->key = key;
	rd_signal_fence();
	e->step = rd_slot_step(from, how);
known:
	if (RD_TAG_OFFSET(RD_HOW_KIND(how)))
		e->generation = *(const uint32_t *)((const char *)lock + RD_GEN_OFFSET(RD_HOW_KIND(how)));
	return e;
}

/* The usual way of rd_acquire(). NULL: rd_acquire_slow() is to be asked. */
static inline __attribute__((always_inline)) struct rdep_held *
rd_acquire_fast(const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	struct rdep_held *e = rd_slot_again(lock, how, RD_PUSH_FLAGS(how), site);

	if (rd_unlikely(!e))
		return NULL;
	__asm__("" : "+r"(e)); /* the one thing to keep over the call */
	e->flags |= RD_PUSH_FLAGS(how);
	return rd_slot_fill(e, lock, sp);
}

/* The same before a call that neither waits nor fails: nothing need be told after it. False: rd_acquire_slow() is to
 * be asked, and its outcome told. */
static inline __attribute__((always_inline)) bool rd_acquire_free(const void *lock, unsigned how, uint64_t site,
								  uint64_t sp)
{
	struct rdep_held *e = rd_slot_again(lock, how, how & RD_TRY ? RDEP_HELD_TRY : 0, site);

	return rd_likely(e) && rd_slot_fill(e, lock, sp);
}

/*
 * Before a lock call that may block. Pushes an entry marked waiting, checks the order, and has any
 * finding in the record before it returns. The hook then makes the call, and says how it
 * ended with rd_acquired() or rd_abandon(). NULL: not followed (the hook makes the call and says
 * nothing, but see rd_unwinding).
 */
static inline __attribute__((always_inline)) struct rdep_held *
rd_acquire(const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	struct rdep_held *e = rd_acquire_fast(lock, how, site, sp);

	return rd_likely(e) ? e : rd_acquire_slow(lock, how, site, sp);
}

/* The call that rd_acquire() announced got the lock. Returns 0. */
static inline int rd_acquired(struct rdep_held *e)
{
	__atomic_store_n(&e->flags, (uint8_t)(e->flags & ~(RDEP_HELD_WAITING | RDEP_HELD_TIMED)),
			 __ATOMIC_RELAXED);
	return 0;
}

/* The same where a call came by the slow path, as all do that are counted (stat=1). */
void rd_stat_acquired(struct rdep_held *e);
static inline void rd_acquired_counted(struct rdep_held *e)
{
	if (rd_unlikely(rd_stat_on))
		rd_stat_acquired(e);
	rd_acquired(e);
}

/* It did not (EDEADLK, ETIMEDOUT, ENOTRECOVERABLE, ...): the entry goes. */
static inline void rd_abandon(struct rdep_held *e)
{
	rd_abandon_slow(e);
}

/* A lock that rd_acquire_free() announced turned out not to be free: what rd_acquire() would have returned. */
static inline struct rdep_held *rd_acquire_waits(void)
{
	struct rdep_held *e = rd_self->top;

	__atomic_store_n(&e->flags, (uint8_t)(e->flags | RDEP_HELD_WAITING), __ATOMIC_RELAXED);
	return e;
}

/* A trylock that rd_acquire_free() announced did not get the lock. */
void rd_try_failed(const void *lock);

/* After a trylock that got the lock; never adds an incoming dependency. */
static inline __attribute__((always_inline)) void rd_try_acquired(const void *lock, unsigned how, uint64_t site,
								  uint64_t sp)
{
	if (rd_unlikely(!rd_acquire_free(lock, how | RD_TRY, site, sp)))
		rd_try_acquired_slow(lock, how | RD_TRY, site, sp);
}

/*
 * Before an unlock call: rd_release_fast(), and where that is false rd_release_slow(). The hook
 * may jump on to the call. Inside libunwind the fast half is always false, so rd_unwinding() is
 * asked on the slow way only.
 */
static inline __attribute__((always_inline)) bool rd_release_fast(const void *lock)
{
	struct rd_thread *t = rd_self;
	struct rdep_held *top;

	if (rd_unlikely(!t))
		return false;
	top = t->top;
	if (rd_unlikely(top >= t->limit || top->address != (uint64_t)lock || top->recursion))
		return false;
	top->address = 0;
	rd_signal_fence();
	t->top = top - 1;
	return true;
}

/*
 * Where rd_release_fast() is false: the same for a lock right under the one on top, which moves down. False: not that,
 * or the chain without the lock was not met yet.
 */
static inline __attribute__((always_inline)) bool rd_release_below(const void *lock)
{
	struct rd_thread *t = rd_self;
	struct rdep_held *e, *top;
	struct rd_step *s;
	uint64_t address;

	if (rd_unlikely(!t))
		return false;
	top = t->top;
	e = top - 1;
	if (rd_unlikely(top >= t->limit || e <= t->bottom))
		return false;
	address = top->address;
	if (rd_unlikely(e->address != (uint64_t)lock || e->recursion || !address))
		return false;
	s = rd_step_below(t, top->node);
	if (rd_unlikely(RD_PAIR(s, from) != (top->node | (uint64_t)RD_STEP_BELOW << 32)))
		return false;
	/* A handler that comes in between finds one of them twice, or in the other's place. Word by word as they were
	 * written: a wider load would wait for the stores of what it spans. */
	e->site = top->site;
	e->sp = top->sp;
	e->cls = top->cls;
	e->generation = top->generation;
	e->node = s->to;
	/* What was checked for allocations was checked with more locks held. */
	RD_STATE(e) = RD_STATE(top);
	e->step = 0;
	rd_signal_fence();
	e->address = address;
	rd_signal_fence();
	top->address = 0;
	rd_signal_fence();
	t->top = e;
	return true;
}

/* May the hooks take a free lock by its words (options.fastpath)? False: the runtime is not up. */
bool rd_fastpath_wanted(void);

/*
 * Is it the lock on top, so held by this thread? And then: it was taken once more, in a way that its kind allows; both
 * return 0. Where they can't be counted the slow paths are to be asked.
 */
static inline bool rd_holds_on_top(const void *lock)
{
	const struct rd_thread *t = rd_self;

	return t && t->top < t->limit && t->top->address == (uint64_t)lock && t->top->recursion < UINT8_MAX &&
	       !(t->top->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND));
}

static inline int rd_acquired_again(void)
{
	rd_self->top->recursion++;
	return 0;
}

/* The same before one of these is given back: more than one of them is left. */
static inline bool rd_holds_on_top_again(const void *lock)
{
	const struct rd_thread *t = rd_self;

	return t && t->top < t->limit && t->top->address == (uint64_t)lock && t->top->recursion;
}

static inline int rd_released_again(void)
{
	rd_self->top->recursion--;
	return 0;
}

/* True while this thread walks a stack with libunwind: its mutex calls, which come by our hooks,
 * must return 0 without doing anything. Ask where rd_acquire() gave NULL, and in unlock. */
static inline bool rd_unwinding(void)
{
	struct rd_thread *t = rd_self;

	return t && t->unwinding;
}

#endif
