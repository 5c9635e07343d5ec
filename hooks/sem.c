/* SPDX-License-Identifier: MIT */
/*
 * sem.c - sem_*.
 */
#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>
#include "runtime/event.h"
#include "resolve.h"

RD_EXPORT int sem_init(sem_t *sem, int shared, unsigned value)
{
	int rc = RD_NEXT(sem_init)(sem, shared, value);

	if (rc == 0)
		rd_sem_init(sem, value, RD_SITE, RD_HERE);
	return rc;
}

RD_EXPORT int sem_destroy(sem_t *sem)
{
	rd_sem_destroy(sem);
	return RD_NEXT(sem_destroy)(sem);
}

/* Where it was there already its value is not what is passed; but who shares one asks for the same. */
RD_EXPORT sem_t *sem_open(const char *name, int flags, ...)
{
	unsigned mode = 0, value = 0;
	bool makes = flags & O_CREAT;
	va_list args;
	sem_t *sem;

	if (makes) {
		va_start(args, flags);
		mode = va_arg(args, unsigned);
		value = va_arg(args, unsigned);
		va_end(args);
	}
	sem = RD_NEXT(sem_open)(name, flags, mode, value);
	if (sem != SEM_FAILED)
		rd_sem_open(sem, name, makes ? (int)value : -1);
	return sem;
}

RD_EXPORT int sem_close(sem_t *sem)
{
	rd_sem_close(sem);
	return RD_NEXT(sem_close)(sem);
}

/* WAIT(name, timed, declared arguments, passed arguments) */
#define WAIT(name, timed, args, pass)                                                              \
	RD_EXPORT int name args                                                                    \
	{                                                                                          \
		struct rdep_held *e;                                                               \
		int rc;                                                                            \
                                                                                                   \
		if (rd_unlikely(!rd_resolved))                                                     \
			rd_come_up();                                                              \
		e = rd_sem_wait(sem, timed, RD_SITE, RD_HERE);                                     \
		rc = RD_NEXT(name) pass;                                                           \
		rd_sem_waited(e, rc == 0);                                                         \
		return rc;                                                                         \
	}

#define UNTIL sem_t *sem, const struct timespec *until
#define CLOCK sem_t *sem, clockid_t clock, const struct timespec *until

WAIT(sem_wait, false, (sem_t * sem), (sem))
WAIT(sem_timedwait, true, (UNTIL), (sem, until))
WAIT(sem_clockwait, true, (CLOCK), (sem, clock, until))

RD_EXPORT int sem_trywait(sem_t *sem)
{
	int rc = RD_NEXT(sem_trywait)(sem);

	if (rc == 0)
		rd_sem_try_waited(sem, RD_SITE, RD_HERE);
	return rc;
}

RD_EXPORT int sem_post(sem_t *sem)
{
	rd_sem_post(sem, RD_SITE, RD_HERE);
	return RD_NEXT(sem_post)(sem);
}
