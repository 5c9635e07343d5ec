// SPDX-License-Identifier: MIT
/*
 * class_init.c - the class of a lock that is set up by a call: by that call, past wrappers, and by its callers (role.h).
 * And of one that is not, by its first acquisition: a call like another.
 *
 * What a call makes is kept in three places, each asked before the next: by the thread, for the same call at the same
 * depth of the stack; by call site, with a short walk; under the runtime lock.
 */
#include "class.h"
#include "engine.h"
#include "instance.h"
#include "map.h"
#include "options.h"
#include "role.h"
#include "stack.h"
#include "tag.h"
#include "unwind.h"
#include "unwind_cfi.h"
#include "wrapper.h"

#include <dlfcn.h>

/* Init calls seen: (return address, kind or the address past the wrapper) -> class. */
static struct rd_map_of init_sites;
#define SITE_IS_WRAPPED 0xffffffffu
uint32_t rd_making_epoch = 1;

/* A kind's locks that no call set up: the call that took one first. As a variety, which no init call has. */
#define FIRST RD_VARIETY(128)

/* Frames that tell a role: where the init call itself makes the class, and where a call past wrappers does. */
#define FRAMES_PLAIN (RD_ROLE_CALLERS + 2)
#define FRAMES_WRAPPED (6 + RD_ROLE_CALLERS + 1)
_Static_assert(FRAMES_WRAPPED <= RD_MAKING_FRAMES + 1, "a thread remembers all of them");

/* The call past the wrapper, as a key: with the variety, in bits that no code address has. */
static uint64_t past_wrapper(uint64_t pc, unsigned kind)
{
	return pc ^ (uint64_t)(kind - RD_PLAIN_KIND(kind)) << 48;
}

/* The class of an init site that was met before; 0 when it must be looked at under the lock. */
static uint32_t init_class_cached(unsigned kind, uint64_t site, uint64_t sp)
{
	uint32_t cls = rd_map_get(&init_sites, site, kind), i, n;
	struct rd_frame frames[6];
	unsigned flags;

	if (cls != SITE_IS_WRAPPED)
		return cls;
	n = (uint32_t)rd_unwind_fast(frames, 6, sp, &flags);
	for (i = 1; i < n; i++) {
		cls = rd_map_get(&init_sites, site, past_wrapper(frames[i].pc, kind));
		if (cls)
			return cls;
	}
	return 0;
}

/* The role of a lock whose init call was met before, of that class; 0: to be looked at under the lock. */
static uint32_t init_role_cached(uint32_t *cls, uint64_t sp)
{
	struct rd_frame frames[FRAMES_WRAPPED];
	uint64_t where = rd_class_at(*cls)->where;
	unsigned flags;
	size_t n, i;
	uint32_t role;

	n = rd_unwind_fast(frames, FRAMES_PLAIN, sp, &flags);
	if (n && frames[0].pc != where)
		n = rd_unwind_fast(frames, sizeof(frames) / sizeof(*frames), sp, &flags);
	for (i = 0; i < n && frames[i].pc != where; i++)
		;
	role = i < n ? rd_role_known(*cls, frames, n, i) : 0;
	if (role)
		*cls = rd_class_now(*cls, role);
	return role;
}

/*
 * A function that is a wrapper by its name, and sets up one lock of an object here and another one there, in one
 * call: it is none, and its locks are told apart by where it sets them up.
 */
static void look_at_wrapper(const struct rd_thread *t, const void *lock, unsigned kind)
{
	static struct {
		uint64_t function, frame, caller, site, lock;
		uint32_t thread, kind;
	} last;
	const struct rd_walk *w = rd_stack_walk();
	size_t first = rd_wrapper_skip(w);
	const struct rd_frame *f = &w->frames[first ? first - 1 : 0];
	uint64_t function = first ? rd_unwind_function(f->pc) : 0;
	bool again = function && function == last.function && f->cfa == last.frame && f[1].pc == last.caller &&
		     t->id == last.thread;

	if (again && f->pc != last.site && (uint64_t)lock - last.lock + 4096 < 8192 && (uint64_t)lock != last.lock &&
	    rd_wrapper_deny(f->pc)) {
		rd_map_set(&init_sites, last.site, last.kind, 0);
		rd_makings_forget();
	}
	last.function = function;
	last.frame = f->cfa;
	last.caller = first ? f[1].pc : 0;
	last.site = f->pc;
	last.lock = (uint64_t)lock;
	last.thread = t->id;
	last.kind = kind;
}

/* The walk of this event, of the call at its frame 0, has made locks of cls what they are, by its frame `first`. */
static void know_site(unsigned kind, uint32_t cls, size_t first)
{
	const struct rd_walk *w = rd_stack_walk();
	uint64_t site = w->frames[0].pc;

	if (rd_options.class_depth != 1)
		return;
	if (first == 0) {
		rd_map_set(&init_sites, site, kind, cls);
	} else {
		rd_map_set(&init_sites, site, kind, SITE_IS_WRAPPED);
		rd_map_set(&init_sites, site, past_wrapper(w->frames[first].pc, kind), cls);
	}
}

static uint32_t init_class(struct rd_thread *t, const void *lock, unsigned kind, uint64_t site, uint64_t sp,
			   uint32_t *role)
{
	const struct rd_walk *w;
	struct rd_locked locked;
	uint32_t cls;
	size_t first;

	rd_enter(t, &locked);
	rd_stack_begin(site, sp);
	look_at_wrapper(t, lock, kind);
	cls = rd_class_by_chain(kind, RDEP_BY_INIT, lock, &first);
	if (cls)
		know_site(kind, cls, first);
	w = rd_stack_walk();
	if (cls)
		*role = rd_class_role_of_walk(&cls, lock, RD_PLAIN_KIND(kind), w->frames, w->count, first);
	rd_leave(t, &locked);
	return cls;
}

/* A new instance, of which all that was known of its address is forgotten. */
static void begin_instance(struct rd_thread *t, const void *lock, unsigned kind, uint32_t cls, uint32_t role)
{
	uint32_t generation = rd_new_generation();
	struct rd_locked locked;

	if (rd_tag_usable(lock, kind)) {
		struct rd_instance *in = rd_anything_told ? rd_instance_of(lock) : NULL;

		rd_tag_write(lock, kind, cls, generation, role);
		if (in)
			rd_instance_end(in);
		return;
	}
	rd_enter(t, &locked);
	rd_instance_set(lock, cls, generation, role);
	rd_leave(t, &locked);
}

/* ---- what this thread made last ---- */

/* The stack from sp to there is readable: in one page, or in pages that a walk found to be. */
static bool is_readable(uint64_t sp, uint64_t last)
{
	return last >> 12 == sp >> 12 || last + 8 <= rd_span_begin(sp).high;
}

/* The same call at the same depth, and all callers that were looked at are the same, by the words where their
 * return addresses stood. */
static bool is_same(const struct rd_making *m, unsigned kind, uint64_t site, uint64_t sp)
{
	unsigned i;

	if (m->site != site || m->sp != sp || m->kind != kind ||
	    m->epoch != __atomic_load_n(&rd_making_epoch, __ATOMIC_ACQUIRE) ||
	    (m->count && !is_readable(sp, (uint64_t)m->at[m->count - 1])))
		return false;
	for (i = 0; i < m->count; i++) {
		if (*m->at[i] != m->pc[i])
			return false;
	}
	return true;
}

/* Whoever changes what is asked here changes the epoch after it. */
static void make_quick(struct rd_making *m)
{
	uint32_t i;

	m->quick = 0;
	if (m->cls >= RD_TAG_FAR || !rd_tags_on() || rd_anything_told || rd_class_at(m->cls)->split ||
	    m->count > RD_MAKING_QUICK || (m->count && (uint64_t)m->at[m->count - 1] >> 12 != m->sp >> 12))
		return;
	/* No more callers: words that are what they are. */
	for (i = m->count; i < RD_MAKING_QUICK; i++) {
		m->at[i] = &m->pc[i];
		m->pc[i] = 0;
	}
	m->quick = (uint64_t)m->epoch << 32 | m->kind << 1 | 1u;
}

void rd_makings_forget(void)
{
	__atomic_add_fetch(&rd_making_epoch, 1, __ATOMIC_RELEASE);
}

/* cls: before a split is asked for. A handler that comes in between finds no site. */
static void remember(struct rd_thread *t, unsigned kind, uint64_t site, uint64_t sp, uint32_t cls, uint32_t role)
{
	struct rd_making *m = rd_making_of(t, site, sp);
	struct rd_frame frames[RD_MAKING_FRAMES + 1];
	unsigned flags;
	size_t n, i;

	m->site = 0;
	rd_signal_fence();
	m->epoch = __atomic_load_n(&rd_making_epoch, __ATOMIC_ACQUIRE);
	n = rd_unwind_fast(frames, rd_class_at(cls)->where == site ? FRAMES_PLAIN : FRAMES_WRAPPED, sp, &flags);
	for (i = 0; i + 1 < n; i++) {
		m->at[i] = (const uint64_t *)(frames[i].cfa - 8);
		m->pc[i] = frames[i + 1].pc;
		if (frames[i + 1].exact || (uint64_t)m->at[i] < sp || (i && m->at[i] < m->at[i - 1]))
			return;
	}
	m->count = (uint32_t)i;
	m->sp = sp;
	m->kind = kind;
	m->cls = cls;
	m->role = (uint64_t)role << 32;
	m->tag = cls ^ rd_tag_nonce;
	make_quick(m);
	rd_signal_fence();
	m->site = site;
}

/* Class and role of what that call makes, without the runtime lock; 0: to be looked at under it. */
static uint32_t class_cached(struct rd_thread *t, unsigned kind, uint64_t site, uint64_t sp, uint32_t *role)
{
	const struct rd_making *m = rd_making_of(t, site, sp);
	uint32_t cls, whole;

	if (is_same(m, kind, site, sp)) {
		*role = (uint32_t)(m->role >> 32);
		return rd_class_now(m->cls, *role);
	}
	cls = init_class_cached(kind, site, sp);
	if (!cls)
		return 0;
	whole = cls;
	*role = rd_kind_has_roles(RD_PLAIN_KIND(kind)) ? init_role_cached(&cls, sp) : 0;
	if (!*role && rd_kind_has_roles(RD_PLAIN_KIND(kind)) && !rd_role_none(cls))
		return 0;
	remember(t, kind, site, sp, whole, *role);
	return cls;
}

uint32_t rd_class_init(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	uint32_t cls, role = 0;

	if (!t)
		return 0;
	cls = class_cached(t, kind, site, sp, &role);
	if (!cls)
		cls = init_class(t, lock, kind, site, sp, &role);
	if (cls)
		begin_instance(t, lock, RD_PLAIN_KIND(kind), cls, role);
	return cls;
}

/* ---- no call set it up ---- */

void rd_class_first_is(unsigned kind, uint32_t cls, size_t first)
{
	if (RD_TAG_OFFSET(kind) && rd_kind_has_roles(kind))
		know_site(kind | FIRST, cls, first);
}

/* A static variable's class is the variable. */
static bool in_module(const void *lock)
{
	struct dl_find_object o;

	return !_dl_find_object((void *)lock, &o);
}

bool rd_class_first(struct rd_thread *t, const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	uint32_t cls, role = 0;

	if (!RD_TAG_OFFSET(kind) || !rd_kind_has_roles(kind) || !rd_tag_usable(lock, kind) || rd_anything_told)
		return false;
	/* Whatever it was before is to be looked at. */
	if (*rd_tag_word(lock, kind) || *rd_generation_word(lock, kind) || in_module(lock))
		return false;
	cls = class_cached(t, kind | FIRST, site, sp, &role);
	return cls && rd_tag_write_first(lock, kind, cls, rd_new_generation(), role);
}

void rd_lock_init_new(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	rd_class_init(lock, kind, site, sp);
}

void rd_class_init_reset(void)
{
	rd_map_reset(&init_sites);
	rd_makings_forget();
}
