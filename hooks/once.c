/* SPDX-License-Identifier: MIT */
/*
 * once.c - pthread_once, and C11's call_once.
 *
 * Whether this thread is to run the routine only the call itself knows: so what it gets is a routine that
 * tells, and goes on to the program's.
 */
#include <pthread.h>
#include <threads.h>
#include "runtime/event.h"
#include "resolve.h"

/* A call that may run its routine, in the frame of its hook. */
struct call {
	const void *once;
	void (*routine)(void);
	struct rdep_held *held;
	struct call *outer;
};

static __thread struct call *innermost __attribute__((tls_model("initial-exec")));

RD_HIDDEN void rd_call_once_watched(void (*routine)(void));
RD_HIDDEN int rd_once_unwound(int version, int actions, uint64_t class, void *exception,
			      void *context);

static void left(void)
{
	struct call *c = innermost;

	rd_once_left(c->once);
	innermost = c->outer;
}

static void run(void)
{
	struct call *c = innermost;

	rd_acquired(c->held);
	rd_call_once_watched(c->routine);
	left();
}

/* As the C++ ABI has it; see new_handler.c. An exception, or the thread's cancellation, leaves it undone. */
#define CLEANUP_PHASE 2
#define CONTINUE_UNWIND 8

int rd_once_unwound(int version, int actions, uint64_t class, void *exception, void *context)
{
	(void)version;
	(void)class;
	(void)exception;
	(void)context;
	if (actions & CLEANUP_PHASE)
		left();
	return CONTINUE_UNWIND;
}

/* In glibc's word for either type. */
static inline bool is_done(const void *once)
{
	return __atomic_load_n((const int *)once, __ATOMIC_ACQUIRE) & 2;
}

/* next(routine): the next call. */
#define CALL_ONCE(next)                                                                            \
	struct call c = {.once = once, .routine = routine, .outer = innermost};                    \
                                                                                                   \
	if (rd_likely(is_done(once))) {                                                            \
		rd_once_pass(once, false, RD_SITE, RD_HERE);                                       \
		next(routine);                                                                     \
	} else if (!(c.held = rd_once_begin(once, RD_SITE, RD_HERE))) {                            \
		next(routine);                                                                     \
	} else {                                                                                   \
		innermost = &c;                                                                    \
		next(run);                                                                         \
		if (innermost == &c) {                                                             \
			innermost = c.outer;                                                       \
			rd_abandon(c.held);                                                        \
		}                                                                                  \
		rd_once_pass(once, true, RD_SITE, RD_HERE);                                        \
	}

RD_EXPORT int pthread_once(pthread_once_t *once, void (*routine)(void))
{
	int rc = 0;

#define NEXT(routine) rc = RD_NEXT(pthread_once)(once, routine)
	CALL_ONCE(NEXT)
#undef NEXT
	return rc;
}

RD_EXPORT void call_once(once_flag *once, void (*routine)(void))
{
#define NEXT(routine) RD_NEXT(call_once)(once, routine)
	CALL_ONCE(NEXT)
#undef NEXT
}
