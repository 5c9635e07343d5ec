// SPDX-License-Identifier: MIT
/* role.c - see role.h. */
#include "role.h"
#include "class.h"
#include "elf_symbols.h"
#include "limits.h"
#include "map.h"
#include "mem.h"
#include "module.h"
#include "record.h"
#include "stack.h"
#include "threads.h"
#include "wrapper.h"

#include <pthread.h>
#include <string.h>

#define FRAMES 8
#define LOOKS 64u /* locks that pass a place before its steps are remembered */
#define NESTINGS_MAX 65536u
#define MISSES_MAX 64u
#define PASSES_MAX 4096u
#define SEEN_MAX (4 * RD_ROLE_PLACES)

/* A call that takes locks of a role: past the wrappers, and that one's caller. */
struct place {
	uint64_t at, caller;
	uint32_t next;
};

struct nesting {
	uint32_t from, to;
};

static struct rd_array roles = RD_ARRAY(sizeof(struct rd_role));
static uint32_t role_count = 1;
static struct rd_map_of by_callers; /* (hash of class and callers) -> role */
static struct rd_array places = RD_ARRAY(sizeof(struct place));
static uint32_t place_count = 1;
static struct rd_map_of seen;	/* (hash of the frames, role) */
static uint32_t seen_count;
static struct rd_map_of kept;	/* (place, caller and role), the same past the wrappers */
static struct rd_map_of leaves; /* functions that return with a lock held */
static struct rd_map_of nested; /* (role, role) */
static struct rd_array nestings = RD_ARRAY(sizeof(struct nesting));
static uint32_t nesting_count;
static struct rd_map_of passed; /* (lock, generation) -> who called the function that took it */
static uint32_t pass_count;
static uint8_t looks[4096];

struct rd_role *rd_role_at(uint32_t role)
{
	return rd_array_at(&roles, role);
}

uint32_t rd_role_root(uint32_t role)
{
	uint32_t same;

	while ((same = __atomic_load_n(&rd_role_at(role)->same, __ATOMIC_ACQUIRE)))
		role = same;
	return role;
}

void rd_role_join(uint32_t a, uint32_t b)
{
	a = rd_role_root(a);
	b = rd_role_root(b);
	if (a != b)
		__atomic_store_n(&rd_role_at(b)->same, a, __ATOMIC_RELEASE);
}

/* ---- which role a lock is of ---- */

/* The nearest callers past the frame that made the class; a function that calls itself is one. */
static void callers_of(const struct rd_frame *frames, size_t count, size_t first, uint64_t caller[RD_ROLE_CALLERS])
{
	uint64_t function, last = 0;
	size_t i, n = 0;

	memset(caller, 0, RD_ROLE_CALLERS * sizeof(*caller));
	for (i = first + 1; i < count && n < RD_ROLE_CALLERS; i++) {
		function = rd_unwind_function(frames[i].pc);
		if (function && function == last)
			continue;
		caller[n++] = frames[i].pc;
		last = function;
	}
}

static uint64_t hash_frames(uint64_t h, const struct rd_frame *frames, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		h = (h ^ frames[i].pc) * 0xff51afd7ed558ccdull;
		h ^= h >> 29;
	}
	return h;
}

/* The frames alone are the key: recursion makes several keys of one role. */
static uint64_t key_of(const struct rd_frame *frames, size_t count, size_t first)
{
	size_t n = count - first - 1;

	return hash_frames(first + 1, frames + first + 1, n < RD_ROLE_CALLERS + 1 ? n : RD_ROLE_CALLERS + 1);
}

uint32_t rd_role_known(uint32_t cls, const struct rd_frame *frames, size_t count, size_t first)
{
	return first + 1 < count ? rd_map_get(&by_callers, key_of(frames, count, first), cls) : 0;
}

static uint32_t find_role(const struct rd_class *c, const uint64_t caller[RD_ROLE_CALLERS])
{
	uint32_t role;

	for (role = c->roles; role; role = rd_role_at(role)->next) {
		if (memcmp(rd_role_at(role)->caller, caller, sizeof(rd_role_at(role)->caller)) == 0)
			return role;
	}
	return 0;
}

bool rd_role_none(uint32_t cls)
{
	const struct rd_class *c = rd_class_at(cls);

	return __atomic_load_n(&c->role_count, __ATOMIC_RELAXED) >= RD_ROLES ||
	       __atomic_load_n(&c->role_misses, __ATOMIC_RELAXED) >= MISSES_MAX;
}

bool rd_role_nearest_tell(uint32_t role)
{
	uint32_t first = rd_class_at(rd_role_at(role)->cls)->roles, i;

	for (i = first; i; i = rd_role_at(i)->next) {
		if (rd_role_at(i)->caller[0] != rd_role_at(first)->caller[0])
			return true;
	}
	return false;
}

/* Where the nearest callers differ, those further out don't matter. A role that is new has no class of its own yet. */
static void join_by_nearest(const struct rd_class *c)
{
	uint32_t a, b;

	for (a = c->roles; a && rd_role_nearest_tell(a); a = rd_role_at(a)->next) {
		for (b = rd_role_at(a)->next; b; b = rd_role_at(b)->next) {
			if (rd_role_at(a)->caller[0] == rd_role_at(b)->caller[0] &&
			    !(rd_role_at(rd_role_root(a))->own && rd_role_at(rd_role_root(b))->own))
				rd_role_join(rd_role_at(rd_role_root(a))->own ? a : b, rd_role_at(rd_role_root(a))->own ? b : a);
		}
	}
}

uint32_t rd_role_add(uint32_t cls, const struct rd_frame *frames, size_t count, size_t first, uint64_t address)
{
	struct rd_class *c = rd_class_at(cls);
	uint64_t caller[RD_ROLE_CALLERS];
	struct rd_role *r;
	uint32_t role;

	if (first + 1 >= count || rd_map_get(&by_callers, key_of(frames, count, first), cls))
		c->role_misses += c->role_misses < MISSES_MAX;
	if (first + 1 >= count)
		return 0;
	callers_of(frames, count, first, caller);
	role = find_role(c, caller);
	if (!role) {
		r = c->role_count < RD_ROLES ? rd_array_need(&roles, role_count) : NULL;
		if (!r) {
			rd_count(RDEP_C_ROLES_DROPPED);
			return 0;
		}
		role = role_count++;
		*r = (struct rd_role){.cls = cls, .next = c->roles, .address = address};
		memcpy(r->caller, caller, sizeof(caller));
		c->roles = role;
		if (++c->role_count > 1) {
			join_by_nearest(c);
			/* What was remembered of its places, was seen of other roles. */
			rd_threads_evict(cls);
		}
	}
	rd_map_set(&by_callers, key_of(frames, count, first), cls, role);
	return role;
}

/* ---- where its locks are taken ---- */

static size_t walk(struct rd_frame frames[FRAMES], uint64_t site, uint64_t sp, size_t max)
{
	unsigned flags;
	size_t n = rd_unwind_fast(frames, max, sp, &flags);

	if (!n) {
		frames[0] = (struct rd_frame){.pc = site};
		n = 1;
	}
	return n;
}

bool rd_role_seen(uint32_t role, uint64_t site, uint64_t sp)
{
	struct rd_frame frames[FRAMES];
	size_t n = walk(frames, site, sp, 3);

	return seen_count > SEEN_MAX || rd_map_get(&seen, hash_frames(0, frames, n), role) != 0;
}

/* The call that counts: where its function only takes the lock, its caller's. */
static uint64_t call_of(const struct place *p)
{
	uint64_t function = rd_unwind_function(p->at);

	return function && p->caller && rd_map_get(&leaves, function, 0) ? p->caller : p->at;
}

static bool takes(uint32_t role, uint64_t call)
{
	uint32_t i;

	for (i = rd_role_at(role)->places; i; i = ((struct place *)rd_array_at(&places, i))->next) {
		if (call_of(rd_array_at(&places, i)) == call)
			return true;
	}
	return false;
}

uint32_t rd_role_see(uint32_t role, uint64_t site, uint64_t sp)
{
	struct rd_frame frames[FRAMES];
	size_t n = walk(frames, site, sp, FRAMES), i;
	struct place *p;
	uint64_t at, caller, call;
	uint32_t other;

	rd_map_set(&seen, hash_frames(0, frames, n < 3 ? n : 3), role, 1);
	for (i = 0; i + 1 < n && rd_wrapper_at(frames[i].pc); i++)
		;
	at = frames[i].pc;
	caller = i + 1 < n ? frames[i + 1].pc : 0;
	seen_count++;
	if (rd_map_get(&kept, at, caller ^ (uint64_t)role << 48))
		return 0;
	p = place_count < RD_ROLE_PLACES ? rd_array_need(&places, place_count) : NULL;
	if (!p || !rd_map_set(&kept, at, caller ^ (uint64_t)role << 48, 1)) {
		rd_count(RDEP_C_ROLES_DROPPED);
		return 0;
	}
	*p = (struct place){at, caller, rd_role_at(role)->places};
	rd_role_at(role)->places = place_count++;
	call = call_of(p);
	for (other = rd_class_at(rd_role_at(role)->cls)->roles; other; other = rd_role_at(other)->next) {
		if (rd_role_root(other) != rd_role_root(role) && takes(other, call))
			return other;
	}
	return 0;
}

bool rd_role_settled(uint32_t cls, uint64_t site)
{
	const struct rd_class *c = rd_class_at(cls);
	uint8_t *n;

	if (c->lump)
		c = rd_class_at(c->lump);
	if (c->role_count < 2)
		return true;
	n = &looks[rd_map_hash(site, (uint64_t)cls << 32 | c->role_count) % sizeof(looks)];
	if (__atomic_load_n(n, __ATOMIC_RELAXED) >= LOOKS)
		return true;
	__atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
	return false;
}

static uint32_t caller_hash(uint64_t site, uint64_t sp)
{
	struct rd_frame frames[FRAMES];

	if (rd_stack_walked())
		return rd_stack_walk()->count < 2 ? 0 : rd_map_hash(rd_stack_walk()->frames[1].pc, 0) | 1;
	return walk(frames, site, sp, 2) < 2 ? 0 : rd_map_hash(frames[1].pc, 0) | 1;
}

void rd_role_pass(const struct rd_thread *t, uint64_t lock, uint32_t generation, uint64_t site, uint64_t sp)
{
	uint32_t now = caller_hash(site, sp), then;
	const struct rdep_held *e;
	struct rd_map_entry *was;

	for (e = t->top; now && e > t->bottom; e--) {
		if (e->site != site || e->sp != sp)
			continue;
		then = rd_map_get(&passed, e->address, e->generation);
		if (then && then != now)
			rd_role_leaves(site);
	}
	if (!now)
		return;
	was = rd_map_find(&passed, lock, generation);
	if (was)
		was->value = now;
	else if (pass_count < PASSES_MAX && rd_map_set(&passed, lock, generation, now))
		pass_count++;
}

void rd_role_leaves(uint64_t site)
{
	uint64_t function = rd_unwind_function(site);

	if (function && !rd_map_get(&leaves, function, 0))
		rd_map_set(&leaves, function, 0, 1);
}

bool rd_role_nest(uint32_t from, uint32_t to)
{
	struct nesting *n;

	if (rd_map_get(&nested, from, to))
		return false;
	if (nesting_count == NESTINGS_MAX)
		rd_limit_met_locked(RD_LIMIT_ROLES);
	n = nesting_count < NESTINGS_MAX ? rd_array_need(&nestings, nesting_count) : NULL;
	if (!n || !rd_map_set(&nested, from, to, 1))
		return false;
	*n = (struct nesting){from, to};
	nesting_count++;
	return true;
}

/* ---- is it one sort of lock or two ---- */

static bool goes_with(uint32_t role, uint32_t root)
{
	return rd_role_root(role) == root;
}

enum { APART, ONE_WAY, BOTH_WAYS, WITHIN };

/* How locks of the two were nested; WITHIN: one of a sort inside another one of that sort. */
static unsigned nesting_of(uint32_t a, uint32_t b)
{
	bool forth = false, back = false;
	uint32_t i;

	for (i = 0; i < nesting_count; i++) {
		const struct nesting *n = rd_array_at(&nestings, i);
		uint32_t from = rd_role_root(n->from), to = rd_role_root(n->to);

		if (from == to && (from == a || from == b))
			return WITHIN;
		forth |= from == a && to == b;
		back |= from == b && to == a;
	}
	return forth && back ? BOTH_WAYS : forth || back ? ONE_WAY : APART;
}

bool rd_roles_nest_both_ways(uint32_t a, uint32_t b)
{
	return nesting_of(rd_role_root(a), rd_role_root(b)) == BOTH_WAYS;
}

enum kinship { NONE, ONE_FUNCTION, ONE_CALL };

static enum kinship compare_places(const struct rd_role *a, const struct rd_role *b)
{
	enum kinship most = NONE;
	uint32_t i, j;

	for (i = a->places; i; i = ((struct place *)rd_array_at(&places, i))->next) {
		uint64_t call = call_of(rd_array_at(&places, i)), function = rd_unwind_function(call);

		for (j = b->places; j; j = ((struct place *)rd_array_at(&places, j))->next) {
			uint64_t other = call_of(rd_array_at(&places, j));

			if (call == other)
				return ONE_CALL;
			if (function && function == rd_unwind_function(other))
				most = ONE_FUNCTION;
		}
	}
	return most;
}

static bool has_places(uint32_t root)
{
	uint32_t role;

	for (role = rd_class_at(rd_role_at(root)->cls)->roles; role; role = rd_role_at(role)->next) {
		if (goes_with(role, root) && rd_role_at(role)->places)
			return true;
	}
	return false;
}

static enum kinship kinship(uint32_t a, uint32_t b)
{
	uint32_t first = rd_class_at(rd_role_at(a)->cls)->roles, i, j;
	enum kinship most = NONE, now;

	/* Nothing is known of where they are taken. */
	if (!has_places(a) || !has_places(b))
		return ONE_FUNCTION;
	for (i = first; i; i = rd_role_at(i)->next) {
		for (j = first; j && goes_with(i, a); j = rd_role_at(j)->next) {
			if (!goes_with(j, b))
				continue;
			now = compare_places(rd_role_at(i), rd_role_at(j));
			if (now > most)
				most = now;
		}
	}
	return most;
}

struct variable {
	uint64_t at;
	bool alone;
};

static bool look_at_symbol(void *arg, const char *name, uint64_t start, uint64_t size, bool function)
{
	struct variable *v = arg;

	(void)name;
	if (!function && start == v->at && size <= sizeof(pthread_rwlock_t))
		v->alone = true;
	return !v->alone;
}

/* A static variable that is a lock, not an object with a lock in it: its symbol is no larger. */
static bool is_variable(struct rd_role *r)
{
	struct rd_module *m = rd_module_at(r->address);
	struct variable v = {.at = m ? r->address - m->bias : 0};

	if (!r->variable && m)
		rd_elf_symbols(m, look_at_symbol, &v);
	if (!r->variable)
		r->variable = v.alone ? 2 : 1;
	return r->variable == 2;
}

/* Do different functions make them, at the nearest caller that is not the same? */
static bool made_apart(struct rd_role *a, struct rd_role *b)
{
	unsigned i;

	if (a->address != b->address && is_variable(a) && is_variable(b))
		return true;
	for (i = 0; i < RD_ROLE_CALLERS && a->caller[i] == b->caller[i]; i++)
		;
	return i < RD_ROLE_CALLERS && a->caller[i] && b->caller[i] &&
	       rd_unwind_function(a->caller[i]) != rd_unwind_function(b->caller[i]);
}

bool rd_roles_are_taken_together(uint32_t a, uint32_t b)
{
	return kinship(rd_role_root(a), rd_role_root(b)) == ONE_CALL;
}

bool rd_roles_differ(uint32_t a, uint32_t b)
{
	const struct rd_class *c = rd_class_at(rd_role_at(a)->cls);
	enum kinship kin;

	a = rd_role_root(a);
	b = rd_role_root(b);
	if (a == b || rd_role_at(a)->cls != rd_role_at(b)->cls)
		return false;
	/* Where no init call is, callers mean something only past a function that just takes the lock. */
	if (c->origin == RDEP_BY_FIRST && !rd_map_get(&leaves, rd_unwind_function(c->where), 0))
		return false;
	kin = kinship(a, b);
	if (kin == ONE_CALL || !made_apart(rd_role_at(a), rd_role_at(b)))
		return false;
	switch (nesting_of(a, b)) {
	case ONE_WAY:
	case BOTH_WAYS:
		return true;
	case APART:
		return kin == NONE;
	default:
		return false;
	}
}

void rd_role_reset(void)
{
	memset(roles.segment, 0, sizeof(roles.segment));
	role_count = 1;
	rd_map_reset(&by_callers);
	memset(places.segment, 0, sizeof(places.segment));
	place_count = 1;
	rd_map_reset(&seen);
	seen_count = 0;
	rd_map_reset(&kept);
	rd_map_reset(&leaves);
	rd_map_reset(&nested);
	memset(nestings.segment, 0, sizeof(nestings.segment));
	nesting_count = 0;
	rd_map_reset(&passed);
	pass_count = 0;
}
