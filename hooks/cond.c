/* SPDX-License-Identifier: MIT */
/*
 * cond.c - pthread_cond_*, and C11's cnd_*: waiting and signalling.
 *
 * The mutex is given up and taken again where no hook runs, and on cancellation
 * not even the code after the call: so the order is checked before, and the held
 * stack is left as it will be whichever way the call ends.
 *
 * All but clockwait have two versions with unlike condition variables. Each is
 * defined under its own version and goes on to its own; one definition for both
 * could not tell its callers apart.
 */
#include <pthread.h>
#include <threads.h>
#include "runtime/event.h"
#include "resolve.h"

/* WAIT(slot, declared arguments, passed arguments) */
#define WAIT(slot, args, pass)                                                                     \
	RD_EXPORT int slot args                                                                    \
	{                                                                                          \
		int rc;                                                                            \
                                                                                                   \
		rd_cond_wait_begin(cond, mutex, RD_SITE, RD_HERE);                                 \
		rc = RD_NEXT(slot) pass;                                                           \
		rd_cond_wait_end(cond, mutex);                                                     \
		return rc;                                                                         \
	}

#define PLAIN pthread_cond_t *cond, pthread_mutex_t *mutex
#define UNTIL PLAIN, const struct timespec *until
#define CLOCK PLAIN, clockid_t clock, const struct timespec *until

WAIT(pthread_cond_wait_v225, (PLAIN), (cond, mutex))
WAIT(pthread_cond_wait_v232, (PLAIN), (cond, mutex))
WAIT(pthread_cond_timedwait_v225, (UNTIL), (cond, mutex, until))
WAIT(pthread_cond_timedwait_v232, (UNTIL), (cond, mutex, until))
WAIT(pthread_cond_clockwait, (CLOCK), (cond, mutex, clock, until))
WAIT(cnd_wait, (cnd_t * cond, mtx_t *mutex), (cond, mutex))
WAIT(cnd_timedwait, (cnd_t * cond, mtx_t *mutex, const struct timespec *until),
     (cond, mutex, until))

/* SIGNAL(slot, type): nothing need follow it, so it jumps on. */
#define SIGNAL(slot, type)                                                                         \
	RD_EXPORT int slot(type *cond)                                                             \
	{                                                                                          \
		if (rd_cond_signal_counts())                                                       \
			rd_cond_signal_slow(cond, RD_SITE, RD_HERE);                               \
		return RD_NEXT(slot)(cond);                                                        \
	}

SIGNAL(pthread_cond_signal_v225, pthread_cond_t)
SIGNAL(pthread_cond_signal_v232, pthread_cond_t)
SIGNAL(pthread_cond_broadcast_v225, pthread_cond_t)
SIGNAL(pthread_cond_broadcast_v232, pthread_cond_t)
SIGNAL(cnd_signal, cnd_t)
SIGNAL(cnd_broadcast, cnd_t)

__asm__(".symver pthread_cond_wait_v225, pthread_cond_wait@GLIBC_2.2.5\n"
	".symver pthread_cond_wait_v232, pthread_cond_wait@@GLIBC_2.3.2\n"
	".symver pthread_cond_timedwait_v225, pthread_cond_timedwait@GLIBC_2.2.5\n"
	".symver pthread_cond_timedwait_v232, pthread_cond_timedwait@@GLIBC_2.3.2\n"
	".symver pthread_cond_signal_v225, pthread_cond_signal@GLIBC_2.2.5\n"
	".symver pthread_cond_signal_v232, pthread_cond_signal@@GLIBC_2.3.2\n"
	".symver pthread_cond_broadcast_v225, pthread_cond_broadcast@GLIBC_2.2.5\n"
	".symver pthread_cond_broadcast_v232, pthread_cond_broadcast@@GLIBC_2.3.2\n");
