/* SPDX-License-Identifier: MIT */
/*
 * file.h - files to lock, in memory: they have a name and leave nothing behind.
 */
#ifndef VICTIM_FILE_H
#define VICTIM_FILE_H

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include "victim.h"

/* A file of that name; -1 is never returned. */
static UNUSED int new_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	must(fd >= 0, "memfd_create");
	return fd;
}

/* A descriptor of its own, with a description of its own. */
static UNUSED NOINLINE int open_again(int fd)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR | O_CLOEXEC);
	must(again >= 0, "open");
	return again;
}

/* Opens the file again and locks it: how is flock's. */
static UNUSED NOINLINE int open_locked(int fd, int how)
{
	int own = open_again(fd);

	must(flock(own, how) == 0, "flock");
	return own;
}

static UNUSED NOINLINE int range(int fd, int command, int type, off_t start, off_t length)
{
	struct flock f = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

	return fcntl(fd, command, &f);
}

#endif
