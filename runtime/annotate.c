// SPDX-License-Identifier: MIT
/* annotate.c - see annotate.h, and include/reclaimdep/annotate.h for what each of these means. */
#define RECLAIMDEP_PROVIDER_
#include "annotate.h"
#include "include/reclaimdep/annotate.h"
#include "class.h"
#include "context.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "finding.h"
#include "held.h"
#include "module.h"
#include "shrinker.h"
#include "stack.h"
#include "threads.h"

#include <string.h>

/* ---- allocations ---- */

/* How far above its frame an annotated bracket still holds: that of a function which calls the two that
 * enter and leave it. */
#define BRACKET_REACH 1024

void rd_told_alloc(uint32_t gfp, uint64_t site, uint64_t sp)
{
	rd_might_alloc(gfp, site, sp);
}

void rd_told_alloc_enter(uint32_t gfp, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return;
	if (t->bracket_sp && sp < t->bracket_sp) {
		t->bracket_depth++;
		return;
	}
	t->bracket_depth = 0;
	rd_alloc_enter(gfp, site, sp);
	t->bracket_sp = sp + BRACKET_REACH;
}

void rd_told_alloc_leave(void)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return;
	if (t->bracket_depth)
		t->bracket_depth--;
	else
		t->bracket_sp = 0;
}

void rd_told_ignore(bool begin)
{
	struct rd_thread *t = rd_here();

	if (!t || (!begin && !t->ignoring))
		return;
	t->ignoring += begin ? 1 : -1u;
	rd_thread_set_malloc(t);
}

void rd_told_atomic(bool begin, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (!t || (!begin && !t->atomic))
		return;
	if (begin && !t->atomic) {
		t->atomic_site = site;
		t->atomic_sp = sp;
	}
	t->atomic += begin ? 1 : -1u;
	t->limit = rd_thread_limit(t);
}

/* ---- scopes ---- */

static const uint32_t scope_bits[] = {RDEP_SCOPE_NOFS, RDEP_SCOPE_NOIO, RDEP_SCOPE_NORECLAIM, RDEP_SCOPE_PIN};
#define SCOPE_BITS (sizeof(scope_bits) / sizeof(scope_bits[0]))

/* As a shim whose saves of one kind all give one cookie: they pair by nesting. */
static unsigned long cookie_of(uint32_t bit)
{
	return 0x7e110000ul | bit;
}

void rd_told_scope_enter(uint32_t bits, const char *reason, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	size_t i;

	if (!t)
		return;
	t->reason = reason;
	for (i = 0; i < SCOPE_BITS; i++) {
		if (bits & scope_bits[i])
			rd_scope_save(scope_bits[i], true, cookie_of(scope_bits[i]), site, sp);
	}
	t->reason = NULL;
}

void rd_told_scope_leave(uint32_t bits, uint64_t site, uint64_t sp)
{
	size_t i;

	for (i = SCOPE_BITS; i-- > 0;) {
		if (bits & scope_bits[i])
			rd_scope_restore(scope_bits[i], true, cookie_of(scope_bits[i]), site, sp);
	}
}

/* ---- reclaim ---- */

static bool is_domain(uint32_t domain)
{
	return domain >= RDEP_CLASS_RECLAIM && domain <= RDEP_CLASS_FS_RECLAIM;
}

static void copy_text(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; from && i + 1 < size && from[i]; i++)
		to[i] = from[i];
	to[i] = '\0';
}

void rd_told_shrinker_register(const struct reclaimdep_shrinker *told)
{
	struct reclaimdep_shrinker full = {0};
	struct rd_shrinker s = {.key = told};

	/* A field that the program's version does not have yet is zero. */
	if (!told || told->size < offsetof(struct reclaimdep_shrinker, arg) + sizeof(told->arg))
		return;
	memcpy(&full, told, told->size < sizeof(full) ? told->size : sizeof(full));
	if (!full.scan || (full.domain && !is_domain(full.domain)))
		return;
	s.domain = full.domain;
	s.count = full.count;
	s.scan = full.scan;
	s.arg = full.arg;
	copy_text(s.name, sizeof(s.name), full.name);
	rd_shrinker_register(&s);
}

void rd_told_shrinker_unregister(const struct reclaimdep_shrinker *told)
{
	rd_shrinker_unregister(told);
}

/* The domain is held for as long as it takes to say that the lock depends on it. */
void rd_told_taken_in_reclaim(const void *lock, uint32_t domain, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rd_target target = {.address = (uint64_t)lock, .mode = RDEP_WRITE, .edge_flags = RDEP_EDGE_TOLD};
	struct rdep_held *top;
	struct rd_locked l;

	if (!t || !is_domain(domain))
		return;
	top = t->top;
	rd_domain_hold(t, domain, RDEP_HELD_CONTEXT, true, site, sp);
	if (t->top == top)
		return;
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	target.cls = rd_class_foresee(lock, &target.generation);
	if (target.cls)
		rd_depend(t, t->top, &target);
	rd_leave(t, &l);
	rd_held_remove(t, t->top);
}

/* ---- locks that no hook sees ---- */

static unsigned how_of(unsigned how)
{
	unsigned mode = how & RECLAIMDEP_LOCK_READ_RECURSIVE ? RDEP_READ_REC
			: how & RECLAIMDEP_LOCK_READ	     ? RDEP_READ
							     : RDEP_WRITE;

	return RD_HOW(RDEP_USER, mode,
		      (how & RECLAIMDEP_LOCK_TRY ? RD_TRY : 0) | (how & RECLAIMDEP_LOCK_TIMED ? RD_TIMED : 0) |
			      (how & RECLAIMDEP_LOCK_RECURSIVE ? RD_RECURSIVE_OK : 0));
}

static void tell_name(const void *lock, unsigned kind, const char *name, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rd_locked l;

	if (!t)
		return;
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	rd_class_tell_name(lock, kind, name);
	rd_class_follow_memory(lock);
	rd_leave(t, &l);
}

void rd_told_lock_init(const void *lock, const char *name, uint64_t site, uint64_t sp)
{
	rd_lock_init_begin(lock, RDEP_USER, site, sp);
	if (name && *name)
		tell_name(lock, RDEP_USER, name, site, sp);
	else
		rd_lock_init(lock, RDEP_USER, site, sp);
}

void rd_told_lock_destroy(const void *lock, uint64_t site, uint64_t sp)
{
	unsigned how = rd_lock_destroy_begin(lock, RDEP_USER, site, sp);

	rd_lock_destroyed(lock, RDEP_USER, how, site, sp);
}

void rd_told_lock_acquire(const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	rd_acquire_slow(lock, how_of(how), site, sp);
}

void rd_told_lock_acquired(const void *lock)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, lock) : NULL;

	if (e)
		rd_acquired_counted(e);
}

void rd_told_lock_failed(const void *lock)
{
	struct rd_thread *t = rd_here();
	struct rdep_held *e = t ? rd_held_find(t, lock) : NULL;

	if (e)
		rd_abandon_slow(e);
}

void rd_told_lock_release(const void *lock, uint64_t site, uint64_t sp)
{
	rd_release_slow(lock, RDEP_USER, site, sp);
}

/* ---- classes ---- */

void rd_told_lock_class(const void *lock, const char *name, uint64_t site, uint64_t sp)
{
	if (name && *name)
		tell_name(lock, 0, name, site, sp);
}

void rd_told_lock_subclass(const void *lock, uint32_t n, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	struct rd_locked l;

	if (!t || n > UINT16_MAX)
		return;
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	rd_class_tell_subclass(lock, n);
	rd_leave(t, &l);
}

static void make_pending(struct rd_thread *t)
{
	t->pending = 1;
	t->limit = NULL;
}

void rd_told_next_subclass(uint32_t n)
{
	struct rd_thread *t = rd_here();

	if (!t || n > UINT16_MAX)
		return;
	t->pending_subclass = n;
	make_pending(t);
}

void rd_told_next_nest_lock(const void *outer)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return;
	t->pending_nest = (uint64_t)outer;
	make_pending(t);
}

/* ---- assertions ---- */

static void publish_failure(struct rd_thread *t, const void *lock, const struct rdep_held *held,
			    enum rdep_detail detail, uint64_t site, uint64_t sp)
{
	struct rdep_held now = {.address = (uint64_t)lock, .site = site, .sp = sp};

	rd_stack_begin(site, sp);
	if (held) {
		now.cls = held->cls;
		now.generation = held->generation;
		now.mode = held->mode;
	} else if (!rd_class_find(lock, &now.cls, &now.generation) && rd_module_at((uint64_t)lock)) {
		/* A variable has a name although nobody took it yet. */
		now.cls = rd_class_foresee(lock, &now.generation);
	}
	rd_finding_detail(t, RDEP_K_ASSERT_HELD, RDEP_CERTAIN, detail, held, &now);
}

void rd_assert_failed(struct rd_thread *t, const void *lock, enum rdep_detail detail, uint64_t site, uint64_t sp)
{
	struct rd_locked l;

	rd_enter(t, &l);
	publish_failure(t, lock, NULL, detail, site, sp);
	rd_leave(t, &l);
}

static struct rdep_held *held_now(struct rd_thread *t, const void *lock)
{
	struct rdep_held *e = rd_held_find(t, lock);

	return e && !(e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND)) ? e : NULL;
}

/* The lock itself says that this thread has it: it was taken where no hook saw it. */
static bool owned_unseen(const struct rd_thread *t, const void *lock)
{
	uint32_t words[7];

	/* glibc's owner word of a mutex, and the writer of an rwlock. */
	return !rd_peek(words, lock, sizeof(words)) && (words[2] == t->tid || words[6] == t->tid);
}

static void assert_held(struct rd_thread *t, const void *lock, bool write, uint64_t site, uint64_t sp)
{
	const struct rdep_held *e = held_now(t, lock);
	struct rd_locked l;

	if (e ? !write || e->mode == RDEP_WRITE : owned_unseen(t, lock))
		return;
	rd_enter(t, &l);
	publish_failure(t, lock, e, e ? RDEP_D_HELD_SHARED : RDEP_D_NOT_HELD, site, sp);
	rd_leave(t, &l);
}

static void assert_not_held(struct rd_thread *t, const void *lock, uint64_t site, uint64_t sp)
{
	const struct rdep_held *e;
	struct rd_locked l;

	if (!held_now(t, lock))
		return;
	rd_enter(t, &l);
	rd_stack_begin(site, sp);
	rd_drop_stale(t, NULL);
	e = held_now(t, lock);
	if (e)
		publish_failure(t, lock, e, RDEP_D_STILL_HELD, site, sp);
	rd_leave(t, &l);
}

void rd_told_held(const void *lock, enum rd_told_held how, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return;
	if (how == RD_TOLD_NOT_HELD)
		assert_not_held(t, lock, site, sp);
	else
		assert_held(t, lock, how == RD_TOLD_HELD_WRITE, site, sp);
}
