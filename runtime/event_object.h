/* SPDX-License-Identifier: MIT */
/*
 * event_object.h - a part of event.h: locks that begin and end with the objects that they are in.
 *
 * Objects are made and destroyed at few places, again and again: a thread remembers what it made there last
 * (class_init.c), and where it destroyed a lock last (misuse.c).
 */
#ifndef RECLAIMDEP_EVENT_OBJECT_H
#define RECLAIMDEP_EVENT_OBJECT_H

#ifndef RECLAIMDEP_EVENT_H
#error "include event.h"
#endif

/* What is remembered of init calls means something else when this changes. */
extern uint32_t rd_making_epoch __attribute__((visibility("hidden")));
/* Did the program tell anything of a lock, that may have its tag or not? */
extern bool rd_anything_told __attribute__((visibility("hidden")));

static inline struct rd_making *rd_making_of(struct rd_thread *t, uint64_t site, uint64_t sp)
{
	return &t->makings[(site / 4 + sp / 16) % RD_MAKINGS];
}

/* May a lock of a kind that can carry a tag have one, by its address and words? Not where other processes or the kernel
 * use them. */
static inline bool rd_tag_fits(const void *lock, unsigned kind)
{
	const uint32_t *w = lock;

	if ((uint64_t)lock & 7)
		return false;
	switch (kind) {
	case RDEP_MUTEX: /* robust, shared */
		return !(w[4] & (16u | 128u));
	case RDEP_RWLOCK:
		return !w[7];
	case RDEP_SEM:
		return !w[2];
	default:
		return false;
	}
}

/* The two words of a lock that carries a tag. */
static inline uint64_t *rd_tag_word(const void *lock, unsigned kind)
{
	return (uint64_t *)((char *)lock + RD_TAG_OFFSET(kind));
}

static inline uint64_t *rd_generation_word(const void *lock, unsigned kind)
{
	return (uint64_t *)((char *)lock + RD_GEN_OFFSET(kind));
}

/* What a quick memory must say: of that kind, and of now. */
static inline uint64_t rd_making_now(unsigned kind)
{
	return (uint64_t)__atomic_load_n(&rd_making_epoch, __ATOMIC_ACQUIRE) << 32 | kind << 1 | 1u;
}

/* What a new lock's words are to be. */
struct rd_making_words {
	uint64_t tag, generation;
};

/*
 * The usual way of rd_lock_init(), in two halves: the same call at the same depth, and all callers that were looked at
 * are the same, by the words where their return addresses stood. The site is asked for once more at the end: a
 * handler may have written over what is remembered. False: rd_lock_init_new() is to be told.
 */
static inline __attribute__((always_inline)) bool rd_making_again(struct rd_making_words *words, const void *lock,
								  unsigned kind, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_self;
	const struct rd_making *m;

	if (!RD_TAG_OFFSET(kind) || rd_unlikely(!t || t->generation == t->last_generation || (uint64_t)lock & 7))
		return false;
	m = rd_making_of(t, site, sp);
	__asm__("" : "+r"(m));
	if (m->site != site || m->sp != sp || m->quick != rd_making_now(kind))
		return false;
	words->tag = (uint64_t)lock >> 3 << 20 ^ m->tag;
	words->generation = m->role;
	if (*m->at[0] != m->pc[0] || *m->at[1] != m->pc[1] || *m->at[2] != m->pc[2])
		return false;
	rd_signal_fence();
	if (m->site != site)
		return false;
	words->generation |= ++t->generation;
	return true;
}

static inline void rd_making_write(const struct rd_making_words *words, const void *lock, unsigned kind)
{
	__atomic_store_n(rd_generation_word(lock, kind), words->generation, __ATOMIC_RELAXED);
	__atomic_store_n(rd_tag_word(lock, kind), words->tag, __ATOMIC_RELEASE);
}

static inline __attribute__((always_inline)) bool rd_lock_init_again(const void *lock, unsigned kind, uint64_t site,
								     uint64_t sp)
{
	struct rd_making_words words;

	if (!RD_TAG_OFFSET(kind) || !rd_tag_fits(lock, kind) || !rd_making_again(&words, lock, kind, site, sp))
		return false;
	rd_making_write(&words, lock, kind);
	return true;
}

/* After a successful init call: a new instance, whose class is the init call's site. */
void rd_lock_init_new(const void *lock, unsigned kind, uint64_t site, uint64_t sp);
static inline __attribute__((always_inline)) void rd_lock_init(const void *lock, unsigned kind, uint64_t site,
								uint64_t sp)
{
	if (rd_unlikely(!rd_lock_init_again(lock, kind, site, sp)))
		rd_lock_init_new(lock, kind, site, sp);
}

/*
 * Could the lock be held, by what this thread holds and by the lock's own words, which mean nothing before it is
 * initialised? waited: or waited with on a condition. glibc's layouts, see lock_words.h.
 */
static inline bool rd_may_be_held(const void *lock, unsigned kind, bool waited)
{
	const struct rd_thread *t = rd_self;
	const struct rdep_held *e;
	const uint32_t *w = lock;

	for (e = t ? t->top : NULL; t && e > t->bottom; e--) {
		if (e->address == (uint64_t)lock)
			return true;
	}
	switch (kind) {
	case RDEP_MUTEX: /* word, count, owner, users */
		return (w[0] && w[2]) || (waited && w[3]);
	case RDEP_RWLOCK:
		return w[0] >> 3 || w[6];
	case RDEP_SPIN:
		return w[0] != 1;
	default:
		return true;
	}
}

/* Before an init call: is it held? */
void rd_lock_init_slow(const void *lock, unsigned kind, uint64_t site, uint64_t sp);
static inline void rd_lock_init_begin(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	if (rd_unlikely(rd_may_be_held(lock, kind, false)))
		rd_lock_init_slow(lock, kind, site, sp);
}

/* After it: the lock is shared with other processes, which may initialise it too. For a kind that does not say so. */
void rd_lock_shared(const void *lock);
/* Before a destroy call of which nothing more is told: the tag is cleared and the instance ends. */
void rd_lock_destroy(const void *lock, unsigned kind);

/*
 * Around a destroy call: before it, is the lock held, or destroyed already? After one that succeeded, with what `begin`
 * returned: the instance ends, and who uses it before it is initialised again is told of.
 */
enum rd_destroy { RD_DESTROY_PLAIN, RD_DESTROY_MARK, RD_DESTROY_TOLD };
unsigned rd_lock_destroy_slow(const void *lock, unsigned kind, uint64_t site, uint64_t sp);
static inline unsigned rd_lock_destroy_begin(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	if (rd_likely(rd_tag_class(lock, kind) && !rd_may_be_held(lock, kind, true)))
		return RD_DESTROY_MARK;
	return rd_lock_destroy_slow(lock, kind, site, sp);
}
void rd_lock_destroyed(const void *lock, unsigned kind, unsigned how, uint64_t site, uint64_t sp);

/*
 * Where a destroy call at this place was told of before, all at once, before the call: for one that surely succeeds
 * where the lock is not held. False: the others are to be told.
 */
#define RD_TAG_DEAD (~0ull << 20) /* no lock has the address that a mark would be the tag of */
static inline __attribute__((always_inline)) bool rd_lock_destroy_again(const void *lock, unsigned kind, uint64_t site)
{
	const struct rd_thread *t = rd_self;
	uint64_t *generation = rd_generation_word(lock, kind);

	if (rd_unlikely(!t || t->destroy_site != site || rd_anything_told) || !rd_tag_class(lock, kind) ||
	    rd_may_be_held(lock, kind, true))
		return false;
	__atomic_store_n(generation, (uint64_t)t->destroy_place << 32 | (uint32_t)*generation, __ATOMIC_RELAXED);
	__atomic_store_n(rd_tag_word(lock, kind), *rd_tag_word(lock, kind) ^ RD_TAG_DEAD, __ATOMIC_RELEASE);
	return true;
}

#endif
