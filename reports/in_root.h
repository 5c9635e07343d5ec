/* SPDX-License-Identifier: MIT */
/*
 * in_root.h - opening a path as it is inside another root: absolute symbolic links and ".." stay in
 * there, as for a process whose root directory it is.
 */
#ifndef RECLAIMDEP_REPORTS_IN_ROOT_H
#define RECLAIMDEP_REPORTS_IN_ROOT_H

/*
 * Opens `path` below the directory `root` with O_PATH: nothing is read, and no device or FIFO notices.
 * By openat2(RESOLVE_IN_ROOT), where the kernel and its filters have it, else by hand. -1 with errno.
 */
int rdep_in_root(int root, const char *path);

/* The same without openat2: the links are followed one by one. */
int rdep_in_root_by_hand(int root, const char *path);

/* Opens for reading what an O_PATH descriptor stands for, when it is a regular file: -1 with errno
 * (EINVAL: it is something else). Closes `fd`, which may be -1 with errno. */
int rdep_open_found(int fd);

#endif
