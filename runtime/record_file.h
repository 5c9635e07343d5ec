/* SPDX-License-Identifier: MIT */
/*
 * record_file.h - the record's file: its directory, its name, and room in it.
 *
 * Nothing here keeps a descriptor (but from the file's creation to its first mapping), raises a signal (SIGXFSZ, SIGBUS) or follows a link in the last
 * component; a directory or file of another owner is refused. Needs the runtime lock.
 */
#ifndef RECLAIMDEP_RECORD_FILE_H
#define RECLAIMDEP_RECORD_FILE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct rd_record_file {
	char dir[PATH_MAX];
	char path[PATH_MAX];
	uint64_t dev, ino; /* the file at `path` must still be this one */
	int created;	   /* its descriptor and 1, until something of it is mapped; 0: it is opened by path */
	uint64_t ahead;	   /* the file was made that large, for when it can't be opened any more; 0: it was not */
	void *begin;	   /* its first page, as it is mapped; NULL: none */
	char error[256];
};

/* Makes the directory (with its parents, 0700) and a new file in it (0600). 0 or -1 with error. To be followed by
 * rd_record_file_map() or rd_record_file_remove(). */
int rd_record_file_create(struct rd_record_file *f, const char *output, const char *exe, uint32_t pid);

/*
 * Makes bytes [offset, offset + size) of the file exist on its file system and maps them shared.
 * NULL with error: over RLIMIT_FSIZE, a full disk, no descriptor left, the file gone.
 */
void *rd_record_file_map(struct rd_record_file *f, uint64_t offset, uint64_t size);

/*
 * Soon the file may not be opened any more (another user, another root, a sandbox): lets it have room for so many bytes more,
 * without blocks on its file system. What is mapped of it is a way to the rest of it: map() takes that where it can't
 * open the file.
 */
void rd_record_file_foresee(struct rd_record_file *f, uint64_t used, uint64_t more);

/* Takes back a file that nothing could be put in. */
void rd_record_file_remove(struct rd_record_file *f);

#endif
