/* SPDX-License-Identifier: MIT */
/*
 * class.h - which class a lock is of, and which of the locks at its address it is.
 *
 * The answer lies in the lock itself where it can: two unused words of glibc's locks carry (tag,
 * generation), see rd_tag_class() in event.h. Robust, process-shared and spin locks, and all locks
 * under tag=0, are in a table by address.
 *
 * A lock gets its class, in this order: by its init call (the call chain past wrappers); as a
 * static variable (module and offset); by its first acquisition (the call chain past wrappers).
 */
#ifndef RECLAIMDEP_CLASS_H
#define RECLAIMDEP_CLASS_H

#include <stdbool.h>
#include <stdint.h>
#include "event.h"
#include "mem.h"
#include "record_layout.h"

/* Characters kept of a class's name. */
#define RD_CLASS_NAME_MAX 128

/* A class by what makes it one: the same in every process that runs the same files. */
struct rd_class_key {
	uint32_t kind : 24, origin : 8;
	uint64_t a, b;
} __attribute__((packed, aligned(4)));

/* There may be millions, and what the slow path asks of one is in memory that was not touched for long: all of that
 * in the first of two cache lines. */
struct rd_class {
	uint64_t begun; /* chains: from << 32 | to, a step by taking one exclusively that begins a chain; 0: none yet */
	uint64_t open;	/* signals that were open while one was held; interrupt.h */
	/* Edges into it and out of it that close a cycle whose verdict may still rise; those that are watched. */
	uint32_t open_to, open_from;
	uint32_t watched_to, watched_from;
	uint32_t component; /* classes on cycles with each other share one; 0: on none; see circle.h */
	uint32_t awaited;   /* locks of it are held by threads that join another */
	uint32_t site;	    /* where one was taken last as the first lock of a thread: the lower half; rd_site_known() */
	uint32_t lump;	    /* the class that it is a part of; 0: it is whole */
	uint32_t roles;	    /* see role.h */
	uint32_t site_inside; /* the same of one that was taken while others were held */
	uint8_t kind, origin;
	bool novalidate; /* it is held, and has no order; see wrapper.h */
	bool split;	 /* what class its locks are of now, their roles tell */
	bool monitor;	 /* conditions are waited for or signalled under it */
	uint8_t use;	 /* of semaphores: enum rd_sem_use */
	/* See role.h. */
	uint8_t role_count;
	uint8_t role_misses; /* times that a caller's walk did not find the role that another walk had given it */

	uint64_t where; /* the call that made it (init, first acquisition), or the variable */
	struct rdep_class *item; /* in the journal, for the counters; NULL when dropped */
	struct rd_class_key key;
	uint32_t next; /* in the table of keys */
	uint32_t stack;
	uint32_t base; /* of a subclass: the class it is one of; else 0 */
	uint32_t permits; /* of semaphores: the most that one of them began with; 0: not known */
	uint32_t id;
	uint32_t spare[2];
};
_Static_assert(offsetof(struct rd_class, where) == 64 && sizeof(struct rd_class) == 128, "a class");

/* Kinds of lock with varieties that are classes of their own where one call sets up several: a kind is
 * given as kind | RD_VARIETY(n). */
#define RD_VARIETY(n) ((unsigned)(n) << 8)
#define RD_PLAIN_KIND(kind) ((kind) & 255u)

/* What threads remember of init calls means something else from now on: a class was split, a lock told of. */
void rd_makings_forget(void);

/* rd_lock_init(), for a kind with a variety; the class, 0: not followed. */
uint32_t rd_class_init(const void *lock, unsigned kind, uint64_t site, uint64_t sp);

/*
 * A lock that has no class, was set up by no call and is about to be taken gets the class that this call gave others: first;
 * true: its tag tells it now. Lock-free. first_is: the walk of this event, by its frame `first`, has made a lock of that
 * kind one of cls. Needs the runtime lock.
 */
bool rd_class_first(struct rd_thread *t, const void *lock, unsigned kind, uint64_t site, uint64_t sp);
void rd_class_first_is(unsigned kind, uint32_t cls, size_t first);

/*
 * The class by the walk of this event, from its frame *first on, past wrappers (origin: RDEP_BY_INIT or RDEP_BY_FIRST);
 * the role that it gives the lock, and the class that this makes of *cls. Need the runtime lock, and rd_stack_begin().
 * 0: no memory; none. Which kinds have roles.
 */
struct rd_frame;
uint32_t rd_class_by_chain(unsigned kind, unsigned origin, const void *lock, size_t *first);
uint32_t rd_class_role_of_walk(uint32_t *cls, const void *lock, unsigned kind, const struct rd_frame *frames,
			       size_t count, size_t first);
bool rd_kind_has_roles(unsigned kind);

/* A lock of cls begins its life there. Needs the runtime lock. */
void rd_class_begin(const void *lock, unsigned kind, uint32_t cls);

/* Class and generation of a lock that has them, without a lock; 0: not known yet. */
uint32_t rd_class_get(const void *lock, unsigned kind, uint32_t *generation);

/* The same, made up when not known. Needs the runtime lock, and rd_stack_begin(). 0: no memory. */
uint32_t rd_class_resolve(const void *lock, unsigned kind, uint32_t *generation);

/*
 * What the program tells. rd_class_find: kind, class and generation of a lock of which nothing else is
 * known; 0: nothing known of it yet. Lock-free. tell: the lock is of the class of that name, of
 * that subclass, now or from its first use on; kind 0: any. foresee: the class that the lock will have, when
 * it has none yet. These need the runtime lock, and rd_stack_begin().
 */
unsigned rd_class_find(const void *lock, uint32_t *cls, uint32_t *generation);
void rd_class_tell_name(const void *lock, unsigned kind, const char *text);
void rd_class_tell_subclass(const void *lock, uint32_t n);
uint32_t rd_class_foresee(const void *lock, uint32_t *generation);

/* The class of locks of that kind that have this name by themselves, as the loader's has. Needs the runtime lock. */
uint32_t rd_class_named(unsigned kind, const char *text);

/* Subclass n of a class, made where need be (needs the runtime lock) / 0 when there is none yet. */
uint32_t rd_class_sub(uint32_t cls, uint32_t n);
uint32_t rd_class_sub_known(uint32_t cls, uint32_t n);
/*
 * A lock ends. markable: may it be marked as destroyed; ask before the destroy call. end: its class and generation
 * end; where `place` is not 0, and it was markable, the mark stands in it until it is initialised again, by any way,
 * or its memory is given back (true: which is to be followed from now on). mark: the same for a lock of which its tag
 * tells all; false: it does not. ended: the place, and what it was (cls may be 0); 0: not known to be destroyed.
 * revive: it is what it was. of_place: the class of a lock that must get none of its own. The last two need the
 * runtime lock.
 */
bool rd_class_markable(const void *lock, unsigned kind);
bool rd_class_end(const void *lock, unsigned kind, uint32_t place);
bool rd_class_mark(const void *lock, unsigned kind, uint32_t place);
uint32_t rd_class_ended(const void *lock, unsigned kind, uint32_t *cls, uint32_t *generation);
void rd_class_revive(const void *lock, unsigned kind, uint32_t cls, uint32_t generation);
uint32_t rd_class_of_place(const void *lock, unsigned kind);

/* From now on memory that is given back is told / if the lock lies in such. Need the runtime lock. */
void rd_forget_begin(void);
void rd_class_follow_memory(const void *lock);

/* The class of which cls is a subclass, or itself. */
uint32_t rd_class_base(uint32_t cls);

/* The class that a signal is (`where` of it), made at the first call. 0: no memory. Needs the runtime lock. */
uint32_t rd_class_signal(uint32_t sig, const char *name);

/* Which role of its class a lock is of that is known to be readable; 0: none. Lock-free. */
uint32_t rd_class_role(const void *lock, unsigned kind);
/* The same of a lock of that class that may be gone. */
uint32_t rd_class_role_at(uint64_t address, uint32_t cls, uint32_t generation);
/* What class a lock is of that was of cls. Lock-free. */
uint32_t rd_class_now(uint32_t cls, uint32_t role);
/* The class that was split, or of which it is a subclass. */
uint32_t rd_class_whole(uint32_t cls);
/* Is it one by an init call or a first acquisition, whose callers are known? */
bool rd_class_has_roles(uint32_t cls);
/* The tag may be that of a class that was split: it gets the one of now, that the fast path may know it. Lock-free. */
void rd_class_retag(const void *lock, unsigned kind, uint32_t cls, uint32_t generation);
/* The class of the locks that go with a role. Needs the runtime lock. 0: no memory. */
uint32_t rd_class_of_role(uint32_t role);

/* O(1), lock-free; id must have come from here. */
extern struct rd_array rd_classes __attribute__((visibility("hidden")));
static inline struct rd_class *rd_class_at(uint32_t id)
{
	return rd_array_item(&rd_classes, id, sizeof(struct rd_class));
}
uint32_t rd_class_count(void);

/* The class of the lives of threads that the walk's frame `first` makes to begin with
 * start_routine; see life.h. Needs the runtime lock, and rd_stack_begin(). 0: no memory. */
uint32_t rd_class_thread(uint64_t start_routine, size_t first);

/* Its item could not be written when it was made, for want of room: now it is, as far as it is known. */
void rd_class_tell(uint32_t cls);

/* Makes the reclaim domains' classes. Needs the runtime lock; also what begins anew in a fork child. */
void rd_class_start(void);
void rd_class_reset(void);
void rd_class_init_reset(void);

/* Points the class's counters into a copied journal item (fork). */
void rd_class_moved(uint32_t id, struct rdep_class *item);

#endif
