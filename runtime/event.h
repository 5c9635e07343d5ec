/* SPDX-License-Identifier: MIT */
/*
 * event.h - the one door from hooks/ to the engine.
 *
 * A hook knows libc and this header, nothing else of the runtime. What every
 * function here keeps: errno; async-signal safety (a handler that interrupts one
 * passes through, counted); no allocation from the target, no pthread lock, no
 * call into the target. All may be called from any thread at any time, before the
 * constructor and in a fork or vfork child too; where the runtime is not up, or
 * can't come up, they do nothing.
 *
 * site: the return address of the hooked call (__builtin_return_address(0)).
 * sp:   the hook's canonical frame address (RD_HERE): the stack pointer of the
 *       caller after the call returns.
 */
#ifndef RECLAIMDEP_EVENT_H
#define RECLAIMDEP_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "scope_pair_option.h"
#include "sys.h"
#include "thread.h"

#define RD_SITE ((uint64_t)__builtin_return_address(0))
#define RD_HERE ((uint64_t)__builtin_dwarf_cfa())

/*
 * How a lock is taken: kind, mode and flags in one constant.
 * RD_TIMED: the call gives up by itself. RD_TRY: it did not wait.
 * RD_RECURSIVE_OK: the lock is one that its holder may take again (a hook need not
 * know: for mutexes the runtime reads the type from the mutex when it matters).
 */
#define RD_HOW(kind, mode, flags) ((kind) | (mode) << 4 | (flags))
#define RD_TRY (1u << 8)
#define RD_TIMED (1u << 9)
#define RD_RECURSIVE_OK (1u << 10)
#define RD_HOW_KIND(how) ((how) & 15u)
#define RD_HOW_MODE(how) ((how) >> 4 & 3u)

/* ---- start ---- */

/*
 * Brings the runtime up: options from the environment, record, walkers. Called by the
 * hooks' constructor after every next function is resolved, and by the first hook that runs
 * before it. Idempotent, thread-safe; a nested call (dlopen of libunwind allocates) returns at
 * once. Does nothing under AT_SECURE.
 */
void rd_start(void);

/*
 * Loads libunwind, after rd_start(): it calls the loader and allocates, so from the constructor, or where the program
 * itself is about to do that. No hook that runs before (from inside the loader, even) may. Until then, and for good
 * where nobody does, stacks are the small walker's, which the record counts.
 */
void rd_start_unwinder(void);

/* Is it to be loaded, and has not been? Not in a call from inside the runtime. */
bool rd_unwinder_wanted(void);

/*
 * libc's own lock functions, for the start-up test of the tags: the runtime knows no names. Given
 * before rd_start(); without it tags stay off. The pointers are to the next functions in line.
 */
struct rd_lock_calls {
	int (*mutex_lock)(void *), (*mutex_trylock)(void *), (*mutex_unlock)(void *);
	int (*mutex_timedlock)(void *, const void *);
	int (*rwlock_rdlock)(void *), (*rwlock_wrlock)(void *), (*rwlock_unlock)(void *);
	int (*rwlock_timedwrlock)(void *, const void *);
	int (*cond_timedwait)(void *, void *, const void *);
	int (*sem_wait)(void *), (*sem_trywait)(void *), (*sem_post)(void *);
	int (*sem_timedwait)(void *, const void *);
};
void rd_use_lock_calls(const struct rd_lock_calls *calls);

/* Around a hook's own calls into the loader: what that allocates is not the program's, and passes
 * through. */
void rd_loader_begin(void);
void rd_loader_end(void);

/* True when the runtime follows this process. Lock-free. */
bool rd_up(void);

/* The process leaves by exit(): called from the last handler. Publishes the state, prints the
 * summary (print=1). Returns the status to leave with in place of `status`. */
int rd_exit(int status);

/* The process leaves by _exit(): an end of its own will, without handlers. */
void rd_leaving(void);

/* One line to the record's notes and, when verbosity wants it, to stderr. The text must be
 * constant or live in the caller's frame; at most 400 bytes are kept. */
void rd_note(const char *text);

/* ---- locks ---- */

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

#include "event_object.h"

/* A lock call failed with EINVAL: is the lock a destroyed one? */
void rd_lock_refused(const void *lock, unsigned kind, uint64_t site, uint64_t sp);

/* exit() has begun. Any thread. */
void rd_exit_begins(void);

/*
 * Around a condition wait, which gives the mutex up and takes it again where no hook runs (and on
 * cancellation no code of the hook either): `begin` checks the re-acquisition against the locks
 * that stay held and marks the entry; `end` clears the mark. The entry stays where it is.
 */
void rd_cond_wait_begin(const void *cond, const void *mutex, uint64_t site, uint64_t sp);
void rd_cond_wait_end(const void *cond, const void *mutex);

/*
 * Locks on files (file_lock.h). The hook fills in the first part, tells before the call and, whatever comes of it,
 * after; [start, end) is the range, all of the file for flock. waits: the call blocks until it has the lock.
 */
enum rd_file_family { RD_FILE_FLOCK, RD_FILE_POSIX, RD_FILE_OFD };
#define RD_FILE_END UINT64_MAX
struct rd_file_call {
	uint64_t site, sp, start, end;
	int fd;
	uint32_t family;
	bool shared, waits;
	/* The runtime's, from begin to end. */
	bool covered, mine, converts, was_shared;
	uint32_t cls, description;
	uint64_t address, of[3];
	struct rd_thread *thread; /* NULL: not followed */
	struct rdep_held *held;
};
void rd_file_begin(struct rd_file_call *c);
void rd_file_end(struct rd_file_call *c, bool got);
/* Before a call that gives it back. Any thread's. */
void rd_file_unlock(const struct rd_file_call *c);
/* Before a descriptor is closed, where rd_file_on is not 0. */
void rd_file_close(int fd);
extern uint8_t rd_file_on __attribute__((visibility("hidden")));

/* The loader's lock (loader.h). dlopen: before a jump to it; it ends by itself. dlclose: around it; end where begin
 * was true. */
void rd_dlopen(uint64_t site, uint64_t sp);
bool rd_dlclose_begin(uint64_t site, uint64_t sp);
void rd_dlclose_end(void);

/*
 * Semaphores. Nobody owns one: its class is a lock's once a thread was seen to post what it waited for, and no
 * longer, for good, once a thread posts what it does not hold (runtime/sem.h).
 *
 * init: after sem_init() with that value. open: after sem_open(); value: what it was made with, -1: not known.
 * close, destroy: before the call. wait: before a call that may wait, and waited, with what it gave, after it; e
 * may be NULL. try: after a sem_trywait() that got it. post: before sem_post(); async-signal-safe, as that is.
 */
void rd_sem_init(const void *sem, unsigned value, uint64_t site, uint64_t sp);
void rd_sem_open(const void *sem, const char *name, int value);
void rd_sem_close(const void *sem);
void rd_sem_destroy(const void *sem);
struct rdep_held *rd_sem_wait(const void *sem, bool timed, uint64_t site, uint64_t sp);
void rd_sem_waited(struct rdep_held *e, bool got);
void rd_sem_try_waited(const void *sem, uint64_t site, uint64_t sp);
void rd_sem_post(const void *sem, uint64_t site, uint64_t sp);

/*
 * What is initialised once (once.c). begin: before a call that may wait, and may run the routine; NULL: not followed.
 * Then rd_acquired() as the routine begins, and left as it ends, however that is; or rd_abandon(), where another thread
 * ran it. pass: it is done; waited: after begin.
 */
struct rdep_held *rd_once_begin(const void *once, uint64_t site, uint64_t sp);
void rd_once_left(const void *once);
void rd_once_pass_slow(const void *once, bool waited, uint64_t site, uint64_t sp);

static inline struct rd_passed *rd_passed_set(struct rd_thread *t, const void *once)
{
	return &t->passed[((uint64_t)once >> 2) * 0x9e3779b1u >> 16 & (RD_PASSED_SETS - 1)];
}

static inline void rd_once_pass(const void *once, bool waited, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_self;
	const struct rd_passed *set = t ? rd_passed_set(t, once) : NULL;
	unsigned i;

	for (i = 0; set && i < RD_PASSED_WAYS; i++) {
		if (set->once[i] == (uint64_t)once)
			return;
	}
	if (!set || !set->full)
		rd_once_pass_slow(once, waited, site, sp);
}

/* Around pthread_barrier_wait(). */
void rd_barrier_begin(const void *barrier, uint64_t site, uint64_t sp);
void rd_barrier_end(const void *barrier);

/* A condition is about to be signalled. What is held at that may be what its waiter finds out by. */
void rd_cond_signal_slow(const void *cond, uint64_t site, uint64_t sp);
static inline __attribute__((always_inline)) bool rd_cond_signal_counts(void)
{
	struct rd_thread *t = rd_self;

	return t && t->top != t->bottom;
}

/* The memory [p, p + n) is given back (munmap; free of a block of that usable size): locks in it end.
 * rd_forget_wanted() is false as long as all locks carry tags, which need no telling. */
void rd_forget(const void *p, size_t n);
extern uint8_t rd_forget_on __attribute__((visibility("hidden")));
static inline bool rd_forget_wanted(void)
{
	return rd_unlikely(rd_forget_on);
}

/*
 * A block is given back: where this is true its hook has more to do than to jump on (the thread holds something, or all
 * blocks are told). Then: rd_forget() if wanted; and where rd_held_near(p), rd_freed() with the block's size.
 */
extern uint8_t rd_free_told __attribute__((visibility("hidden")));
static inline __attribute__((always_inline)) bool rd_free_counts(void)
{
	struct rd_thread *t = rd_self;

	return rd_unlikely(t ? t->top != t->silent : rd_free_told);
}

/* Is there an entry that a block which begins at p could reach? No block is larger. */
#define RD_BLOCK_MAX (1ull << 40)
static inline bool rd_held_near(const void *p)
{
	const struct rd_thread *t = rd_self;
	const struct rdep_held *e;

	if (!t)
		return false;
	for (e = t->top; e > t->bottom; e--) {
		if (rd_unlikely(e->address - (uint64_t)p < RD_BLOCK_MAX))
			return true;
	}
	return false;
}

/* Before [p, p + n) is given back by this thread: locks in it that it holds are told of. */
void rd_freed(const void *p, size_t n, bool unmapped, uint64_t site, uint64_t sp);

/* The same where only the outcome tells whether it is: the first such entry, or NULL; and to tell of it, which takes
 * the entry out. The entry stays where it is as long as nothing else is told. */
struct rdep_held *rd_held_in(const void *p, size_t n);
void rd_freed_held(struct rdep_held *e, bool unmapped, uint64_t site, uint64_t sp);

/* ---- allocations, scopes, reclaim ---- */

void rd_malloc_slow(uint64_t site, uint64_t sp);

/* What provoke= wants, RD_PROVOKE_*; constant once the runtime is up. */
#define RD_PROVOKE_SHRINK 1u
#define RD_PROVOKE_FAIL 2u
extern uint8_t rd_provoking __attribute__((visibility("hidden")));

/* Start-up is over: from here on what is provoked is the program's. From the constructor, at its end. */
void rd_provoke_begin(void);

/* This thread begins or ends to initialise a static object of C++: nobody else can meanwhile. */
void rd_static_init(bool begins);

/* After rd_malloc_slow(): true where this allocation is to fail (ENOMEM). Once per allocation of the C allocator:
 * what operator new gets is got from that. site 0: not a caller to look at. */
bool rd_malloc_fails_slow(uint64_t site, uint64_t sp);
static inline bool rd_malloc_fails(uint64_t site, uint64_t sp)
{
	return rd_unlikely(rd_provoking & RD_PROVOKE_FAIL) && rd_malloc_fails_slow(site, sp);
}

/*
 * A plain allocation of the program (malloc, operator new, ...), before the call: where this is
 * true, rd_malloc_slow() is to be told. The hook may jump on to the call.
 */
static inline __attribute__((always_inline)) bool rd_malloc_counts(void)
{
	struct rd_thread *t = rd_self;

	return t && rd_unlikely(t->top != t->quiet) && (t->malloc_need & ~t->top->flags);
}

/* The canonical bits (RDEP_GFP_*) of a mask as the program passed it (layout: gfp_layout). */
uint32_t rd_gfp(unsigned long raw);

/*
 * An allocator with a mask of its own is entered and left: the outermost one counts, with its mask;
 * plain mallocs and inner allocators until rd_alloc_leave() do not. gfp: canonical. Returns a
 * token. A frame that is left by longjmp or an exception ends its bracket by itself.
 */
uint64_t rd_alloc_enter(uint32_t gfp, uint64_t site, uint64_t sp);
void rd_alloc_leave(uint64_t token);

/* The same for vmalloc with a mask, whose page tables may not follow it (options.vmalloc), and for kvmalloc, which
 * may fall back to it: n bytes. */
uint64_t rd_vmalloc_enter(uint32_t gfp, uint64_t site, uint64_t sp);
uint64_t rd_kvmalloc_enter(uint32_t gfp, size_t n, uint64_t site, uint64_t sp);

/*
 * memalloc scopes: bit is one RDEP_SCOPE_*, flags are the kernel's PF_MEMALLOC_*. provided: a shim of the program's
 * does it, and its save returned `cookie`; else cookie is ignored. A save returns what the program is
 * to get: the shim's cookie, or our own (options.scope_rule).
 */
unsigned long rd_scope_save(uint32_t bit, bool provided, unsigned long cookie, uint64_t site, uint64_t sp);
void rd_scope_restore(uint32_t bit, bool provided, unsigned long cookie, uint64_t site, uint64_t sp);
unsigned long rd_scope_flags_save(unsigned long flags, bool provided, unsigned long cookie, uint64_t site, uint64_t sp);
void rd_scope_flags_restore(bool provided, unsigned long cookie, uint64_t site, uint64_t sp);

/* What the option scope_pair= says; false: the runtime is not up. */
bool rd_scope_pairs(struct rd_scope_pairs *into);

/* prctl(PR_SET_IO_FLUSHER, on) succeeded on this thread. */
void rd_io_flusher(bool on, uint64_t site, uint64_t sp);

/* The kernel's fs_reclaim map: fs_reclaim_acquire, fs_reclaim_release, might_alloc (canonical gfp). */
void rd_fs_reclaim_acquire(uint32_t gfp, uint64_t site, uint64_t sp);
void rd_fs_reclaim_release(uint32_t gfp, uint64_t site, uint64_t sp);
void rd_might_alloc(uint32_t gfp, uint64_t site, uint64_t sp);

/* The kernel's might_sleep, might_fault (a page fault may be served here), pagefault_disable/enable, and
 * non_block_start/end (between them the thread must not sleep). */
void rd_might_sleep(uint64_t site, uint64_t sp);
/* cant_sleep: the program says that something here forbids it to sleep. */
void rd_cant_sleep(uint64_t site, uint64_t sp);
void rd_might_fault(uint64_t site, uint64_t sp);
void rd_pagefault(bool disable);
void rd_told_atomic(bool begin, uint64_t site, uint64_t sp);

/* A reclaim context of one domain (enum rdep_domain_class) is entered and left by this thread:
 * until then it holds that domain, and its allocations add no dependency. */
void rd_context_enter(uint32_t domain, uint64_t site, uint64_t sp);
void rd_context_leave(uint32_t domain, uint64_t site, uint64_t sp);

/* ---- what the program tells (include/reclaimdep/annotate.h says what each means) ---- */

struct reclaimdep_shrinker;
enum rd_told_held { RD_TOLD_HELD, RD_TOLD_HELD_WRITE, RD_TOLD_NOT_HELD };

void rd_told_alloc(uint32_t gfp, uint64_t site, uint64_t sp);
void rd_told_alloc_enter(uint32_t gfp, uint64_t site, uint64_t sp);
void rd_told_alloc_leave(void);
void rd_told_ignore(bool begin);
void rd_told_scope_enter(uint32_t bits, const char *reason, uint64_t site, uint64_t sp);
void rd_told_scope_leave(uint32_t bits, uint64_t site, uint64_t sp);
void rd_told_shrinker_register(const struct reclaimdep_shrinker *told);
void rd_told_shrinker_unregister(const struct reclaimdep_shrinker *told);
void rd_told_taken_in_reclaim(const void *lock, uint32_t domain, uint64_t site, uint64_t sp);
void rd_told_lock_init(const void *lock, const char *name, uint64_t site, uint64_t sp);
void rd_told_lock_destroy(const void *lock, uint64_t site, uint64_t sp);
void rd_told_lock_acquire(const void *lock, unsigned how, uint64_t site, uint64_t sp);
void rd_told_lock_acquired(const void *lock);
void rd_told_lock_failed(const void *lock);
void rd_told_lock_release(const void *lock, uint64_t site, uint64_t sp);
void rd_told_lock_class(const void *lock, const char *name, uint64_t site, uint64_t sp);
void rd_told_lock_subclass(const void *lock, uint32_t n, uint64_t site, uint64_t sp);
void rd_told_next_subclass(uint32_t n);
void rd_told_next_nest_lock(const void *outer);
void rd_told_held(const void *lock, enum rd_told_held how, uint64_t site, uint64_t sp);

/* ---- signals ---- */

/*
 * Are handlers followed? Then the hooks put a frame of their own before each, which tells of its begin and end: its
 * canonical frame address, and what the kernel gave as context. Any thread, a vfork child too.
 */
bool rd_signals_wanted(void);
void rd_handler_begin(int sig, uint64_t cfa, const void *context);
void rd_handler_end(uint64_t cfa);
/* One that is not: there is no room for more. */
void rd_handler_unfollowed(void);

/* The program has set what a signal does. */
enum rd_disposition { RD_NO_HANDLER, RD_HANDLER, RD_HANDLER_ONCE };
void rd_signal_set(int sig, enum rd_disposition what);

/* The thread has changed its signal mask, as sigprocmask() was told to: bit sig - 1. */
void rd_signal_mask(int how, uint64_t set, uint64_t site, uint64_t sp);

/* ---- threads and processes ---- */

/* A pthread_create is about to be made. Returns a token for rd_thread_begin (0: untold), given to
 * the child by the hook's trampoline. detached: nobody will join it. */
uint32_t rd_thread_create(void *start_routine, bool detached, uint64_t site, uint64_t sp);
/* In the parent after success, after failure / in the child before the start routine. */
bool rd_thread_unnamed(uint32_t token); /* then: */
void rd_thread_created(uint64_t pthread_id);
void rd_thread_uncreated(uint32_t token);
void rd_thread_begin(uint32_t token, uint64_t pthread_id);
/* The start routine returned, or the thread is being cancelled or exits: destructors of thread keys
 * may still lock after it. */
void rd_thread_end(void);
/* Before a pthread_detach: nobody joins it from now on. */
void rd_thread_detached(uint64_t pthread_id);
/* Around a join that waits: `begin` is told what it waits for, and whether with a timeout, and has any finding in the
 * record before it returns; joined: it ended (rc 0). */
void rd_join_begin(uint64_t pthread_id, bool timed, uint64_t site, uint64_t sp);
void rd_join_end(uint64_t pthread_id, bool joined);

/* Around fork(): in the parent before and after, in the child. */
void rd_fork_prepare(void);
void rd_fork_parent(void);
void rd_fork_child(void);

/* Around vfork(): before the call; in the parent when it has returned. In between the child runs on
 * the parent's memory, and every event passes through. */
void rd_vfork_prepare(void);
void rd_vfork_parent(void);

/* An exec call is about to be made (the record says EXECING) / it failed. */
void rd_exec_begin(void);
void rd_exec_failed(void);

/*
 * The variables that a followed child must find in its environment, each as "NAME=value" in memory
 * that lives as long as the process; NULL ends the list; NULL for none (follow=0, not up).
 * preload: the path to be in LD_PRELOAD. identity: for a child image: fills buf (>= RD_IDENTITY_MAX) with
 * "RECLAIMDEP_FROM=..." naming this image and whether it is replaced (exec) or spawns.
 */
#define RD_IDENTITY_MAX 128
const char *const *rd_follow_variables(void);
/* Does this image, which is not followed itself, only pass that on? */
bool rd_follow_passes(void);
const char *rd_follow_preload(void);
const char *rd_follow_identity(char *buf, bool exec);

#endif
