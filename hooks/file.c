/* SPDX-License-Identifier: MIT */
/*
 * file.c - locks on files: flock, lockf and fcntl; close, which gives them back.
 *
 * fcntl's third argument is of a type that its command tells. It is declared here as the word it is passed in, so that
 * it goes on untouched whatever it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime/event.h"
#include "resolve.h"

/* As C sees them here. */
RD_EXPORT int rd_fcntl(int fd, int command, uint64_t arg) __asm__("fcntl");
RD_EXPORT int rd_fcntl64(int fd, int command, uint64_t arg) __asm__("fcntl64");
#define NEXT_FCNTL(slot) ((__typeof__(&rd_fcntl))rd_next_##slot)

static int64_t end_of_file(int fd)
{
	struct stat s;

	return rd_sys_failed(rd_sys(SYS_fstat, fd, &s)) ? -1 : s.st_size;
}

/* The range from where `whence` tells, as struct flock has it. False: the call will fail. */
static bool set_range(struct rd_file_call *c, int whence, int64_t start, int64_t length)
{
	int64_t base = whence == SEEK_SET   ? 0
		       : whence == SEEK_CUR ? (int64_t)rd_sys(SYS_lseek, c->fd, 0, SEEK_CUR)
		       : whence == SEEK_END ? end_of_file(c->fd)
					    : -1;

	if (base < 0 || __builtin_add_overflow(base, start, &start))
		return false;
	if (length < 0) {
		c->end = (uint64_t)start;
		start += length;
	} else {
		c->end = length ? (uint64_t)start + (uint64_t)length : RD_FILE_END;
	}
	c->start = (uint64_t)start;
	return start >= 0;
}

/* ---- flock ---- */

RD_EXPORT int flock(int fd, int operation)
{
	struct rd_file_call c = {
		.site = RD_SITE, .sp = RD_HERE, .end = RD_FILE_END, .fd = fd, .family = RD_FILE_FLOCK};
	int what = operation & ~LOCK_NB, rc;

	if (what != LOCK_EX && what != LOCK_SH) {
		if (what == LOCK_UN)
			rd_file_unlock(&c);
		return RD_NEXT(flock)(fd, operation);
	}
	c.shared = what == LOCK_SH;
	c.waits = !(operation & LOCK_NB);
	rd_file_begin(&c);
	rc = RD_NEXT(flock)(fd, operation);
	rd_file_end(&c, rc == 0);
	return rc;
}

/* ---- lockf ---- */

/* Is there anything to tell about the call, before and after it? */
static bool lockf_call(struct rd_file_call *c, int command, int64_t length)
{
	if (command == F_TEST || !set_range(c, SEEK_CUR, 0, length))
		return false;
	if (command == F_ULOCK)
		rd_file_unlock(c);
	c->waits = command == F_LOCK;
	return command == F_LOCK || command == F_TLOCK;
}

#define LOCKF(name)                                                                                \
	RD_EXPORT int name(int fd, int command, off_t length)                                      \
	{                                                                                          \
		struct rd_file_call c = {                                                          \
			.site = RD_SITE, .sp = RD_HERE, .fd = fd, .family = RD_FILE_POSIX};        \
		int rc;                                                                            \
                                                                                                   \
		if (!lockf_call(&c, command, length))                                              \
			return RD_NEXT(name)(fd, command, length);                                 \
		rd_file_begin(&c);                                                                 \
		rc = RD_NEXT(name)(fd, command, length);                                           \
		rd_file_end(&c, rc == 0);                                                          \
		return rc;                                                                         \
	}

LOCKF(lockf)
LOCKF(lockf64)

/* ---- fcntl ---- */

static __attribute__((noinline)) int lock_by(__typeof__(&rd_fcntl) next, int fd, int command, uint64_t arg,
					     uint64_t site, uint64_t sp)
{
	bool posix = command == F_SETLK || command == F_SETLKW;
	struct rd_file_call c = {
		.site = site, .sp = sp, .fd = fd, .family = posix ? RD_FILE_POSIX : RD_FILE_OFD};
	struct flock f;
	int rc;

	if (rd_peek(&f, (const void *)arg, sizeof(f)) || !set_range(&c, f.l_whence, f.l_start, f.l_len))
		return next(fd, command, arg);
	if (f.l_type != F_RDLCK && f.l_type != F_WRLCK) {
		if (f.l_type == F_UNLCK)
			rd_file_unlock(&c);
		return next(fd, command, arg);
	}
	c.shared = f.l_type == F_RDLCK;
	c.waits = command == F_SETLKW || command == F_OFD_SETLKW;
	rd_file_begin(&c);
	rc = next(fd, command, arg);
	rd_file_end(&c, rc == 0);
	return rc;
}

static inline bool locks(int command)
{
	return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

RD_EXPORT int rd_fcntl(int fd, int command, uint64_t arg)
{
	if (rd_unlikely(locks(command)))
		return lock_by(NEXT_FCNTL(fcntl), fd, command, arg, RD_SITE, RD_HERE);
	return NEXT_FCNTL(fcntl)(fd, command, arg);
}

RD_EXPORT int rd_fcntl64(int fd, int command, uint64_t arg)
{
	if (rd_unlikely(locks(command)))
		return lock_by(NEXT_FCNTL(fcntl64), fd, command, arg, RD_SITE, RD_HERE);
	return NEXT_FCNTL(fcntl64)(fd, command, arg);
}

/* ---- close ---- */

RD_EXPORT int close(int fd)
{
	if (rd_unlikely(rd_file_on))
		rd_file_close(fd);
	return RD_NEXT(close)(fd);
}

RD_EXPORT int fclose(FILE *stream)
{
	if (rd_unlikely(rd_file_on) && stream)
		rd_file_close(stream->_fileno);
	return RD_NEXT(fclose)(stream);
}
