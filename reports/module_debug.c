/* SPDX-License-Identifier: MIT */
/* module_debug.c - separate debug files, and the supplementary files of those; see module_file.h.
 */
#include <elfutils/libdwelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/debuginfod.h"
#include "reports/module_search.h"

#define DEBUG_DIR "/usr/lib/debug"

/* ---- the directories of debug files ---- */

bool rdep_module_try_debug_dirs(struct rdep_module_search *s, const char *rest,
				const struct rdep_module_proof *proof, struct rdep_module_file *f)
{
	enum rdep_module_state state = RDEP_MODULE_MISSING;
	char *path;
	bool found = false;
	size_t i;

	for (i = 0; !found && i < s->debug_dir_count; i++) {
		if (asprintf(&path, "%s%s", s->debug_dirs[i], rest) < 0)
			return false;
		found = rdep_module_try(&s->machine, path, proof, f, &state);
		free(path);
	}
	if (!found && asprintf(&path, DEBUG_DIR "%s", rest) >= 0) {
		for (i = 0; !found && i < rdep_search_root_count(s); i++)
			found = rdep_module_try(rdep_search_root(s, i), path, proof, f, &state);
		free(path);
	}
	return found;
}

bool rdep_module_try_build_id(struct rdep_module_search *s, const char *build_id,
			      const char *suffix, struct rdep_module_file *f)
{
	const struct rdep_module_proof proof = {.build_id = build_id};
	char *rest;
	bool found;

	if (strlen(build_id) <= 2 ||
	    asprintf(&rest, "/.build-id/%.2s/%s%s", build_id, build_id + 2, suffix) < 0)
		return false;
	found = rdep_module_try_debug_dirs(s, rest, &proof, f);
	free(rest);
	return found;
}

/* ---- by name ---- */

/* Where an open file lies, as it is called in the root that it was found in; NULL: in none. */
static char *name_in_root(const struct rdep_module_search *s, int fd)
{
	char name[64], real[4096];
	ssize_t n;
	size_t i;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, real, sizeof(real) - 1);
	if (n <= 0)
		return NULL;
	real[n] = 0;
	for (i = 0; i < rdep_search_root_count(s); i++) {
		const char *root = rdep_search_root(s, i)->real;
		size_t len = strlen(root);

		if (strncmp(real, root, len) == 0 && real[len] == '/')
			return rdep_strdup(real + len);
	}
	return NULL;
}

static bool try_roots(struct rdep_module_search *s, const char *path,
		      const struct rdep_module_proof *proof, struct rdep_module_file *f)
{
	enum rdep_module_state state = RDEP_MODULE_MISSING;
	size_t i;

	for (i = 0; i < rdep_search_root_count(s); i++)
		if (rdep_module_try(rdep_search_root(s, i), path, proof, f, &state))
			return true;
	return false;
}

/* The name beside the module, in .debug there, and in the directories of debug files. */
static bool try_beside(struct rdep_module_search *s, const char *module, const char *link,
		       const struct rdep_module_proof *proof, struct rdep_module_file *f)
{
	const char *slash = module ? strrchr(module, '/') : NULL;
	char *beside = NULL, *below = NULL;
	int dir;
	bool found;

	if (!slash)
		return false;
	dir = (int)(slash - module);
	if (asprintf(&beside, "%.*s/%s", dir, module, link) < 0 ||
	    asprintf(&below, "%.*s/.debug/%s", dir, module, link) < 0)
		return false;
	found = try_roots(s, beside, proof, f) || try_roots(s, below, proof, f) ||
		rdep_module_try_debug_dirs(s, beside, proof, f);
	free(beside);
	free(below);
	return found;
}

static bool try_link(struct rdep_module_search *s, const struct rdep_module_wanted *w,
		     const struct rdep_module_file *of, struct rdep_module_file *f)
{
	GElf_Word crc = 0;
	const char *link = of && of->elf ? dwelf_elf_gnu_debuglink(of->elf, &crc) : NULL;
	const uint32_t sum = crc;
	const struct rdep_module_proof proof = {.build_id = w->build_id, .crc = &sum};
	char *real;
	bool found;

	if (!link || !*link || strchr(link, '/'))
		return false;
	real = name_in_root(s, of->fd);
	found = (w->path[0] == '/' && try_beside(s, w->path, link, &proof, f)) ||
		try_beside(s, real, link, &proof, f);
	free(real);
	return found;
}

bool rdep_module_open_debug(struct rdep_module_search *s, const struct rdep_module_wanted *w,
			    const struct rdep_module_file *of, struct rdep_module_file *f)
{
	*f = (struct rdep_module_file){.fd = -1};
	if (*w->build_id && rdep_module_try_build_id(s, w->build_id, ".debug", f))
		return true;
	if (try_link(s, w, of, f))
		return true;
	return *w->build_id && !w->offline && strchr(w->path, '/') && w->path[0] != '[' &&
	       rdep_debuginfod_open(&s->debuginfod, RDEP_DEBUGINFOD_DEBUGINFO, w->path, w->build_id,
				    f);
}

/* ---- supplementary files ---- */

/* The name as the debug file gives it: from its own directory, when it is relative. */
static bool try_alt_name(struct rdep_module_search *s, const struct rdep_module_file *of,
			 const char *name, const struct rdep_module_proof *proof,
			 struct rdep_module_file *f)
{
	char *base, *path = NULL;
	const char *slash;
	bool found = false;

	if (name[0] == '/')
		return try_roots(s, name, proof, f) ||
		       (strncmp(name, DEBUG_DIR "/", sizeof(DEBUG_DIR)) == 0 &&
			rdep_module_try_debug_dirs(s, name + sizeof(DEBUG_DIR) - 1, proof, f));
	base = name_in_root(s, of->fd);
	slash = base ? strrchr(base, '/') : NULL;
	if (slash && asprintf(&path, "%.*s/%s", (int)(slash - base), base, name) >= 0)
		found = try_roots(s, path, proof, f);
	free(path);
	free(base);
	return found;
}

bool rdep_module_open_alt(struct rdep_module_search *s, const struct rdep_module_file *of,
			  const char *name, const void *build_id, size_t build_id_len,
			  struct rdep_module_file *f)
{
	char hex[129] = "";
	const struct rdep_module_proof proof = {.build_id = hex};
	size_t i;

	*f = (struct rdep_module_file){.fd = -1};
	if (!build_id_len || build_id_len > 64)
		return false;
	for (i = 0; i < build_id_len; i++)
		snprintf(hex + 2 * i, 3, "%02x", ((const unsigned char *)build_id)[i]);
	return rdep_module_try_build_id(s, hex, ".debug", f) ||
	       try_alt_name(s, of, name, &proof, f) ||
	       rdep_debuginfod_open(&s->debuginfod, RDEP_DEBUGINFOD_DEBUGINFO, name, hex, f);
}
