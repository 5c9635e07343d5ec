// SPDX-License-Identifier: MIT
/*
 * floor.c - what the parts of following a lock cost, each on top of those before: libraries to preload that do no
 * more than that. The last does what reclaimdep does for a lock that is taken in a way that it knows; it checks
 * nothing else, and what it leaves out (signals, forks, other kinds of locks) costs reclaimdep nothing there.
 *
 * PART  0: jump on to the next function
 *       1: and look at the thread's own state
 *       2: and push an entry of what is held, and pop it
 *       3: and look whether the lock is free and plain
 *       4: and compare the tag in the lock with what the entry was made for
 *       5: and the chain of what is held, and the call site
 *       6: and write the lock's generation and the stack pointer
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#ifndef PART
#define PART 6
#endif

#define HELD_MAX 256
#define EXPORT __attribute__((visibility("default"), aligned(64)))
#define unlikely(x) __builtin_expect(!!(x), 0)
#define fence() __asm__ volatile("" ::: "memory")

struct held {
	uint64_t address, site, sp;
	uint32_t cls, generation;
	uint32_t node, state;
	uint64_t spare, key, step;
};

struct state {
	struct held *top, *limit;
	struct held held[HELD_MAX] __attribute__((aligned(64)));
};

static __thread struct state *self __attribute__((tls_model("initial-exec")));

/* Where a lock has room for the tag and the generation, as in runtime/event.h. */
struct place {
	unsigned tag, generation, step;
};

/* Only the address of a lock is in its tag here: there is one class. */
static inline uint64_t *tag_of(const void *lock, struct place p)
{
	return (uint64_t *)((char *)lock + p.tag);
}

static inline uint64_t key_of(const void *lock, struct place p)
{
	return *tag_of(lock, p) ^ (uint64_t)lock << 17;
}

static inline uint64_t step_of(const struct held *e, struct place p)
{
	return e[-1].node | (uint64_t)p.step << 32;
}

static __attribute__((noinline)) void push_slow(const void *lock, struct place p, uint64_t site, uint64_t sp)
{
	struct state *t = self;
	struct held *e;

	if (!t) {
		t = aligned_alloc(64, sizeof(*t));
		if (!t)
			abort();
		*t = (struct state){.top = t->held, .limit = &t->held[HELD_MAX - 1]};
		t->held->address = 1;
		t->held->node = 1;
		self = t;
	}
	*tag_of(lock, p) = 1 ^ (uint64_t)lock << 17;
	e = ++t->top;
	*e = (struct held){.address = (uint64_t)lock,
			   .site = site,
			   .sp = sp,
			   .node = e[-1].node + 1,
			   .key = key_of(lock, p),
			   .step = step_of(e, p)};
}

static inline __attribute__((always_inline)) bool push(const void *lock, bool is_free, struct place p, uint64_t site,
							uint64_t sp)
{
	struct state *t = self;
	struct held *top, *e;

	if (PART < 1)
		return true;
	if (unlikely(!t || (PART >= 3 && !is_free)))
		return false;
	top = t->top;
	if (unlikely(top >= t->limit || !top->address))
		return false;
	if (PART < 2)
		return true;
	e = top + 1;
	t->top = e;
	fence();
	if (PART >= 4 && unlikely(key_of(lock, p) != e->key))
		goto undo;
	if (PART >= 5 && unlikely(e->step != step_of(e, p)))
		goto undo;
	if (PART >= 5 && unlikely(e->site != site))
		goto undo;
	if (PART >= 6) {
		e->generation = *(const uint32_t *)((const char *)lock + p.generation);
		e->sp = sp;
	}
	fence();
	e->address = (uint64_t)lock;
	return true;
undo:
	t->top = top;
	return false;
}

static inline __attribute__((always_inline)) void pop(const void *lock)
{
	struct state *t = self;
	struct held *top;

	if (PART < 1 || unlikely(!t))
		return;
	top = t->top;
	if (unlikely(top >= t->limit))
		return;
	if (PART < 2 || unlikely(top->address != (uint64_t)lock || top->state))
		return;
	top->address = 0;
	fence();
	t->top = top - 1;
}

#define SITE ((uint64_t)__builtin_return_address(0))
#define SP ((uint64_t)__builtin_dwarf_cfa())

/* LOCK(name, type of the lock, is it free, place) */
#define LOCK(name, type, is_free, ...)                                                             \
	static int (*next_##name)(type *);                                                         \
	static __attribute__((noinline)) int name##_slow(type *lock, uint64_t site, uint64_t sp)   \
	{                                                                                          \
		push_slow(lock, (struct place){__VA_ARGS__}, site, sp);                            \
		return next_##name(lock);                                                          \
	}                                                                                          \
	EXPORT int name(type *lock)                                                                \
	{                                                                                          \
		if (unlikely(!push(lock, is_free, (struct place){__VA_ARGS__}, SITE, SP)))         \
			return name##_slow(lock, SITE, SP);                                        \
		return next_##name(lock);                                                          \
	}

#define UNLOCK(name, type)                                                                         \
	static int (*next_##name)(type *);                                                         \
	EXPORT int name(type *lock)                                                                \
	{                                                                                          \
		pop(lock);                                                                         \
		return next_##name(lock);                                                          \
	}

LOCK(pthread_mutex_lock, pthread_mutex_t, !(lock->__data.__lock | lock->__data.__kind), 24, 32, 0)
UNLOCK(pthread_mutex_unlock, pthread_mutex_t)
LOCK(pthread_rwlock_rdlock, pthread_rwlock_t, !((lock->__data.__readers & 7u) | lock->__data.__flags), 16, 40, 1)
LOCK(pthread_rwlock_wrlock, pthread_rwlock_t, !((lock->__data.__readers & ~1u) | lock->__data.__writers), 16, 40, 2)
UNLOCK(pthread_rwlock_unlock, pthread_rwlock_t)

__attribute__((constructor)) static void resolve(void)
{
	next_pthread_mutex_lock = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
	next_pthread_mutex_unlock = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_unlock");
	next_pthread_rwlock_rdlock = (int (*)(pthread_rwlock_t *))dlsym(RTLD_NEXT, "pthread_rwlock_rdlock");
	next_pthread_rwlock_wrlock = (int (*)(pthread_rwlock_t *))dlsym(RTLD_NEXT, "pthread_rwlock_wrlock");
	next_pthread_rwlock_unlock = (int (*)(pthread_rwlock_t *))dlsym(RTLD_NEXT, "pthread_rwlock_unlock");
}
