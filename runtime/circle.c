// SPDX-License-Identifier: MIT
/* circle.c - see circle.h. */
#include "circle.h"
#include "class.h"
#include "engine.h"
#include "graph.h"
#include "held.h"
#include "file_lock.h"
#include "life.h"
#include "limits.h"
#include "lock_words.h"
#include "sem.h"
#include "sleep.h"
#include "sys.h"
#include "thread_table.h"
#include "threads.h"
#include "unwind.h"

#include <string.h>
#include <time.h>

/* ---- which acquisitions can close a circle ---- */

static uint32_t last_component;

static void join_component(uint32_t cls, uint32_t component)
{
	__atomic_store_n(&rd_class_at(cls)->component, component, __ATOMIC_RELAXED);
}

void rd_circle_component(struct rd_graph *graph, uint32_t from, uint32_t to)
{
	uint32_t component = rd_class_at(from)->component;

	if (component && component == rd_class_at(to)->component)
		return;
	rd_graph_component(graph, from, to, join_component, ++last_component);
	/* A step that is remembered at this moment: its thread looks again after. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	rd_threads_forget_steps();
	if (rd_self)
		rd_self->circle_closed = 1;
}

bool rd_circle_on(const struct rd_thread *t, const struct rdep_held *top, uint32_t cls)
{
	const struct rd_class *c = rd_class_at(cls);
	uint32_t component = __atomic_load_n(&c->component, __ATOMIC_RELAXED);
	const struct rdep_held *e;

	if (__atomic_load_n(&c->awaited, __ATOMIC_RELAXED))
		return true;
	for (e = top; component && e > t->bottom; e--) {
		if (e->address && rd_class_at(e->cls)->component == component)
			return true;
	}
	return false;
}

/* Among locks of one class the order is by instance, and any of them may be the one. */
static bool may_close(const struct rd_thread *t, const struct rdep_held *waiting)
{
	const struct rdep_held *e;

	if (rd_class_at(waiting->cls)->awaited)
		return true;
	for (e = waiting - 1; e > t->bottom; e--) {
		uint32_t component = rd_class_at(waiting->cls)->component;

		if (!e->address)
			continue;
		if (e->cls == waiting->cls || (component && rd_class_at(e->cls)->component == component))
			return true;
	}
	return false;
}

/* The calling thread's lock, by its words: is it to be had at this moment? */
static bool is_free(const struct rdep_held *e)
{
	const union rd_lock_words *w = (const union rd_lock_words *)e->address;
	uint32_t readers;

	switch (e->kind) {
	case RDEP_MUTEX:
		return __atomic_load_n(&w->mutex.word, __ATOMIC_RELAXED) == 0;
	case RDEP_SPIN:
		return __atomic_load_n(&w->spin, __ATOMIC_RELAXED) == RD_SPIN_FREE;
	case RDEP_RWLOCK:
		readers = __atomic_load_n(&w->rwlock.readers, __ATOMIC_RELAXED);
		if (e->mode == RDEP_WRITE)
			return readers >> RD_RWLOCK_COUNT == 0 && !(readers & RD_RWLOCK_WRLOCKED);
		return __atomic_load_n(&w->rwlock.writer, __ATOMIC_RELAXED) == 0 &&
		       (e->mode == RDEP_READ_REC || !(readers & RD_RWLOCK_WRLOCKED));
	default:
		return false;
	}
}

/* ---- what another thread does ---- */

/* Within this many bytes from its address lie all the words of a lock. */
#define LOCK_LARGEST 64u

/* An entry of a held stack whose owner may be changing it. */
static bool copy_entry(struct rdep_held *into, const struct rdep_held *e)
{
	uint64_t address = __atomic_load_n(&e->address, __ATOMIC_ACQUIRE);

	memcpy(into, e, sizeof(*into));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return address && into->address == address && __atomic_load_n(&e->address, __ATOMIC_RELAXED) == address;
}

#define EACH_ENTRY(e, t) (e = __atomic_load_n(&(t)->top, __ATOMIC_ACQUIRE); e > (t)->bottom; e--)

/* How much of a lock's words says who has it. */
static size_t words_size(unsigned kind)
{
	union rd_lock_words words;

	return kind == RDEP_MUTEX    ? sizeof(words.mutex)
	       : kind == RDEP_RWLOCK ? sizeof(words.rwlock)
	       : kind == RDEP_SPIN   ? sizeof(words.spin)
				     : 0;
}

static bool is_thread(const struct rd_thread *t, uint32_t tid)
{
	return tid == t->tid || (t->fork_tid && tid == t->fork_tid);
}

static bool waits(const struct rdep_held *e)
{
	return (e->flags & (RDEP_HELD_WAITING | RDEP_HELD_TIMED | RDEP_HELD_TRY)) == RDEP_HELD_WAITING;
}

/* The mutex that a condition wait has to have back before it can return, timeout or not. */
static bool retakes(const struct rd_thread *t, struct rd_wait *w)
{
	const struct rdep_held *e;

	for EACH_ENTRY (e, t) {
		if (copy_entry(&w->entry, e) && w->entry.flags & RDEP_HELD_COND) {
			w->how = RDEP_WAIT_RETAKE;
			w->what = w->entry.address;
			return true;
		}
	}
	return false;
}

/* The words of the lock on top of a held stack say that another one has it. */
static bool is_not_owner(const struct rd_thread *t, const struct rdep_held *e)
{
	union rd_lock_words words;
	bool readers;

	if ((e->kind != RDEP_MUTEX && e->kind != RDEP_RWLOCK) ||
	    rd_peek(&words, (const void *)e->address, words_size(e->kind)))
		return false;
	if (e->kind == RDEP_MUTEX)
		return words.mutex.owner && !is_thread(t, words.mutex.owner);
	if (is_thread(t, words.rwlock.writer))
		return false;
	readers = e->mode == RDEP_WRITE && words.rwlock.readers >> RD_RWLOCK_COUNT;
	return words.rwlock.writer || readers;
}

/*
 * A lock that was free when its hook looked is not marked as waited for, and another thread may have got it first. Then
 * the kernel says who sleeps for it. Else it is on its way there, or an unlock was not seen.
 */
static bool lost_the_race(const struct rd_thread *t, const struct rdep_held *e)
{
	struct rd_sleep sleep;

	if (e->flags & (RDEP_HELD_TRY | RDEP_HELD_CONTEXT | RDEP_HELD_COND) || !is_not_owner(t, e))
		return false;
	return rd_sleeps(t->tid, &sleep) && sleep.call == SYS_futex && sleep.arg - e->address < LOCK_LARGEST;
}

/* What the thread waits for, for as long as it takes; false: it runs, or will by itself. */
static bool wait_of(const struct rd_thread *t, struct rd_wait *w)
{
	uint64_t kind = __atomic_load_n(&t->slot->wait_kind, __ATOMIC_ACQUIRE);
	const struct rdep_held *top = __atomic_load_n(&t->top, __ATOMIC_ACQUIRE);

	memset(w, 0, sizeof(*w));
	if (top > t->bottom && copy_entry(&w->entry, top)) {
		w->how = RDEP_WAIT_LOCK;
		w->what = w->entry.address;
		if (w->entry.kind == RDEP_SEM && rd_sem_use(w->entry.cls) != RD_SEM_LOCK)
			return false;
		if (w->entry.flags & RDEP_HELD_WAITING)
			return waits(&w->entry);
		if (lost_the_race(t, &w->entry))
			return true;
	}
	memset(&w->entry, 0, sizeof(w->entry));
	if (kind == RD_WAIT_COND)
		return retakes(t, w);
	w->how = RDEP_WAIT_JOIN;
	w->what = t->slot->wait_what;
	return kind == RD_WAIT_JOIN && !t->join_timed;
}

static bool same_wait(const struct rd_wait *a, const struct rd_wait *b)
{
	return a->how == b->how && a->what == b->what && a->entry.site == b->entry.site && a->entry.sp == b->entry.sp;
}

static bool holds(const struct rdep_held *e, const struct rd_wait *w)
{
	if (e->address != w->what || e->kind == RDEP_DOMAIN || e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND))
		return false;
	return e->mode == RDEP_WRITE || w->entry.mode == RDEP_WRITE;
}

/* A reader of that kind is not let in while a writer waits. */
static bool is_ahead(const struct rdep_held *e, const struct rd_wait *w)
{
	return e->address == w->what && waits(e) && e->mode == RDEP_WRITE && w->entry.mode == RDEP_READ;
}

/* How many times it is held, by all that is known of it. */
static uint32_t times_held(const struct rd_wait *w)
{
	const struct rd_thread *t;
	const struct rdep_held *e;
	struct rdep_held copy;
	uint32_t n = 0;

	for (t = rd_threads_live(); t; t = t->next) {
		for EACH_ENTRY (e, t) {
			if (copy_entry(&copy, e) && holds(&copy, w))
				n += 1u + copy.recursion;
		}
	}
	return n;
}

/*
 * Does the lock itself agree that t holds it by that entry? An unlock may have been made where no hook was. Of a lock
 * whose words don't name its owner nobody else may seem to be it.
 */
static bool lock_agrees(const struct rd_thread *t, const struct rdep_held *e, const struct rd_wait *w)
{
	union rd_lock_words words;
	size_t n = words_size(w->entry.kind);

	if (n && rd_peek(&words, (const void *)w->what, n))
		return false;
	switch (w->entry.kind) {
	case RDEP_MUTEX:
		return is_thread(t, words.mutex.owner);
	case RDEP_RWLOCK:
		if (e->mode == RDEP_WRITE)
			return is_thread(t, words.rwlock.writer);
		return !words.rwlock.writer && times_held(w) <= words.rwlock.readers >> RD_RWLOCK_COUNT;
	case RDEP_SPIN:
		return words.spin != RD_SPIN_FREE && times_held(w) == 1;
	case RDEP_LOADER:
		/* Nobody tells when dlopen has returned. */
		return false;
	case RDEP_FILE:
		return !rd_file_same_owner(w->what, w->entry.generation, e->address, e->generation) &&
		       rd_file_is_held(t, e);
	default:
		return e->mode != RDEP_WRITE || times_held(w) == 1u + e->recursion;
	}
}

/* Does who waits for that wait for t? By which of its entries goes to step. */
static bool stands_in_the_way(struct rd_thread *t, const struct rd_wait *w, struct rd_circle_step *step)
{
	const struct rdep_held *e;
	struct rdep_held copy;

	step->ahead = false;
	memset(&step->held, 0, sizeof(step->held));
	if (w->how == RDEP_WAIT_JOIN)
		return t->id == w->what;
	for EACH_ENTRY (e, t) {
		if (!copy_entry(&copy, e))
			continue;
		step->ahead = is_ahead(&copy, w);
		if (!step->ahead && !(holds(&copy, w) && lock_agrees(t, &copy, w)))
			continue;
		step->held = copy;
		return true;
	}
	return false;
}

/* ---- the search ---- */

static struct rd_circle_step path[RD_CIRCLE_LONGEST];
static uint32_t search_number;

/* Whoever may stand in the way, the first of them: of a join it is the one that is joined. */
static struct rd_thread *candidates(const struct rd_wait *w)
{
	const struct rd_thread_info *info;

	if (w->how != RDEP_WAIT_JOIN)
		return rd_threads_live();
	info = rd_thread_info_at((uint32_t)w->what);
	return info ? info->state : NULL;
}

/* Along holders and what they wait for, depth first; each thread once, since it waits for one thing. Returns the
 * circle's length, 0: none. O(threads) for each thread met. */
static uint32_t search(void)
{
	struct rd_thread *me = path[0].t;
	uint32_t n = 1;

	me->circle_seen = ++search_number;
	path[0].next = candidates(&path[0].wait);
	while (n) {
		struct rd_circle_step *at = &path[n - 1], found;
		struct rd_thread *t = at->next;

		if (!t) {
			n--;
			continue;
		}
		at->next = at->wait.how == RDEP_WAIT_JOIN ? NULL : t->next;
		if (t == at->t || (t != me && t->circle_seen == search_number) || !stands_in_the_way(t, &at->wait, &found))
			continue;
		if (t == me) {
			path[0].held = found.held;
			path[0].ahead = found.ahead;
			return n;
		}
		t->circle_seen = search_number;
		if (!wait_of(t, &found.wait))
			continue;
		if (n == RD_CIRCLE_LONGEST) {
			rd_limit_met_locked(RD_LIMIT_CIRCLE);
			continue;
		}
		found.t = t;
		found.next = candidates(&found.wait);
		path[n++] = found;
	}
	return 0;
}

/*
 * Everything once more, from the end. This thread holds what it holds, since it is here; so who waits for that stays
 * as it is, and with it what that one holds; and so on to the one that holds what this thread waits for.
 */
static bool is_still_so(uint32_t count)
{
	struct rd_circle_step again;
	uint32_t i;

	for (i = count; i-- > 0;) {
		const struct rd_wait *w = &path[i].wait;

		if (i && (!wait_of(path[i].t, &again.wait) || !same_wait(&again.wait, w)))
			return false;
		if (!stands_in_the_way(path[(i + 1) % count].t, w, &again))
			return false;
	}
	return true;
}

/* Of two threads that join each other the second one gets an error, and goes on. */
static bool fails_by_itself(uint32_t count)
{
	return count == 2 && path[0].wait.how == RDEP_WAIT_JOIN && path[1].wait.how == RDEP_WAIT_JOIN;
}

static bool is_told(uint32_t count)
{
	bool told = true;
	uint32_t i;

	for (i = 0; i < count; i++) {
		told &= path[i].t->circle_told == path[i].wait.what;
		path[i].t->circle_told = path[i].wait.what;
	}
	return told;
}

/* Needs the runtime lock. */
static bool look(struct rd_thread *t, const struct rd_wait *w)
{
	uint32_t count;

	path[0] = (struct rd_circle_step){.t = t, .wait = *w};
	count = search();
	if (count < 2 || !is_still_so(count) || fails_by_itself(count) || is_told(count))
		return false;
	rd_circle_tell(path, count);
	return true;
}

#define LOOKS_AT_FIRST 5u

/* For those who find this thread in a circle later: now its registers are known. */
static void keep_stack(struct rd_thread *t, uint64_t what, uint64_t site, uint64_t sp)
{
	struct rd_waiting *w = &t->waiting;
	unsigned flags;

	w->what = what;
	w->site = site;
	w->sp = sp;
	w->count = (uint32_t)rd_unwind_fast(w->frames, RD_WAITING_FRAMES, sp, &flags);
	w->flags = flags;
}

static bool look_once(struct rd_thread *t, const struct rdep_held *e, bool forget)
{
	struct rd_wait w = {.how = RDEP_WAIT_LOCK, .what = e->address, .entry = *e};
	struct rd_locked l;
	bool found;

	rd_enter(t, &l);
	if (forget)
		rd_threads_forget_steps();
	keep_stack(t, w.what, e->site, e->sp);
	found = look(t, &w);
	rd_leave(t, &l);
	return found;
}

/*
 * This acquisition made known that its classes lie on a cycle. Until then others took such locks without a look, and one
 * may be right now between its look at the cache and its sleep: it gets some time, once for each component.
 */
static bool look_patiently(struct rd_thread *t, const struct rdep_held *e)
{
	static const struct timespec moment = {0, 100000};
	unsigned i;

	for (i = 0; i < LOOKS_AT_FIRST; i++) {
		rd_sys(SYS_nanosleep, &moment, 0);
		if (look_once(t, e, true))
			return true;
		if (is_free(e))
			break;
	}
	return false;
}

void rd_circle_look(struct rd_thread *t, const struct rdep_held *e)
{
	bool closed = t->circle_closed;

	t->circle_closed = 0;
	if (!waits(e) || !may_close(t, e))
		return;
	/* What was announced comes before what is looked at. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (is_free(e))
		return;
	if (look_once(t, e, false) || (closed && look_patiently(t, e)))
		rd_deadlock_act();
}

/* ---- joins ---- */

/* From now on who waits for a lock that t holds, looks. */
static void await_held(struct rd_thread *t)
{
	const struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (!e->address || e->kind == RDEP_DOMAIN)
			continue;
		if (t->join_count == RD_JOIN_CLASSES) {
			rd_limit_met_locked(RD_LIMIT_JOINED_UNDER);
			break;
		}
		t->join_cls[t->join_count++] = e->cls;
		rd_class_at(e->cls)->awaited++;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		rd_threads_evict(e->cls);
	}
}

void rd_circle_join_begin(struct rd_thread *t, uint32_t id, uint64_t site, uint64_t sp)
{
	struct rd_wait w = {.how = RDEP_WAIT_JOIN, .what = id};
	struct rd_locked l;
	bool found;

	/* Nobody waits for a thread that holds nothing and is not joined by anybody. */
	if (!id || (t->top == t->bottom && !rd_life_held(t)))
		return;
	rd_enter(t, &l);
	await_held(t);
	keep_stack(t, id, site, sp);
	found = look(t, &w);
	rd_leave(t, &l);
	if (found)
		rd_deadlock_act();
}

void rd_circle_join_end(struct rd_thread *t)
{
	struct rd_locked l;

	if (!t->join_count)
		return;
	rd_enter(t, &l);
	while (t->join_count)
		rd_class_at(t->join_cls[--t->join_count])->awaited--;
	rd_leave(t, &l);
}
