// SPDX-License-Identifier: MIT
/* shrinker.c - see shrinker.h. */
#include "shrinker.h"
#include "engine.h"
#include "mem.h"
#include "provoke.h"
#include "sys.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

static struct rd_array places = RD_ARRAY(sizeof(struct rd_shrinker));
static uint32_t place_count; /* places that were ever used; they never go */
static uint32_t registered;

bool rd_shrinker_any(void)
{
	return __atomic_load_n(&registered, __ATOMIC_RELAXED) != 0;
}

/* ---- held by who runs it ---- */

static bool hold(struct rd_shrinker *s)
{
	uint32_t users = __atomic_load_n(&s->users, __ATOMIC_RELAXED);

	do {
		if (!users)
			return false;
	} while (!__atomic_compare_exchange_n(&s->users, &users, users + 1, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

static void drop(struct rd_shrinker *s)
{
	/* Read first: after the last user it may be another shrinker's place. */
	bool going = __atomic_load_n(&s->going, __ATOMIC_RELAXED);

	__atomic_sub_fetch(&s->users, 1, __ATOMIC_RELEASE);
	if (going)
		rd_sys(SYS_futex, &s->users, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX);
}

struct rd_shrinker *rd_shrinker_next(uint32_t *at)
{
	uint32_t count = __atomic_load_n(&place_count, __ATOMIC_ACQUIRE);

	while (*at < count) {
		struct rd_shrinker *s = rd_array_at(&places, (*at)++);

		if (!hold(s))
			continue;
		if (!__atomic_load_n(&s->going, __ATOMIC_ACQUIRE)) {
			rd_self->shrinking = s;
			return s;
		}
		drop(s);
	}
	return NULL;
}

void rd_shrinker_put(struct rd_shrinker *s)
{
	struct rd_thread *t = rd_self;

	/* A fork child's new state holds nothing, and its counts began anew. */
	if (!t || t->shrinking != s)
		return;
	t->shrinking = NULL;
	drop(s);
}

/* ---- the list ---- */

static struct rd_shrinker *find(const void *key)
{
	uint32_t i;

	for (i = 0; i < place_count; i++) {
		struct rd_shrinker *s = rd_array_at(&places, i);

		if (s->key == key && s->users && !s->going)
			return s;
	}
	return NULL;
}

static struct rd_shrinker *free_place(void)
{
	struct rd_shrinker *s;
	uint32_t i;

	for (i = 0; i < place_count; i++) {
		s = rd_array_at(&places, i);
		if (!__atomic_load_n(&s->users, __ATOMIC_ACQUIRE))
			return s;
	}
	s = rd_array_need(&places, place_count);
	if (s)
		__atomic_store_n(&place_count, place_count + 1, __ATOMIC_RELEASE);
	return s;
}

static bool add(const struct rd_shrinker *from)
{
	struct rd_shrinker *s = find(from->key) ? NULL : free_place();

	if (!s)
		return false;
	s->key = from->key;
	s->domain = from->domain;
	s->count = from->count;
	s->scan = from->scan;
	s->arg = from->arg;
	memcpy(s->name, from->name, sizeof(s->name));
	s->runs = s->due = 0;
	s->scanned = 0;
	__atomic_store_n(&s->going, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&s->users, 1, __ATOMIC_RELEASE);
	__atomic_add_fetch(&registered, 1, __ATOMIC_RELAXED);
	return true;
}

bool rd_shrinker_register(const struct rd_shrinker *from)
{
	struct rd_thread *t = rd_here();
	struct rd_locked l;
	bool added;

	if (!t)
		return false;
	rd_enter(t, &l);
	added = add(from);
	rd_leave(t, &l);
	if (added)
		rd_provoke_registered();
	return added;
}

static void wait_for_holders(const struct rd_shrinker *s, uint32_t own)
{
	/* The end of a wait is not all that it hangs on: a holder that read `going` early wakes nobody. */
	static const struct timespec while_ = {0, 10000000};
	uint32_t users;

	while ((users = __atomic_load_n(&s->users, __ATOMIC_ACQUIRE)) > own)
		rd_sys(SYS_futex, &s->users, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, users, &while_);
}

void rd_shrinker_unregister(const void *key)
{
	struct rd_thread *t = rd_here();
	struct rd_shrinker *s;
	struct rd_locked l;

	if (!t)
		return;
	rd_provoke_unregister(key);
	rd_enter(t, &l);
	s = find(key);
	if (s) {
		__atomic_store_n(&s->going, 1, __ATOMIC_RELEASE);
		__atomic_sub_fetch(&registered, 1, __ATOMIC_RELAXED);
	}
	rd_leave(t, &l);
	if (!s)
		return;
	wait_for_holders(s, t->shrinking == s ? 2 : 1);
	__atomic_sub_fetch(&s->users, 1, __ATOMIC_RELEASE);
}

void rd_shrinkers_fork_child(bool alone)
{
	uint32_t i;

	for (i = 0; i < place_count; i++) {
		struct rd_shrinker *s = rd_array_at(&places, i);

		if (s->users)
			s->users = !s->going;
		if (!alone)
			s->due = RD_SHRINKER_NEVER;
	}
}
