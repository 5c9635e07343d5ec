/* SPDX-License-Identifier: MIT */
/*
 * barrier.c - pthread_barrier_wait.
 */
#include <pthread.h>
#include "runtime/event.h"
#include "resolve.h"

RD_EXPORT int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	int rc;

	rd_barrier_begin(barrier, RD_SITE, RD_HERE);
	rc = RD_NEXT(pthread_barrier_wait)(barrier);
	rd_barrier_end(barrier);
	return rc;
}
