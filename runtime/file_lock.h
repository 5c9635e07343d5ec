/* SPDX-License-Identifier: MIT */
/*
 * file_lock.h - locks on files: flock, lockf and fcntl.
 *
 * Three families, which on a local file system do not see each other:
 *
 *   flock          belongs to the open file description. Two threads with descriptors of their own wait for each
 *                  other; one description locked again is a conversion.
 *   fcntl, lockf   of POSIX: belongs to the process. Its threads never wait for each other on it, so it has an
 *                  order with other file locks only, which two processes that run the same code take.
 *   fcntl F_OFD_*  belongs to the description, and is of a range, as the former.
 *
 * A class is a file, by its path at first sight, and a family. An instance is (address, generation): the address is
 * made up (non-canonical) of the family, the file's place in a table and the range; the generation of a flock or OFD
 * lock is the description it belongs to. Ranges that overlap without being equal are taken for different locks.
 *
 * The kernel gives such a lock back where no hook sees it: when a descriptor is closed by libc itself, by exec, by
 * exit of the process. So beside the held stacks there is a table of what the process holds, by descriptor; a held
 * entry that has nothing in it is stale, and so is one whose descriptor is another file's by now.
 */
#ifndef RECLAIMDEP_FILE_LOCK_H
#define RECLAIMDEP_FILE_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "event.h"
#include "thread.h"

#define RD_FILE_ADDRESS 0xf11eull /* the top 16 bits; the family follows in two more */
#define RD_FILE_AT(family) (RD_FILE_ADDRESS << 48 | (uint64_t)(family) << 46)

static inline bool rd_file_address(uint64_t address)
{
	return address >> 48 == RD_FILE_ADDRESS;
}

/* A lock that belongs to the process. */
static inline bool rd_file_of_process(uint64_t address)
{
	return address >> 46 == (RD_FILE_ADDRESS << 2 | RD_FILE_POSIX);
}

/* Has one an order with the other? A lock that belongs to the process has one with file locks only. */
static inline bool rd_file_ordered(uint64_t a, uint64_t b)
{
	return !(rd_file_of_process(a) && !rd_file_address(b)) && !(rd_file_of_process(b) && !rd_file_address(a));
}

/* Does a thread that takes the one wait for the one that holds the other, both of this process? */
static inline bool rd_file_same_owner(uint64_t a, uint32_t generation_a, uint64_t b, uint32_t generation_b)
{
	return rd_file_address(a) && a == b && (rd_file_of_process(a) || generation_a == generation_b);
}

/* A held entry of a file lock that the process does not hold any more. Takes the runtime lock where the thread is not
 * busy. One system call. */
bool rd_file_is_stale(struct rd_thread *t, const struct rdep_held *e);

/* Does that thread hold it still, as far as is known? Needs the runtime lock. */
bool rd_file_is_held(const struct rd_thread *t, const struct rdep_held *e);

/* In a fork child, before anything else: what belongs to the process stayed with the parent, what belongs to a
 * description is held by the child's one thread if that one took it. forking: its journal id, 0: not known. */
void rd_file_fork_child(uint32_t forking);
void rd_file_reset(void);

#endif
