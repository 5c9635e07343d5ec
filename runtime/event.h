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

/* Before a call after which the process may not be able to open its record: another user, another root, a sandbox. */
void rd_confine(void);

/* The process leaves by _exit(): an end of its own will, without handlers. */
void rd_leaving(void);

/* One line to the record's notes and, when verbosity wants it, to stderr. The text must be
 * constant or live in the caller's frame; at most 400 bytes are kept. */
void rd_note(const char *text);

/* ---- locks ---- */

#include "event_lock.h"
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
/* The thread has ended: what it has passed is forgotten. Needs the runtime lock. */
void rd_once_end(struct rd_thread *t);

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
/*
 * Instead of all these: the thread takes the place of one that this call made before (successor.h). NULL: it does not. The
 * errand is told to it, and filled in; in the parent after success, with its pthread_t, and after failure / in the child.
 */
struct rd_errand *rd_thread_succeed(void *start_routine, void *arg, bool detached, uint64_t site, uint64_t sp);
void rd_thread_succeeded(uint64_t pthread_id);
void rd_thread_unsucceeded(void);
void rd_thread_begin_successor(struct rd_thread *t, uint64_t pthread_id);
/* The start routine returned, or the thread is being cancelled or exits: destructors of thread keys
 * may still lock after it. */
void rd_thread_end(void);
/* Before a pthread_detach: nobody joins it from now on. */
void rd_thread_detached(uint64_t pthread_id);
/* Around a join that waits: `begin` is told what it waits for, and whether with a timeout, and has any finding in the
 * record before it returns; joined: it ended (rc 0). */
void rd_join_begin(uint64_t pthread_id, bool timed, uint64_t site, uint64_t sp);
void rd_join_end(uint64_t pthread_id, bool joined);

/* Does p point into the calling thread's stack, above the stack pointer sp, and can be read? Without a system call the
 * next time. */
bool rd_stack_has(const void *p, uint64_t sp);

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
