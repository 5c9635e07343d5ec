/* SPDX-License-Identifier: MIT */
/* module_search.h - what module_file.c, module_live.c and module_debug.c share. */
#ifndef RECLAIMDEP_REPORTS_MODULE_SEARCH_H
#define RECLAIMDEP_REPORTS_MODULE_SEARCH_H

#include "reports/module_file.h"

/* A directory that paths are looked up in. */
struct rdep_search_root {
	int fd;
	char *dir;  /* as given, without a '/' at its end: "" for the machine's own */
	char *real; /* as the kernel calls it */
};

struct rdep_module_search {
	unsigned users;
	struct rdep_search_root machine;
	struct rdep_search_root *sysroots;
	size_t sysroot_count;
	char **debug_dirs; /* of this machine, absolute */
	size_t debug_dir_count;
	char **files; /* that were named, of this machine */
	size_t file_count;
	pid_t *pids;
	size_t pid_count;
	struct rdep_debuginfod *debuginfod; /* NULL: not asked yet */
};

/* The roots that modules' paths are looked up in. */
size_t rdep_search_root_count(const struct rdep_module_search *s);
const struct rdep_search_root *rdep_search_root(const struct rdep_module_search *s, size_t i);

/* Why a file is taken. */
struct rdep_module_proof {
	const char *build_id; /* the file has it; "" with ... */
	uint64_t ran_ns;      /* ... a file from before that, or ... */
	const uint32_t *crc;  /* ... with that checksum, if it has no build-id to tell */
};

/*
 * Takes the file that fd (O_PATH, of `path`) stands for, if it is the one: true with *f. Else *state gets
 * the reason, when it says more than what stands there. Closes fd; -1 is no file.
 */
bool rdep_module_take(int fd, const char *path, const struct rdep_module_proof *proof,
		      struct rdep_module_file *f, enum rdep_module_state *state);

/* Looks `path` up in a root. */
bool rdep_module_try(const struct rdep_search_root *root, const char *path,
		     const struct rdep_module_proof *proof, struct rdep_module_file *f,
		     enum rdep_module_state *state);

/* `rest` (with a '/' before it) in the directories of debug files. */
bool rdep_module_try_debug_dirs(struct rdep_module_search *s, const char *rest,
				const struct rdep_module_proof *proof, struct rdep_module_file *f);
/* By build-id in them: "debug" files, or the module's own. */
bool rdep_module_try_build_id(struct rdep_module_search *s, const char *build_id, const char *suffix,
			      struct rdep_module_file *f);

/* What a living process has of it (module_live.c). path: without " (deleted)". */
bool rdep_module_live(pid_t pid, const char *path, const struct rdep_module_proof *proof,
		      struct rdep_module_file *f);

#endif
