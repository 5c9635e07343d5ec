/* SPDX-License-Identifier: MIT */
/*
 * module_file.h - the one way from a module that a record or a core names to files of this machine.
 *
 * What is looked for is untrusted, and what lies there may be of another build. A file is opened only
 * when it is a regular one (a FIFO or a device is not touched), and is used only when it is an ELF file
 * of the build that ran:
 *
 *   a module with a build-id      the file has the same;
 *   a module without one          the file lies at the module's path, and was last written before the
 *                                 run began (ran_ns).
 *
 * Where is looked, in this order: files that were named; the module's path; for "PATH (deleted)" the path without that; the
 * processes that were named, as long as they live (their root directory, what they execute and have
 * mapped: so that what was deleted is found, and memfds); by build-id below /usr/lib/debug and the
 * directories that were named; the servers of DEBUGINFOD_URLS. With --sysroot=DIR all paths are looked
 * up below DIR, and symbolic links stay in there.
 */
#ifndef RECLAIMDEP_REPORTS_MODULE_FILE_H
#define RECLAIMDEP_REPORTS_MODULE_FILE_H

#include <libelf.h>
#include <sys/types.h>
#include "reports/util.h"

enum rdep_module_state {
	RDEP_MODULE_UNTRIED,
	RDEP_MODULE_GOOD,
	RDEP_MODULE_DEBUG_ONLY, /* a debug file by build-id, the module itself is not here */
	RDEP_MODULE_MISSING,	/* no such file, or it can't be read */
	RDEP_MODULE_CHANGED,	/* the file has another build-id than the record says */
	RDEP_MODULE_NEWER,	/* no build-id to tell, and the file was written after the run began */
	RDEP_MODULE_NOT_ELF,
};

/* ---- where to look ---- */

struct rdep_module_search;

struct rdep_module_search *rdep_module_search_new(void);
/* One more user: each frees it once. */
struct rdep_module_search *rdep_module_search_share(struct rdep_module_search *s);
void rdep_module_search_free(struct rdep_module_search *s);

/* --sysroot=DIR, --debug-dir=DIR; several are tried in order. 0, or -1 with *err when it is no directory. */
int rdep_module_search_sysroot(struct rdep_module_search *s, const char *dir, struct rdep_error *err);
int rdep_module_search_debug_dir(struct rdep_module_search *s, const char *dir, struct rdep_error *err);
/* A file that may be the module that is looked for: tried first, by build-id. */
void rdep_module_search_file(struct rdep_module_search *s, const char *path);
/* A process that may still have the modules. Nothing is believed of it: build-ids decide. */
void rdep_module_search_pid(struct rdep_module_search *s, pid_t pid);
bool rdep_module_search_has_sysroot(const struct rdep_module_search *s);

/* What is to be told once about the search as a whole (servers that don't answer); NULL behind the last. */
const char *rdep_module_search_said(struct rdep_module_search *s, size_t i);

/* ---- looking ---- */

struct rdep_module_wanted {
	const char *path;     /* as recorded, terminated */
	const char *build_id; /* hex; "" when there is none */
	uint64_t ran_ns;      /* when the run began (realtime); 0: unknown, then no build-id is no file */
	bool offline;	      /* don't ask servers */
};

struct rdep_module_file {
	Elf *elf;   /* NULL: none; not mapped, so that a file that shrinks is no SIGBUS */
	int fd;	    /* /proc/self/fd/FD is a name of just this file */
	char *path; /* where it was found, as it was looked up: for people. Not clean (rdep_clean) */
};

/*
 * The module itself: its code, dynamic symbols and unwind tables. True with *f to close, else false.
 * The state: GOOD, or why there is none.
 */
bool rdep_module_open(struct rdep_module_search *s, const struct rdep_module_wanted *w,
		      struct rdep_module_file *f, enum rdep_module_state *state);

/*
 * Its separate debug file: by build-id, else by the name that `of` (NULL: not here) gives in
 * .gnu_debuglink, where the build-id, or without one the checksum, must be right.
 */
bool rdep_module_open_debug(struct rdep_module_search *s, const struct rdep_module_wanted *w,
			    const struct rdep_module_file *of, struct rdep_module_file *f);

/* The supplementary file (dwz) that a debug file names in .gnu_debugaltlink, by name and build-id. */
bool rdep_module_open_alt(struct rdep_module_search *s, const struct rdep_module_file *of,
			  const char *name, const void *build_id, size_t build_id_len,
			  struct rdep_module_file *f);

/* A source file, as an absolute path, in the same roots: a descriptor of a regular file, or -1 with errno. */
int rdep_module_open_source(struct rdep_module_search *s, const char *path);

void rdep_module_close(struct rdep_module_file *f);

/* Was the file at that path (in the first root that has one) last written before then? */
bool rdep_module_is_older(struct rdep_module_search *s, const char *path, uint64_t ran_ns);

/* The build-id of an ELF file as hex: false when it has none, or not one of a sane length. */
bool rdep_module_build_id(Elf *elf, char hex[129]);

#endif
