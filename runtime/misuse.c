// SPDX-License-Identifier: MIT
/* misuse.c - see misuse.h. */
#include "misuse.h"
#include "class.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "finding.h"
#include "held.h"
#include "lock_words.h"
#include "map.h"
#include "mem.h"
#include "record.h"
#include "stack.h"
#include "stream.h"
#include "threads.h"

#include <errno.h>
#include <string.h>

/* A lock, and what is done to it where. */
struct act {
	const void *lock;
	unsigned kind;
	uint64_t site, sp;
};

/* ---- telling ---- */

/* The lock's class, made up where it has none. Needs the runtime lock. */
static void name_lock(const struct act *a, struct rdep_finding *f)
{
	f->inst.address = (uint64_t)a->lock;
	if (!f->cls)
		f->cls = rd_class_resolve(a->lock, a->kind, &f->inst.generation);
}

/* Needs the runtime lock, and rd_stack_begin(). */
static void tell(struct rd_thread *t, const struct act *a, struct rdep_finding *f)
{
	f->verdict = RDEP_CERTAIN;
	f->acquire_stack = rd_stack_here();
	name_lock(a, f);
	if (f->cls)
		rd_finding_place(t, f, a->site);
}

/* This thread's own entry: its callers may be live still. */
static void held_here(struct rd_thread *t, struct rdep_finding *f, const struct rdep_held *e)
{
	uint8_t flags = 0;

	f->cls = e->cls;
	f->inst = (struct rdep_instance){e->address, e->generation, e->mode};
	f->held_site = e->site;
	f->held_stack = rd_held_stack(t, e, &flags);
	f->flags |= flags;
	f->holder = t->id;
}

/* ---- who else holds it ---- */

struct holder {
	struct rdep_held e; /* address 0: no entry was found */
	uint32_t thread;    /* journal id; 0: not known */
	bool waits;	    /* on a condition, with it */
};

static void held_there(struct rdep_finding *f, const struct holder *h)
{
	if (h->e.address) {
		f->cls = h->e.cls;
		f->inst = (struct rdep_instance){h->e.address, h->e.generation, h->e.mode};
		f->held_site = h->e.site;
		f->held_stack = rd_held_stack_first(&h->e);
	}
	f->holder = h->thread;
}

/* Copies the entry at e, which its thread may be changing: false when it is not the lock's, or not any more. */
static bool copy_entry(struct rdep_held *to, const struct rdep_held *e, const void *lock)
{
	if (__atomic_load_n(&e->address, __ATOMIC_ACQUIRE) != (uint64_t)lock)
		return false;
	*to = *e;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&e->address, __ATOMIC_RELAXED) == (uint64_t)lock && to->address == (uint64_t)lock;
}

static bool is_reader(const struct rdep_held *e)
{
	return e->kind == RDEP_RWLOCK && e->mode != RDEP_WRITE;
}

/*
 * Another thread that holds the lock, by an entry of its own that the lock's words don't deny. readers: how many
 * readers all threads' entries account for, those that wait too; may be NULL. Needs the runtime lock.
 */
static bool find_holder(const struct rd_thread *self, const struct act *a, const union rd_lock_words *w,
			struct holder *h, uint32_t *readers)
{
	const struct rd_thread *t;
	bool found = false;

	*h = (struct holder){.thread = 0};
	for (t = rd_threads_live(); t; t = t->next) {
		const struct rdep_held *e = __atomic_load_n(&t->top, __ATOMIC_ACQUIRE);
		struct rdep_held c;

		for (; e > t->bottom; e--) {
			if (!copy_entry(&c, e, a->lock) || c.kind != a->kind)
				continue;
			if (readers && is_reader(&c))
				*readers += c.recursion + 1u;
			if (t == self || found || c.flags & RDEP_HELD_WAITING)
				continue;
			if (rd_words_size(a->kind) && !(c.flags & RDEP_HELD_COND) && rd_words_say_stale(t, &c, w))
				continue;
			*h = (struct holder){.e = c, .thread = t->id, .waits = c.flags & RDEP_HELD_COND};
			found = true;
		}
	}
	return found;
}

/* Is that the tid of another thread that lives in this process? */
static uint32_t living_thread(const struct rd_thread *self, uint32_t tid, bool *lives)
{
	const struct rd_thread *t;

	*lives = tid && tid <= INT32_MAX && !rd_tid_is(self, tid) &&
		 rd_sys(SYS_tgkill, rd_sys(SYS_getpid), tid, 0) != -ESRCH;
	for (t = rd_threads_live(); *lives && t; t = t->next) {
		if (t->tid == tid)
			return t->id;
	}
	return 0;
}

static bool peek_words(const struct act *a, union rd_lock_words *w)
{
	size_t n = rd_words_size(a->kind);

	return !n || !rd_peek(w, a->lock, n);
}

/* ---- unlock ---- */

/* Freed while held, and told: what is done in its memory later is the same mistake. */
static bool was_told(struct rd_thread *t, const void *lock)
{
	unsigned i;

	for (i = 0; i < RD_GHOSTS; i++) {
		if (t->ghosts[i] == (uint64_t)lock) {
			t->ghosts[i] = 0;
			return true;
		}
	}
	return false;
}

/* Is it for the thread that took it to give it back, and do all calls that do so come by? */
static bool has_owner(unsigned kind)
{
	return kind == RDEP_MUTEX || kind == RDEP_RWLOCK || kind == RDEP_SPIN || kind == RDEP_USER;
}

/*
 * Does another thread hold it? By an entry; of a mutex by its owner alone, if that is a thread of this process: it
 * took it where no hook saw it. Of readers only where all there are have entries: one without may be this thread.
 */
static bool held_by_other(const struct rd_thread *t, const struct act *a, const union rd_lock_words *w, struct holder *h)
{
	uint32_t owner = rd_words_owner(w, a->kind), readers = 0;
	bool lives;

	if (!has_owner(a->kind) || rd_words_free(w, a->kind) || (owner && rd_tid_is(t, owner)))
		return false;
	if (find_holder(t, a, w, h, &readers) && !h->waits)
		return !is_reader(&h->e) || RD_RWLOCK_READERS(&w->rwlock) <= readers;
	*h = (struct holder){.thread = 0};
	if (a->kind != RDEP_MUTEX)
		return false;
	h->thread = living_thread(t, owner, &lives);
	return lives;
}

static bool surely_unheld(const struct rd_thread *t, const struct act *a, const union rd_lock_words *w)
{
	/* Of an annotated lock everything was told. */
	if (a->kind == RDEP_USER)
		return true;
	if (a->kind == RDEP_STDIO)
		return rd_stream_is_free(a->lock);
	return rd_words_free(w, a->kind) && rd_words_owner(w, a->kind) != t->tid;
}

/* Needs the runtime lock. */
static void unlock_locked(struct rd_thread *t, const struct act *a, const union rd_lock_words *w)
{
	struct rdep_held now = {
		.address = (uint64_t)a->lock, .site = a->site, .sp = a->sp, .kind = (uint8_t)a->kind};
	struct rdep_finding f = {.kind = RDEP_K_UNLOCK_FOREIGN};
	struct holder h;

	if (held_by_other(t, a, w, &h)) {
		rd_stack_begin(a->site, a->sp);
		held_there(&f, &h);
		tell(t, a, &f);
	} else if (surely_unheld(t, a, w)) {
		rd_stack_begin(a->site, a->sp);
		now.cls = rd_class_resolve(a->lock, a->kind, &now.generation);
		if (now.cls)
			rd_finding_lock(t, RDEP_K_UNLOCK_UNHELD, RDEP_CERTAIN, NULL, &now);
	} else {
		rd_count(RDEP_C_UNLOCK_UNSEEN);
	}
}

void rd_misuse_unlock(struct rd_thread *t, const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	struct act a = {lock, kind, site, sp};
	union rd_lock_words w;
	struct rd_locked l;

	if (was_told(t, lock) || !peek_words(&a, &w) ||
	    rd_misuse_destroyed(t, lock, kind, RDEP_D_DESTROYED_GIVEN_BACK, site, sp))
		return;
	rd_enter(t, &l);
	unlock_locked(t, &a, &w);
	rd_leave(t, &l);
}

/* ---- this thread's own entries ---- */

/* A fork child may destroy and initialise anew what was held over the fork. */
static bool is_inherited(const struct rd_thread *t, const struct rdep_held *e, const union rd_lock_words *w)
{
	uint32_t owner = is_reader(e) ? 0 : rd_words_owner(w, e->kind);

	if (!t->fork_tid)
		return false;
	return owner ? owner != t->tid : e - t->bottom <= (ptrdiff_t)t->inherited;
}

/* Held by this thread, by its entry and the lock's words. One that is not, or whose holding ends here, goes. */
static bool truly_held(struct rd_thread *t, struct rdep_held *e)
{
	size_t n = rd_words_size(e->kind);
	union rd_lock_words w = {.spin = 0};

	if (e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND))
		return false;
	if ((n && rd_peek(&w, (const void *)e->address, n)) || (n && rd_words_say_stale(t, e, &w)) ||
	    is_inherited(t, e, &w)) {
		rd_held_remove(t, e);
		return false;
	}
	return true;
}

static void tell_own(struct rd_thread *t, const struct act *a, unsigned kind, unsigned detail, const struct rdep_held *e)
{
	struct rdep_finding f = {.kind = (uint8_t)kind, .detail = detail};
	struct rd_locked l;

	rd_enter(t, &l);
	rd_stack_begin(a->site, a->sp);
	held_here(t, &f, e);
	tell(t, a, &f);
	rd_leave(t, &l);
}

/* ---- init and destroy calls ---- */

/* By its own words: worth the look at all threads' held stacks. */
static bool looks_held(const struct act *a)
{
	const union rd_lock_words *w = a->lock;

	switch (a->kind) {
	case RDEP_MUTEX:
		return (w->mutex.owner && w->mutex.word) || w->mutex.users;
	case RDEP_RWLOCK:
		return !rd_words_free(w, a->kind);
	case RDEP_SPIN:
		return w->spin != RD_SPIN_FREE;
	default:
		return rd_words_size(a->kind) == 0;
	}
}

/*
 * Another thread holds it, by an entry; to be destroyed, a mutex may be held by its owner's word alone. While exit()
 * is running threads are left to themselves: then it is a warning.
 */
static bool tell_other(struct rd_thread *t, const struct act *a, bool destroyed)
{
	struct rdep_finding f = {.kind = destroyed ? RDEP_K_HELD_DESTROYED : RDEP_K_INIT_HELD};
	union rd_lock_words w = {.spin = 0};
	struct rd_locked l;
	struct holder h;
	bool found;

	if (!peek_words(a, &w))
		return false;
	rd_enter(t, &l);
	found = find_holder(t, a, &w, &h, NULL);
	if (!found && destroyed && a->kind == RDEP_MUTEX)
		h.thread = living_thread(t, rd_words_owner(&w, a->kind), &found);
	if (found && (destroyed || !h.waits)) {
		f.detail = !destroyed  ? RDEP_D_INIT_HELD_ELSEWHERE
			   : h.waits   ? RDEP_D_DESTROYED_WAITED
				       : RDEP_D_DESTROYED_HELD_ELSEWHERE;
		rd_stack_begin(a->site, a->sp);
		held_there(&f, &h);
		if (rd_misuse_exiting())
			f.flags |= RDEP_FINDING_WARNING;
		tell(t, a, &f);
	}
	rd_leave(t, &l);
	return found;
}

/* Before the call. True: it is held, and told. */
static bool held_before(struct rd_thread *t, const struct act *a, bool destroyed)
{
	struct rdep_held *e = t->top == t->bottom ? NULL : rd_held_find(t, a->lock);

	if (e && truly_held(t, e)) {
		tell_own(t, a, destroyed ? RDEP_K_HELD_DESTROYED : RDEP_K_INIT_HELD,
			 destroyed ? RDEP_D_DESTROYED_HELD : RDEP_D_INIT_HELD, e);
		return true;
	}
	return looks_held(a) && tell_other(t, a, destroyed);
}

void rd_lock_init_slow(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	struct act a = {lock, kind, site, sp};
	struct rd_thread *t = rd_here();

	if (t)
		held_before(t, &a, false);
}

/* ---- destroyed locks ---- */

/* A place where locks are destroyed. The index stands in the locks. */
struct place {
	uint64_t site;
	uint32_t stack; /* of the first time */
	bool in_exit;
};
static struct rd_array places = RD_ARRAY(sizeof(struct place));
static uint32_t place_count = 1;
static struct rd_map_of by_site;
static bool exiting;

bool rd_misuse_exiting(void)
{
	return __atomic_load_n(&exiting, __ATOMIC_RELAXED) || rd_stack_in_exit();
}

void rd_exit_begins(void)
{
	__atomic_store_n(&exiting, true, __ATOMIC_RELAXED);
}

static uint32_t new_place(struct rd_thread *t, const struct act *a)
{
	struct place *p;
	struct rd_locked l;
	uint32_t id = 0;

	rd_enter(t, &l);
	p = rd_array_need(&places, place_count);
	if (p && rd_map_set(&by_site, a->site, 0, place_count)) {
		id = place_count++;
		rd_stack_begin(a->site, a->sp);
		*p = (struct place){.site = a->site, .stack = rd_stack_here()};
		if (rd_stack_in_exit())
			rd_exit_begins();
	}
	rd_leave(t, &l);
	return id;
}

unsigned rd_lock_destroy_slow(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	struct act a = {lock, kind, site, sp};
	struct rd_thread *t = rd_here();

	if (!t)
		return RD_DESTROY_PLAIN;
	if (rd_misuse_destroyed(t, lock, kind, RDEP_D_DESTROYED_TWICE, site, sp) || held_before(t, &a, true))
		return RD_DESTROY_TOLD;
	return rd_class_markable(lock, kind) ? RD_DESTROY_MARK : RD_DESTROY_PLAIN;
}

static void follow_memory(struct rd_thread *t, const void *lock)
{
	struct rd_locked l;

	rd_enter(t, &l);
	rd_class_follow_memory(lock);
	rd_leave(t, &l);
}

void rd_lock_refused(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (t)
		rd_misuse_destroyed(t, lock, kind, RDEP_D_DESTROYED_TAKEN, site, sp);
}

static __attribute__((noinline)) void end_lock(const struct act *a, unsigned how)
{
	struct rd_thread *t = rd_here();
	uint32_t place = 0;

	if (t && how == RD_DESTROY_MARK) {
		place = rd_map_get(&by_site, a->site, 0);
		if (!place)
			place = new_place(t, a);
		t->destroy_place = place;
		t->destroy_site = a->site;
	}
	if ((t || rd_ready()) && rd_class_end(a->lock, a->kind, place) && !rd_forget_wanted())
		follow_memory(t, a->lock);
}

void rd_lock_destroyed(const void *lock, unsigned kind, unsigned how, uint64_t site, uint64_t sp)
{
	struct act a = {lock, kind, site, sp};
	const struct rd_thread *t = rd_self;

	/* What was held goes on being followed: it is given back later. */
	if (how == RD_DESTROY_TOLD)
		return;
	/* By far the most: many objects are destroyed at one place. (A fork child's state is new.) */
	if (rd_likely(how == RD_DESTROY_MARK && t && t->destroy_site == site &&
		      rd_class_mark(lock, kind, t->destroy_place)))
		return;
	end_lock(&a, how);
}

bool rd_misuse_destroyed(struct rd_thread *t, const void *lock, unsigned kind, unsigned detail, uint64_t site,
			 uint64_t sp)
{
	struct rdep_finding f = {.kind = RDEP_K_DESTROYED_USED, .detail = detail};
	struct act a = {lock, kind, site, sp};
	uint32_t place = rd_class_ended(lock, kind, &f.cls, &f.inst.generation);
	const struct place *p;
	struct rd_locked l;

	if (!place)
		return false;
	rd_enter(t, &l);
	p = rd_array_at(&places, place);
	rd_stack_begin(site, sp);
	f.held_site = p->site;
	f.held_stack = p->stack;
	if (rd_misuse_exiting())
		f.flags |= RDEP_FINDING_WARNING;
	/* A mutex fails from now on; the others work, and are followed. */
	if (kind != RDEP_MUTEX && detail != RDEP_D_DESTROYED_TWICE)
		rd_class_revive(lock, kind, f.cls, f.inst.generation);
	if (!f.cls)
		f.cls = rd_class_of_place(lock, kind);
	tell(t, &a, &f);
	rd_leave(t, &l);
	return true;
}

void rd_misuse_reset(void)
{
	rd_map_reset(&by_site);
	place_count = 1;
	memset(places.segment, 0, sizeof(places.segment));
}

/* ---- memory ---- */

/* What is held in memory of the program's own, as an address in it. */
static bool in_memory(unsigned kind)
{
	return kind == RDEP_USER || rd_words_size(kind);
}

static void remember(struct rd_thread *t, uint64_t lock)
{
	t->ghosts[t->next_ghost++ % RD_GHOSTS] = lock;
}

struct rdep_held *rd_held_in(const void *p, size_t n)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e;

	for (e = t ? t->top : NULL; t && e > t->bottom; e--) {
		if (e->address - (uint64_t)p < n && in_memory(e->kind) && truly_held(t, e))
			return e;
	}
	return NULL;
}

void rd_freed_held(struct rdep_held *e, bool unmapped, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct act a = {(const void *)e->address, e->kind, site, sp};

	if (!t)
		return;
	tell_own(t, &a, RDEP_K_HELD_FREED, unmapped ? RDEP_D_UNMAPPED_HELD : RDEP_D_FREED_HELD, e);
	remember(t, e->address);
	rd_held_remove(t, e);
}

void rd_freed(const void *p, size_t n, bool unmapped, uint64_t site, uint64_t sp)
{
	struct rdep_held *e;

	while ((e = rd_held_in(p, n)))
		rd_freed_held(e, unmapped, site, sp);
}
