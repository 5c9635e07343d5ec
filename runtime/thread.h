/* SPDX-License-Identifier: MIT */
/*
 * thread.h - what the runtime keeps per thread.
 *
 * Static TLS is one pointer. The rest is mapped at the thread's first event, in
 * pages with MADV_WIPEONFORK: in the child of a fork (of any kind, a raw clone
 * too) they read zero, so `top >= limit` sends the first event of the child to the
 * slow path, which finds out and starts a record of its own.
 *
 * Hot fields come first and stay in two cache lines. A thread writes only its own.
 */
#ifndef RECLAIMDEP_THREAD_H
#define RECLAIMDEP_THREAD_H

#include <stdbool.h>
#include <stdint.h>
#include "class_set.h"
#include "record_layout.h"
#include "unwind.h"
#include "unwind_regs.h"

/*
 * One remembered step of the chain trie: in chain `from`, taking a lock of `cls` in
 * `mode` at call site `site`, leads to chain `to`, and everything about that was
 * checked. from == 0: empty (chains start at RD_NODE_ROOT = 1).
 */
#define RD_NODE_ROOT 1u
#define RD_STEPS 256u
struct rd_step {
	uint32_t from;
	uint32_t cls_mode; /* class << 4 | kind-independent mode and try bits */
	uint64_t site;
	/* From here on as in a held entry from its node on; zero but for: */
	uint32_t to;
	uint8_t zero[2];
	uint8_t flags; /* initial rdep_held.flags: the domains already checked in `to` */
	uint8_t nought;
	uint8_t writing; /* a handler that meets this leaves the step alone */
	uint8_t pad[7];
};

/* Pairs of instances of one class that were looked at, one inside the other. */
#define RD_RECENT_PAIRS 256u
#define RD_PAIR_WAYS 4u
struct rd_pair {
	uint64_t from, to;
	uint32_t from_generation, to_generation;
	uint32_t chain; /* what was held then */
	uint32_t epoch; /* the thread's, of pairs: an older one is forgotten */
};

/* What is initialised once and was passed by this thread, by address; see once.c. */
#define RD_PASSED_SETS 32u
#define RD_PASSED_WAYS 4u
struct rd_passed {
	uint64_t once[RD_PASSED_WAYS];
	uint64_t full; /* others are in rd_thread.passed_more */
};
struct rd_passed_more {
	struct rd_passed_more *older; /* a signal handler may have made this one while that one was looked at */
	uint32_t room, count;	      /* room: a power of two */
	uint64_t once[];	      /* a hash table */
};

/* A save whose restore is awaited. */
#define RD_SCOPES 16u
struct rd_scope_entry {
	uint64_t site, sp; /* of the save */
	uint64_t cookie;   /* what the program was given */
	uint32_t bits;	   /* RDEP_SCOPE_*; 0: none, or being made */
	uint32_t item;	   /* id of its RDEP_SCOPE */
	uint32_t stack;	   /* of the save, as at the first time there */
	uint32_t marks;	   /* scope.h's */
	uint64_t end_site; /* a restore that ended it, or was meant to */
	uint32_t end_stack;
	uint32_t pad;
};

/* Where it waits, of a thread that looked for a circle: its stack, and for what. */
#define RD_WAITING_FRAMES 64u
struct rd_waiting {
	uint64_t what, site, sp;
	uint32_t count, flags; /* RD_UNWIND_* */
	struct rd_frame frames[RD_WAITING_FRAMES];
};
#define RD_JOIN_CLASSES 32u

/* rdep_slot.wait_kind */
#define RD_WAIT_JOIN 1
#define RD_WAIT_COND 2

/* Inner scopes whose outer one was restored first: their own restores are awaited. */
#define RD_SCOPES_ORPHANED 4u
#define RD_SCOPES_CLOSED 8u

#define RD_GHOSTS 4u
/* A signal handler of the program that the thread is in; handler.h. */
#define RD_HANDLERS 8u
struct rd_handler {
	uint64_t cfa;	  /* of the frame that calls it; 0: being made */
	uint64_t low;	  /* of the alternate stack that it runs on; 0: on the ordinary one */
	uint64_t pc;	  /* what it interrupted */
	uint64_t blocked; /* the mask that it goes back to */
	uint32_t sig;
	uint32_t entered; /* its signal is on the held stack */
};
/* Classes, by number, that are noted in the thread's state; of others a set is kept where it is needed. */
#define RD_LIFE_CLASSES 4096u

/* A lock that an init call made, and where the return addresses of its callers stood then; see class_init.c. */
#define RD_MAKINGS 32u
#define RD_MAKING_FRAMES 8u
#define RD_MAKING_QUICK 3u /* callers of a quick one */
struct rd_making {
	uint64_t site, sp;
	uint32_t kind, epoch, cls, count;
	uint64_t role; /* << 32 */
	uint64_t quick; /* rd_making_now(): the lock has a tag, no class of a split one, and the callers stand in one page */
	uint64_t tag;	/* without the lock's address */
	const uint64_t *at[RD_MAKING_FRAMES];
	uint64_t pc[RD_MAKING_FRAMES];
};

/* What a new thread is told. in_place: the state that it takes over; NULL: one is to be made. */
struct rd_errand {
	void *start; /* void *(*)(void *), or thrd_start_t */
	void *arg;
	uint32_t token;
	struct rd_thread *in_place;
};

/* The place for a successor; successor.h. CHANGING: its maker is at it. */
enum { RD_PLACE_NONE, RD_PLACE_FREE, RD_PLACE_CHANGING, RD_PLACE_TAKEN };

struct rd_thread {
	/* Hot. top points to the last held entry, or to `bottom` when nothing is held.
	 * limit is where the held stack ends; NULL while the thread is inside the
	 * runtime (busy), so that every fast path fails one comparison. */
	struct rdep_held *top;
	struct rdep_held *limit;
	struct rdep_held *bottom;
	struct rdep_held *quiet; /* with this on top a plain malloc is not told: bottom; with provoke=: nothing is */
	struct rdep_held *silent; /* with this on top no free is told: bottom; where all are to be told: nothing is */
	uint8_t malloc_need; /* domains << RDEP_HELD_CHECKED that a plain malloc reaches now; provoke=: and bit 0 */
	uint8_t attached;
	uint16_t pad;
	uint32_t busy; /* depth of being inside the runtime */
	struct rdep_held *real_limit;
	struct rdep_slot *slot;
	uint32_t id; /* journal thread id */
	uint32_t tid;
	uint32_t clock; /* creates and joins done */
	uint32_t scope; /* RDEP_SCOPE_* in force */

	/* Cold. */
	uint64_t bracket_sp; /* inside an allocator with a mask of its own: its frame; 0: no */
	uint32_t bracket_gfp; /* its mask */
	uint8_t used;	  /* it came to the runtime by itself: since it was made known there is something to know */
	uint8_t detached; /* nobody will join it */
	uint64_t mask; /* the last that was translated, and above it what it was translated to; gfp.c's */
	uint32_t contexts;   /* reclaim contexts entered */
	uint32_t unwinding;  /* inside libunwind: its mutex calls are no-ops */
	uint64_t stack_span; /* pages of the stack that are readable: unwind.c's */
	uint64_t walk_from;  /* walks from there begin with these; 0: none do. See rd_walk_begin() */
	struct rd_regs walk_regs;
	uint32_t vfork;	     /* a vfork child runs on this thread's memory */
	uint32_t inherited;  /* entries at the bottom of the held stack that came over a fork, at most */
	uint32_t fork_tid;   /* the tid under which inherited locks were taken; 0: none */
	uint64_t pthread;    /* pthread_self(), 0: not known */
	struct rd_errand errand; /* of who is in this place; successor.h */
	struct rd_thread *maker; /* whose place it is; NULL: nobody's */
	uint64_t site_where, site_what; /* the last allocation that was counted, as sites.c knows it */
	uint32_t site_id;
	/* What annotate.h told of this thread. */
	uint32_t pending;	   /* something of its next acquisition: keeps the fast paths off (limit is NULL) */
	uint32_t pending_subclass; /* 0: the lock's own */
	uint64_t pending_nest;	   /* the lock that orders it, 0: none */
	uint32_t ignoring;	   /* depth: its allocations add no dependency on a domain, as with NOLOCKDEP */
	uint32_t atomic;	   /* depth: it must not sleep; acquire.c and alloc.c read it (sleep-in-atomic) */
	uint64_t atomic_site, atomic_sp; /* where the outermost of these began */
	uint32_t faults_off;	   /* depth of pagefault_disable() */
	uint32_t bracket_depth;	   /* annotated brackets that were entered inside another */
	const char *reason;	   /* of the scope being entered; NULL: none. scope.c reads it */
	uint32_t splits; /* of classes, that its held entries know of; split.h */
	uint32_t initialising; /* depth: of C++ statics, whose guards are locks that nobody sees */
	struct rd_shrinker *shrinking; /* held by this thread while it runs it; shrinker.h */
	uint32_t scope_depth;
	uint32_t scopes_lost; /* saves without an entry, the innermost ones: no room */
	uint32_t scopes_unknown; /* a parent's, in a child of a fork that was not seen */
	struct rd_scope_entry scopes[RD_SCOPES]; /* outermost first */
	struct rd_scope_entry orphaned[RD_SCOPES_ORPHANED];
	struct rd_scope_entry closed[RD_SCOPES_CLOSED]; /* the last that were restored */
	uint32_t next_closed;
	/* Signals; handler.h and interrupt.h. */
	uint32_t handling;	 /* handlers it is in: keeps the fast paths off (limit is NULL) */
	uint32_t not_remembered; /* acquisitions, since it had a signal open with which their class was not seen */
	uint64_t blocked;	 /* its signal mask, as far as is known: system calls past libc change it too */
	uint64_t opened;	 /* signals that were open since its steps were forgotten */
	struct rd_handler handlers[RD_HANDLERS];
	/* Circles of waiting threads: circle.c's. */
	uint32_t circle_seen; /* the last search that came by */
	uint32_t join_count;  /* classes of join_cls, whose locks this thread holds as it joins */
	uint32_t join_cls[RD_JOIN_CLASSES];
	bool join_timed;
	bool circle_closed; /* its last acquisition made a cycle of classes known */
	uint64_t circle_told; /* what it waited for when its circle was told of */
	struct rd_waiting waiting;
	/* Misuse. */
	uint32_t generation, last_generation; /* the last one given, and the last that it has */
	struct rd_making makings[RD_MAKINGS];
	uint64_t ghosts[RD_GHOSTS]; /* locks freed while held, and told */
	uint32_t next_ghost;
	uint32_t destroy_place; /* where this thread destroyed a lock last, as misuse.c knows it */
	uint64_t destroy_site;
	uint32_t awaited; /* it is being joined by a thread that holds locks; see life.h */
	uint64_t took[RD_LIFE_CLASSES / 64]; /* classes that it waited for */
	struct rd_class_set took_far; /* those that have no bit there, of a thread with a life */
	struct rd_stat_thread *stat; /* where it counts; stat.h */
	struct rd_thread *next, *previous; /* of the list of all threads, or of idle ones */
	struct rd_thread *next_ended;
	struct rd_thread_info *info;
	uint64_t created_pthread; /* of the thread that it made last, while that has not begun: */
	uint32_t created;	  /* its id; 0: it has begun, or has been named */
	uint32_t place_is, place_id; /* RD_PLACE_*; the id of the thread that it is of */
	uint64_t place_pthread;	     /* and its pthread_t */
	uint8_t place_plain;	     /* the call and the function alone tell its class */
	struct rd_thread *place; /* successor.h */
	uint8_t ended; /* detached, and its state is to be given back */
	uint8_t learnt; /* there are pairs and steps */
	uint32_t pair_epoch;	 /* others raise it, too */
	uint32_t pairs_missed;	 /* that were known, but not here any more */
	uint32_t more_count;	 /* of more_pairs, a power of two */
	struct rd_pair *more_pairs; /* in place of `pairs`, where these are too few; NULL: they are not */

	struct rd_passed_more *passed_more; /* NULL: there was room for all */
	struct rd_passed passed[RD_PASSED_SETS];
	struct rd_pair pairs[RD_RECENT_PAIRS];
	/* At a multiple of its size, so that its place is one addressing mode. */
	struct rd_step steps[RD_STEPS] __attribute__((aligned(sizeof(struct rd_step))));
};

/* All lock calls are counted: stat.h. */
extern uint8_t rd_stat_on __attribute__((visibility("hidden")));

/*
 * Until rd_walk_end() walks by the small walker from `from` on begin in the function that says this, not in the walker,
 * so that what that function calls is not walked each time. It must not return in between, nor be left in any other way:
 * signals are blocked.
 */
static inline __attribute__((always_inline)) void rd_walk_begin(struct rd_thread *t, uint64_t from)
{
	rd_regs_here(&t->walk_regs);
	t->walk_from = from;
}

static inline void rd_walk_end(struct rd_thread *t)
{
	t->walk_from = 0;
}

extern __thread struct rd_thread *rd_self __attribute__((tls_model("initial-exec"), visibility("hidden")));

#endif
