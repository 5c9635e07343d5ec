/* SPDX-License-Identifier: MIT */
/*
 * thread.c - pthread_create, pthread_join and pthread_detach, and C11's.
 *
 * Threads with the smallest stack must still run: the frame below every start
 * routine holds one cleanup buffer and little else.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <threads.h>
#include "runtime/event.h"
#include "resolve.h"

/* What a new thread is told: from here or, when there are that many in flight at
 * once, from a page of its own; never from the program's allocator. */
#define ERRANDS 64u
static struct rd_errand errands[ERRANDS];
static uint64_t errands_taken;

static struct rd_errand *errand_get(void)
{
	uint64_t taken = __atomic_load_n(&errands_taken, __ATOMIC_RELAXED);
	long p;

	while (~taken) {
		unsigned i = (unsigned)__builtin_ctzll(~taken);

		if (__atomic_compare_exchange_n(&errands_taken, &taken, taken | 1ull << i, true,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return &errands[i];
	}
	p = rd_sys(SYS_mmap, 0, sizeof(struct rd_errand), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return rd_sys_failed(p) ? NULL : (struct rd_errand *)p;
}

static void errand_put(struct rd_errand *e)
{
	if (e >= errands && e < errands + ERRANDS)
		__atomic_fetch_and(&errands_taken, ~(1ull << (e - errands)), __ATOMIC_RELEASE);
	else
		rd_sys(SYS_munmap, e, sizeof(*e));
}

static void ended(void *unused)
{
	(void)unused;
	rd_thread_end();
}

/* Built without -fexceptions, so that the cleanup is a buffer that glibc jumps to and
 * needs no personality routine; cancellation, pthread_exit and thrd_exit come by there too. */
#define RUN(name, type)                                                                            \
	static type name(void *p)                                                                  \
	{                                                                                          \
		struct rd_errand e = *(struct rd_errand *)p;                                             \
		type ret;                                                                          \
                                                                                                   \
		if (e.in_place) {                                                                  \
			rd_thread_begin_successor(e.in_place, (uint64_t)pthread_self());           \
		} else {                                                                           \
			errand_put(p);                                                             \
			rd_thread_begin(e.token, (uint64_t)pthread_self());                        \
		}                                                                                  \
		pthread_cleanup_push(ended, NULL);                                                 \
		ret = ((type(*)(void *))e.start)(e.arg);                                           \
		pthread_cleanup_pop(1);                                                            \
		return ret;                                                                        \
	}
RUN(run_pthread, void *)
RUN(run_thrd, int)

/* The new thread may have freed what its id was written to, but not this one's stack. */
static uint64_t id_written_to(const pthread_t *thread, uint64_t sp)
{
	pthread_t id;

	if (rd_stack_has(thread, sp))
		return (uint64_t)*thread;
	return rd_peek(&id, thread, sizeof(id)) ? 0 : (uint64_t)id;
}

static void exit_begins(int status, void *unused)
{
	(void)status;
	(void)unused;
	rd_exit_begins();
}

/*
 * Threads are left to themselves when the process ends: what they use is destroyed under them then. Handlers that
 * the program registers later run before this one.
 */
static void watch_exit(void)
{
	static uint8_t watched;

	if (__atomic_load_n(&watched, __ATOMIC_RELAXED) ||
	    __atomic_exchange_n(&watched, 1, __ATOMIC_RELAXED))
		return;
	/* It may allocate. */
	rd_loader_begin();
	on_exit(exit_begins, NULL);
	rd_loader_end();
}

static bool is_detached(const pthread_attr_t *attr)
{
	int state;

	return attr && pthread_attr_getdetachstate(attr, &state) == 0 && state == PTHREAD_CREATE_DETACHED;
}

/* NULL: the thread is not followed. */
static struct rd_errand *errand_for(void *start, void *arg, bool detached, uint64_t site, uint64_t sp)
{
	struct rd_errand *e;

	if (rd_unlikely(!rd_resolved))
		rd_come_up();
	if (!rd_up())
		return NULL;
	e = rd_thread_succeed(start, arg, detached, site, sp);
	if (e)
		return e;
	e = errand_get();
	watch_exit();
	if (e)
		*e = (struct rd_errand){start, arg, rd_thread_create(start, detached, site, sp), NULL};
	return e;
}

static void created(uint32_t token, bool in_place, const pthread_t *thread, uint64_t sp)
{
	if (in_place)
		rd_thread_succeeded(id_written_to(thread, sp));
	else if (rd_thread_unnamed(token))
		rd_thread_created(id_written_to(thread, sp));
}

static void failed(struct rd_errand *e)
{
	if (e->in_place) {
		rd_thread_unsucceeded();
		return;
	}
	rd_thread_uncreated(e->token);
	errand_put(e);
}

/* CREATE(name, is it detached, declared arguments, next call as it is without us, with us and the errand `e`) */
#define CREATE(name, detached, args, pass, ours)                                                   \
	RD_EXPORT int name args                                                                    \
	{                                                                                          \
		struct rd_errand *e = errand_for((void *)start, arg, detached, RD_SITE, RD_HERE);  \
		uint32_t token;                                                                    \
		bool in_place;                                                                     \
		int rc;                                                                            \
                                                                                                   \
		if (!e)                                                                            \
			return RD_NEXT(name) pass;                                                 \
		token = e->token;                                                                  \
		in_place = e->in_place;                                                            \
		rc = RD_NEXT(name) ours;                                                           \
		if (rc == 0)                                                                       \
			created(token, in_place, thread, RD_HERE);                                 \
		else                                                                               \
			failed(e);                                                                 \
		return rc;                                                                         \
	}

CREATE(pthread_create, is_detached(attr),
       (pthread_t * thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg),
       (thread, attr, start, arg), (thread, attr, run_pthread, e))
CREATE(thrd_create, false, (thrd_t * thread, thrd_start_t start, void *arg), (thread, start, arg),
       (thread, run_thrd, e))

/* JOIN(name, with a timeout?, declared arguments, passed arguments): a join that waits. */
#define JOIN(name, timed, args, pass)                                                              \
	RD_EXPORT int name args                                                                    \
	{                                                                                          \
		int rc;                                                                            \
                                                                                                   \
		rd_join_begin((uint64_t)thread, timed, RD_SITE, RD_HERE);                          \
		rc = RD_NEXT(name) pass;                                                           \
		rd_join_end((uint64_t)thread, rc == 0);                                            \
		return rc;                                                                         \
	}

JOIN(pthread_join, false, (pthread_t thread, void **ret), (thread, ret))
JOIN(pthread_timedjoin_np, true, (pthread_t thread, void **ret, const struct timespec *until),
     (thread, ret, until))
JOIN(pthread_clockjoin_np, true,
     (pthread_t thread, void **ret, clockid_t clock, const struct timespec *until),
     (thread, ret, clock, until))
JOIN(thrd_join, false, (thrd_t thread, int *ret), (thread, ret))

RD_EXPORT int pthread_tryjoin_np(pthread_t thread, void **ret)
{
	int rc = RD_NEXT(pthread_tryjoin_np)(thread, ret);

	if (rc == 0)
		rd_join_end((uint64_t)thread, true);
	return rc;
}

/* DETACH(name, type of its argument): told before, since the id may be another thread's after it. */
#define DETACH(name, type)                                                                         \
	RD_EXPORT int name(type thread)                                                            \
	{                                                                                          \
		rd_thread_detached((uint64_t)thread);                                              \
		return RD_NEXT(name)(thread);                                                      \
	}

DETACH(pthread_detach, pthread_t)
DETACH(thrd_detach, thrd_t)
