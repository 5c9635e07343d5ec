/* SPDX-License-Identifier: MIT */
/*
 * annotate.h - what a program can tell reclaimdep.
 *
 * Header only, C (from C99 on) and C++, with GCC or clang: nothing to link. In a process that
 * reclaimdep is not preloaded into a call is one test of a pointer and nothing happens; so the
 * annotations may stay in what is shipped.
 *
 *	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
 *	n = shrink_inode_cache();
 *	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
 *
 * What holds for every function here:
 * - It returns nothing and has no errors. What makes no sense (a domain or a bit that does not exist,
 *   a leave without its enter) is ignored, or is a finding where the function says so.
 * - It keeps errno, allocates nothing, takes no lock of the program's, and may be called from any
 *   thread at any time; from a signal handler too, where it is ignored (and counted) when the handler
 *   interrupted reclaimdep itself.
 * - What it tells is of the calling thread, but for classes, shrinkers and reclaimdep_taken_in_reclaim(),
 *   which are of the process. A child of fork() goes on with what its thread had; a new thread
 *   begins with nothing.
 * - A name or reason is copied; the pointer need not live on. 127 characters of a name are kept, 63 of
 *   a shrinker's, 256 of a reason.
 * - The words are the Linux kernel's, and so is what they mean: lockdep's for locks, mm's for masks,
 *   scopes and reclaim. The function that a kernel engineer knows stands beside each.
 *
 * The functions are static in each file that includes this, and are looked up when the program or library
 * starts, before static objects of C++ are made. A static program, which nothing can be preloaded into,
 * finds none of them.
 */
#ifndef RECLAIMDEP_ANNOTATE_H
#define RECLAIMDEP_ANNOTATE_H

#include <stddef.h>

/* ---- words ---- */

/* Reclaim, by the weakest allocation that can bring it about. */
enum reclaimdep_domain {
	RECLAIMDEP_BY_MASK = 0,	   /* a shrinker's only: that of the mask which it is called with, and looks at */
	RECLAIMDEP_RECLAIM = 1,	   /* any direct reclaim: what looks at no mask */
	RECLAIMDEP_IO_RECLAIM = 2, /* it needs __GFP_IO: swap-out, writeback to a device, serving block requests */
	RECLAIMDEP_FS_RECLAIM = 3  /* it needs __GFP_FS: a filesystem's shrinker that refuses masks without it */
};

/*
 * What an allocation may do, in bits of reclaimdep's own numbering (kernels number theirs
 * differently). The names and meanings are those of the kernel's __GFP_ flags.
 */
enum reclaimdep_gfp {
	RECLAIMDEP_GFP_DIRECT_RECLAIM = 1 << 0,
	RECLAIMDEP_GFP_KSWAPD_RECLAIM = 1 << 1,
	RECLAIMDEP_GFP_IO = 1 << 2,
	RECLAIMDEP_GFP_FS = 1 << 3,
	RECLAIMDEP_GFP_HIGH = 1 << 4,
	RECLAIMDEP_GFP_NOFAIL = 1 << 5,
	RECLAIMDEP_GFP_NORETRY = 1 << 6,
	RECLAIMDEP_GFP_RETRY_MAYFAIL = 1 << 7,
	RECLAIMDEP_GFP_NOWARN = 1 << 8,
	RECLAIMDEP_GFP_ZERO = 1 << 9,
	RECLAIMDEP_GFP_MOVABLE = 1 << 10,
	RECLAIMDEP_GFP_ACCOUNT = 1 << 11,
	RECLAIMDEP_GFP_MEMALLOC = 1 << 12,
	RECLAIMDEP_GFP_NOMEMALLOC = 1 << 13,
	RECLAIMDEP_GFP_NOLOCKDEP = 1 << 14,
	RECLAIMDEP_GFP_HARDWALL = 1 << 15,
	RECLAIMDEP_GFP_HIGHMEM = 1 << 16,

	RECLAIMDEP_GFP_KERNEL = 0xf, /* direct and kswapd reclaim, IO, FS */
	RECLAIMDEP_GFP_NOFS = 0x7,
	RECLAIMDEP_GFP_NOIO = 0x3,
	RECLAIMDEP_GFP_NOWAIT = 0x2,
	RECLAIMDEP_GFP_ATOMIC = 0x12
};

/* What a scope takes away from the allocations inside it. */
enum reclaimdep_scope {
	RECLAIMDEP_SCOPE_NOFS = 1,	/* __GFP_FS */
	RECLAIMDEP_SCOPE_NOIO = 2,	/* __GFP_IO and __GFP_FS */
	RECLAIMDEP_SCOPE_NORECLAIM = 4, /* direct reclaim: the kernel's PF_MEMALLOC */
	RECLAIMDEP_SCOPE_PIN = 16	/* __GFP_MOVABLE: the kernel's PF_MEMALLOC_PIN */
};

/* How a lock is taken; 0: exclusively, waiting for as long as it takes. */
enum reclaimdep_lock_how {
	RECLAIMDEP_LOCK_READ = 1,	    /* as a reader, who waits behind a writer that waits */
	RECLAIMDEP_LOCK_READ_RECURSIVE = 2, /* as a reader who does not: may be nested */
	RECLAIMDEP_LOCK_TRY = 4,	    /* without waiting: nothing comes to depend on it being taken here */
	RECLAIMDEP_LOCK_TIMED = 8,	    /* the wait ends by itself */
	RECLAIMDEP_LOCK_RECURSIVE = 16	    /* its holder may take it again */
};

/* What scan() and count() may return beside numbers: the kernel's SHRINK_STOP, SHRINK_EMPTY. */
#define RECLAIMDEP_SHRINK_STOP (~0ul)
#define RECLAIMDEP_SHRINK_EMPTY (~0ul - 1)

/*
 * A cache that can give memory back. Set size to sizeof(struct reclaimdep_shrinker), and everything
 * that is not used to zero: later versions add fields at the end.
 *
 * count: how many objects could be freed; 0 or RECLAIMDEP_SHRINK_EMPTY: none. May be NULL.
 * scan:  tries to free n of them; returns how many it freed, or RECLAIMDEP_SHRINK_STOP when it can't now.
 * gfp:   the effective mask (RECLAIMDEP_GFP_*) of the allocation that reclaims: what the kernel's
 *        shrink_control.gfp_mask is.
 *
 * Both are called in any thread that allocates, with nothing locked by that thread.
 */
struct reclaimdep_shrinker {
	size_t size;
	const char *name;
	unsigned domain; /* enum reclaimdep_domain */
	unsigned reserved;
	unsigned long (*count)(void *arg, unsigned gfp);
	unsigned long (*scan)(void *arg, unsigned long n, unsigned gfp);
	void *arg;
};

/* ---- the functions ---- */

/*
 * reclaimdep_alloc(gfp)
 *	This thread allocates here, with this mask: it may enter every domain that the mask, after the thread's
 *	scopes, reaches. One event; for an allocator that no hook sees. Kernel: might_alloc().
 *
 * reclaimdep_alloc_enter(gfp), reclaimdep_alloc_leave()
 *	The same, and whatever is allocated in between (the malloc inside, another annotated allocator) is
 *	part of it and does not count with a mask of its own. Call both in one function, or in two that it
 *	calls: a bracket whose frame was left in another way (longjmp, an exception) ends by itself.
 *	Put them around an allocator of your own.
 *
 * reclaimdep_ignore_begin(), reclaimdep_ignore_end()
 *	What this thread allocates in between adds no dependency on reclaim; it still must not sleep
 *	where that is forbidden. Nests. For what is known to be a false alarm. Kernel: __GFP_NOLOCKDEP.
 *
 * reclaimdep_scope_enter(bits, reason), reclaimdep_scope_leave(bits)
 *	Allocations of this thread in between lose what the bits (RECLAIMDEP_SCOPE_*) say. Nests. reason
 *	(NULL: none) is the text that reports show of the scope: which reclaim path and which lock make it
 *	necessary. Several bits are several scopes, opened and closed together. A leave that no enter
 *	came before is a scope-unbalanced finding. Kernel: memalloc_nofs_save() and its like.
 *
 * reclaimdep_context_enter(domain), reclaimdep_context_leave(domain)
 *	What is in between runs as memory reclaim does, brought about by allocations that reach this one domain:
 *	the locks taken in it are reclaim-shared. Its own allocations add nothing, since reclaim does not recurse.
 *	Nests. For a shrinker, a flusher, a low-memory callback. Kernel: fs_reclaim_acquire() and
 *	memalloc_noreclaim_save() as in direct reclaim.
 *
 * reclaimdep_shrinker_register(shrinker), reclaimdep_shrinker_unregister(shrinker)
 *	Tells of a shrinker, so that it can be run when there is memory enough (provoke=). The struct is copied,
 *	its address is its name: registered twice it is ignored the second time. Unregister waits until
 *	the shrinker is not being run any more, unless it is called from it; as in the kernel, hold no lock
 *	that it takes. The program's own way of running it is annotated by reclaimdep_context_enter().
 *
 * reclaimdep_taken_in_reclaim(lock, domain)
 *	Reclaim of this domain may take this lock, which need not have happened yet: the dependency is
 *	there from now on, so that one run without reclaim shows what is wrong. Call it where the lock is
 *	set up, after its init. Kernel: fs_reclaim_acquire(); might_lock(lock); fs_reclaim_release().
 *
 * reclaimdep_lock_init(lock, name), reclaimdep_lock_destroy(lock)
 *	Set up, or ended: a lock that no hook sees (a futex, a bit, an atomic word). Its address is
 *	what names it. name (NULL: none) is its class; without one the class is the place of this call,
 *	and without this call that of the first acquisition. Neither may be told of a lock that is held. One
 *	that was set up by this call and ended must be set up again before it is taken. Kernel:
 *	lockdep_init_map().
 *
 * reclaimdep_lock_acquire(lock, how), then reclaimdep_lock_acquired(lock) or reclaimdep_lock_failed(lock)
 *	Before the wait for such a lock begins (a finding is recorded then, since the wait may not
 *	end), and when it has ended. Three calls, so that a report can tell who waits. how:
 *	RECLAIMDEP_LOCK_*. Kernel: lock_acquire(), lock_acquired().
 *
 * reclaimdep_lock_release(lock)
 *	It is given back, by the thread that took it; else that is an unlock-foreign or unlock-unheld finding.
 *	Kernel: lock_release().
 *
 * reclaimdep_lock_class(lock, name)
 *	This lock, of any kind (a pthread mutex too), is of the class of that name from now on. After its
 *	init, before its first use. Kernel: lockdep_set_class_and_name().
 *
 * reclaimdep_lock_subclass(lock, n)
 *	This lock is of subclass n (1 to 65535) of its class: a class of its own, shown as NAME/n, with an order of its
 *	own towards the class; 0: of the class again. Kernel: lockdep_set_subclass().
 *
 * reclaimdep_next_subclass(n)
 *	The next lock that this thread takes is taken as one of subclass n. Kernel: mutex_lock_nested().
 *
 * reclaimdep_next_nest_lock(outer)
 *	The next lock that this thread takes may be nested in others of its class, because `outer` is held by
 *	whoever does that. Not held, it is an assert-held finding. Kernel: mutex_lock_nest_lock().
 *
 * reclaimdep_assert_held(lock), reclaimdep_assert_held_write(lock), reclaimdep_assert_not_held(lock)
 *	This thread holds the lock here; holds it exclusively; does not hold it. If not so that is an
 *	assert-held finding, once for each place. Kernel: lockdep_assert_held() and its like.
 *
 * reclaimdep_atomic_begin(), reclaimdep_atomic_end()
 *	This thread must not sleep in between: a lock that may sleep, or an allocation with direct reclaim, is a
 *	sleep-in-atomic finding. Nests. Kernel: non_block_start(), or what cant_sleep() demands.
 */

/* CALL(name, declared arguments, passed arguments): for each there is reclaimdep_<name>(). */
#define RECLAIMDEP_CALLS_(CALL)                                                                    \
	CALL(context_enter, (unsigned domain), (domain))                                           \
	CALL(context_leave, (unsigned domain), (domain))                                           \
	CALL(alloc, (unsigned gfp), (gfp))                                                         \
	CALL(alloc_enter, (unsigned gfp), (gfp))                                                   \
	CALL(alloc_leave, (void), ())                                                              \
	CALL(ignore_begin, (void), ())                                                             \
	CALL(ignore_end, (void), ())                                                               \
	CALL(scope_enter, (unsigned bits, const char *reason), (bits, reason))                     \
	CALL(scope_leave, (unsigned bits), (bits))                                                 \
	CALL(shrinker_register, (const struct reclaimdep_shrinker *shrinker), (shrinker))          \
	CALL(shrinker_unregister, (const struct reclaimdep_shrinker *shrinker), (shrinker))        \
	CALL(taken_in_reclaim, (const volatile void *lock, unsigned domain), (lock, domain))       \
	CALL(lock_init, (const volatile void *lock, const char *name), (lock, name))               \
	CALL(lock_destroy, (const volatile void *lock), (lock))                                    \
	CALL(lock_acquire, (const volatile void *lock, unsigned how), (lock, how))                 \
	CALL(lock_acquired, (const volatile void *lock), (lock))                                   \
	CALL(lock_failed, (const volatile void *lock), (lock))                                     \
	CALL(lock_release, (const volatile void *lock), (lock))                                    \
	CALL(lock_class, (const volatile void *lock, const char *name), (lock, name))              \
	CALL(lock_subclass, (const volatile void *lock, unsigned n), (lock, n))                    \
	CALL(next_subclass, (unsigned n), (n))                                                     \
	CALL(next_nest_lock, (const volatile void *outer), (outer))                                \
	CALL(assert_held, (const volatile void *lock), (lock))                                     \
	CALL(assert_held_write, (const volatile void *lock), (lock))                               \
	CALL(assert_not_held, (const volatile void *lock), (lock))                                 \
	CALL(atomic_begin, (void), ())                                                             \
	CALL(atomic_end, (void), ())

#ifndef RECLAIMDEP_PROVIDER_ /* that is reclaimdep itself */

/* What was found, in the order of the table. A name of the table is only ever pasted: kernel-style programs have
 * macros like lock_acquire(). */
#define RECLAIMDEP_POINTER_(name, args, pass) void(*to_##name) args;
static struct {
	RECLAIMDEP_CALLS_(RECLAIMDEP_POINTER_)
} reclaimdep_calls_ __attribute__((unused));

/* Always inline, so that the place of a call is the program's and not one in here. What is after the call
 * keeps the compiler from jumping there and leaving the caller's frame. */
#define RECLAIMDEP_CALL_(name, args, pass)                                                         \
	static inline __attribute__((always_inline, unused)) void reclaimdep_##name args           \
	{                                                                                          \
		if (__builtin_expect(reclaimdep_calls_.to_##name != 0, 0)) {                       \
			reclaimdep_calls_.to_##name pass;                                          \
			__asm__ volatile("");                                                      \
		}                                                                                  \
	}
RECLAIMDEP_CALLS_(RECLAIMDEP_CALL_)

/* Weak as long as nothing else in the program asks for them: a static program need not have them. */
static void *reclaimdep_dlsym_(void *handle, const char *name) __attribute__((weakref("dlsym")));
static char *reclaimdep_dlerror_(void) __attribute__((weakref("dlerror")));

/* Once, at start-up: a weak reference to the functions themselves would stay NULL for good in an
 * executable that is not position-independent. */
static __attribute__((constructor(101), unused)) void reclaimdep_look_up_(void)
{
#define RECLAIMDEP_NAME_(name, args, pass) "reclaimdep_" #name,
	static const char *const names[] = {RECLAIMDEP_CALLS_(RECLAIMDEP_NAME_)};
	void *found[sizeof(names) / sizeof(names[0])], *const default_scope = 0;
	size_t i;

	if (!reclaimdep_dlsym_)
		return;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		found[i] = reclaimdep_dlsym_(default_scope, names[i]);
		if (!found[i] && reclaimdep_dlerror_)
			reclaimdep_dlerror_(); /* what the program will ask for is the program's */
		if (!found[0])
			return;
	}
	__builtin_memcpy(&reclaimdep_calls_, found, sizeof(found));
}

#undef RECLAIMDEP_NAME_
#undef RECLAIMDEP_CALL_
#undef RECLAIMDEP_POINTER_
#undef RECLAIMDEP_CALLS_
#endif

#endif
