/* SPDX-License-Identifier: MIT */
/* module_file.c - where modules are looked for, and which file is the one; see module_file.h. */
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/debuginfod.h"
#include "reports/in_root.h"
#include "reports/module_search.h"

#define PIDS_MAX 64u

/* ---- where to look ---- */

static char *real_name(int fd)
{
	char name[64], real[4096];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, real, sizeof(real) - 1);
	real[n > 0 ? n : 0] = 0;
	return rdep_strdup(strcmp(real, "/") ? real : "");
}

static bool open_root(struct rdep_search_root *root, const char *dir)
{
	size_t n = strlen(dir);

	root->fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0)
		return false;
	root->real = real_name(root->fd);
	root->dir = rdep_strdup(dir);
	while (n && dir[n - 1] == '/')
		root->dir[--n] = 0;
	return true;
}

static void close_root(struct rdep_search_root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	free(root->dir);
	free(root->real);
}

struct rdep_module_search *rdep_module_search_new(void)
{
	struct rdep_module_search *s = rdep_alloc(sizeof(*s));

	elf_version(EV_CURRENT);
	s->users = 1;
	open_root(&s->machine, "/");
	return s;
}

struct rdep_module_search *rdep_module_search_share(struct rdep_module_search *s)
{
	s->users++;
	return s;
}

void rdep_module_search_free(struct rdep_module_search *s)
{
	size_t i;

	if (!s || --s->users)
		return;
	close_root(&s->machine);
	for (i = 0; i < s->sysroot_count; i++)
		close_root(&s->sysroots[i]);
	for (i = 0; i < s->file_count; i++)
		free(s->files[i]);
	free(s->files);
	for (i = 0; i < s->debug_dir_count; i++)
		free(s->debug_dirs[i]);
	free(s->sysroots);
	free(s->debug_dirs);
	free(s->pids);
	rdep_debuginfod_free(s->debuginfod);
	free(s);
}

int rdep_module_search_sysroot(struct rdep_module_search *s, const char *dir,
			       struct rdep_error *err)
{
	struct rdep_search_root root;

	if (!open_root(&root, dir)) {
		rdep_error_set(err, "--sysroot=%s: %s", dir, strerror(errno));
		return -1;
	}
	RDEP_GROW(s->sysroots, s->sysroot_count);
	s->sysroots[s->sysroot_count++] = root;
	return 0;
}

int rdep_module_search_debug_dir(struct rdep_module_search *s, const char *dir,
				 struct rdep_error *err)
{
	char *real = realpath(dir, NULL);
	struct stat st;

	if (!real || stat(real, &st) < 0 || !S_ISDIR(st.st_mode)) {
		rdep_error_set(err, "--debug-dir=%s: %s", dir, strerror(real ? ENOTDIR : errno));
		free(real);
		return -1;
	}
	RDEP_GROW(s->debug_dirs, s->debug_dir_count);
	s->debug_dirs[s->debug_dir_count++] = real;
	return 0;
}

void rdep_module_search_file(struct rdep_module_search *s, const char *path)
{
	RDEP_GROW(s->files, s->file_count);
	s->files[s->file_count++] = rdep_strdup(path);
}

void rdep_module_search_pid(struct rdep_module_search *s, pid_t pid)
{
	size_t i;

	for (i = 0; i < s->pid_count; i++)
		if (s->pids[i] == pid)
			return;
	if (pid <= 0 || s->pid_count == PIDS_MAX)
		return;
	RDEP_GROW(s->pids, s->pid_count);
	s->pids[s->pid_count++] = pid;
}

bool rdep_module_search_has_sysroot(const struct rdep_module_search *s)
{
	return s->sysroot_count > 0;
}

const char *rdep_module_search_said(struct rdep_module_search *s, size_t i)
{
	return s->debuginfod ? rdep_debuginfod_said(s->debuginfod, i) : NULL;
}

size_t rdep_search_root_count(const struct rdep_module_search *s)
{
	return s->sysroot_count ? s->sysroot_count : 1;
}

const struct rdep_search_root *rdep_search_root(const struct rdep_module_search *s, size_t i)
{
	return s->sysroot_count ? &s->sysroots[i] : &s->machine;
}

/* ---- is it the one ---- */

bool rdep_module_build_id(Elf *elf, char hex[129])
{
	const void *bits;
	ssize_t i, n = dwelf_elf_gnu_build_id(elf, &bits);

	hex[0] = 0;
	if (n <= 0 || n > 64)
		return false;
	for (i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", ((const unsigned char *)bits)[i]);
	return true;
}

/* The checksum of .gnu_debuglink: CRC-32 as in zlib. */
static bool file_crc(int fd, uint32_t *sum)
{
	static uint32_t table[256];
	unsigned char *piece = rdep_alloc(1u << 16);
	uint32_t crc = ~0u, c;
	off_t at = 0;
	ssize_t i, n;
	int k;

	for (i = 0; !table[255] && i < 256; i++) {
		for (c = (uint32_t)i, k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
		table[i] = c;
	}
	while ((n = pread(fd, piece, 1u << 16, at)) > 0) {
		for (i = 0; i < n; i++)
			crc = table[(crc ^ piece[i]) & 0xff] ^ crc >> 8;
		at += n;
	}
	free(piece);
	*sum = ~crc;
	return n == 0;
}

static bool is_older(int fd, uint64_t ran_ns)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	       (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec <= ran_ns;
}

static enum rdep_module_state judge(Elf *elf, int fd, const struct rdep_module_proof *proof)
{
	char its[129];
	uint32_t crc;

	if (!elf || elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64)
		return RDEP_MODULE_NOT_ELF;
	if (rdep_module_build_id(elf, its) && *proof->build_id)
		return strcmp(its, proof->build_id) ? RDEP_MODULE_CHANGED : RDEP_MODULE_GOOD;
	if (proof->crc)
		return file_crc(fd, &crc) && crc == *proof->crc ? RDEP_MODULE_GOOD
								: RDEP_MODULE_CHANGED;
	if (*proof->build_id)
		return RDEP_MODULE_CHANGED;
	return is_older(fd, proof->ran_ns) ? RDEP_MODULE_GOOD : RDEP_MODULE_NEWER;
}

/* How much a reason says: of several files that are not the one, the most telling is told. */
static unsigned weight(enum rdep_module_state state)
{
	return state == RDEP_MODULE_CHANGED ? 3
	       : state == RDEP_MODULE_NEWER ? 2
					    : state == RDEP_MODULE_NOT_ELF;
}

bool rdep_module_take(int fd, const char *path, const struct rdep_module_proof *proof,
		      struct rdep_module_file *f, enum rdep_module_state *state)
{
	enum rdep_module_state s;
	Elf *elf;

	fd = rdep_open_found(fd);
	if (fd < 0)
		return false;
	/* Not the mapped kind: a file that shrinks under us would be a SIGBUS. */
	elf = elf_begin(fd, ELF_C_READ, NULL);
	s = judge(elf, fd, proof);
	if (s == RDEP_MODULE_GOOD) {
		*state = s;
		*f = (struct rdep_module_file){.elf = elf, .fd = fd, .path = rdep_strdup(path)};
		return true;
	}
	if (weight(s) > weight(*state))
		*state = s;
	if (elf)
		elf_end(elf);
	close(fd);
	return false;
}

void rdep_module_close(struct rdep_module_file *f)
{
	if (f->elf) {
		elf_end(f->elf);
		close(f->fd);
	}
	free(f->path);
	*f = (struct rdep_module_file){.fd = -1};
}

/* ---- the module itself ---- */

/* These name what the reader has open, not what the program had. */
static bool is_of_the_process(const char *path)
{
	return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/dev/fd/", 8) == 0 ||
	       strncmp(path, "/memfd:", 7) == 0;
}

bool rdep_module_try(const struct rdep_search_root *root, const char *path,
		     const struct rdep_module_proof *proof, struct rdep_module_file *f,
		     enum rdep_module_state *state)
{
	char *shown;
	bool taken;

	if (root->fd < 0 || asprintf(&shown, "%s%s", root->dir, path) < 0)
		return false;
	taken = rdep_module_take(rdep_in_root(root->fd, path), shown, proof, f, state);
	free(shown);
	return taken;
}

static bool try_roots(struct rdep_module_search *s, const char *path,
		      const struct rdep_module_proof *proof, struct rdep_module_file *f,
		      enum rdep_module_state *state)
{
	size_t i;

	for (i = 0; i < rdep_search_root_count(s); i++)
		if (rdep_module_try(rdep_search_root(s, i), path, proof, f, state))
			return true;
	return false;
}

/* The path as an absolute one: of a relative one, as it is here, a build-id must tell. NULL: none.
 */
static char *absolute(const struct rdep_module_wanted *w)
{
	char *cwd, *path = NULL;

	if (w->path[0] == '/')
		return rdep_strdup(w->path);
	if (!w->path[0] || !*w->build_id)
		return NULL;
	cwd = getcwd(NULL, 0);
	if (cwd && asprintf(&path, "%s/%s", cwd, w->path) < 0)
		path = NULL;
	free(cwd);
	return path;
}

bool rdep_module_is_older(struct rdep_module_search *s, const char *path, uint64_t ran_ns)
{
	bool older = false;
	int fd = -1;
	size_t i;

	for (i = 0; fd < 0 && *path == '/' && i < rdep_search_root_count(s); i++)
		fd = rdep_in_root(rdep_search_root(s, i)->fd, path);
	if (fd >= 0) {
		older = is_older(fd, ran_ns);
		close(fd);
	}
	return older;
}

int rdep_module_open_source(struct rdep_module_search *s, const char *path)
{
	int fd = -1;
	size_t i;

	errno = ENOENT;
	for (i = 0; fd < 0 && *path == '/' && i < rdep_search_root_count(s); i++)
		fd = rdep_open_found(rdep_in_root(rdep_search_root(s, i)->fd, path));
	return fd;
}

static bool cut_deleted(char *path)
{
	static const char word[] = " (deleted)";
	size_t n = strlen(path), len = sizeof(word) - 1;

	if (n <= len || strcmp(path + n - len, word))
		return false;
	path[n - len] = 0;
	return true;
}

/* Of another module they are another build: that is no reason to tell. */
static bool try_files(struct rdep_module_search *s, const struct rdep_module_proof *proof,
		      struct rdep_module_file *f)
{
	enum rdep_module_state ignored = RDEP_MODULE_MISSING;
	size_t i;

	for (i = 0; *proof->build_id && i < s->file_count; i++)
		if (rdep_module_take(open(s->files[i], O_PATH | O_CLOEXEC), s->files[i], proof, f,
				     &ignored))
			return true;
	return false;
}

static bool is_real(const struct rdep_module_wanted *w)
{
	return strchr(w->path, '/') && w->path[0] != '[';
}

bool rdep_module_open(struct rdep_module_search *s, const struct rdep_module_wanted *w,
		      struct rdep_module_file *f, enum rdep_module_state *state)
{
	const struct rdep_module_proof proof = {.build_id = w->build_id, .ran_ns = w->ran_ns};
	char *path = absolute(w);
	bool found = false, elsewhere;
	size_t i;

	*f = (struct rdep_module_file){.fd = -1};
	*state = RDEP_MODULE_MISSING;
	if (!path)
		return false;
	found = try_files(s, &proof, f);
	if (!found && !is_of_the_process(path))
		found = try_roots(s, path, &proof, f, state);
	if (!found && cut_deleted(path) && !is_of_the_process(path))
		found = try_roots(s, path, &proof, f, state);
	/* What follows is found by its build-id; the kernel's own (vdso) is no file. */
	elsewhere = !found && *w->build_id && is_real(w);
	for (i = 0; elsewhere && !found && i < s->pid_count; i++)
		found = rdep_module_live(s->pids[i], path, &proof, f);
	if (elsewhere && !found)
		found = rdep_module_try_build_id(s, w->build_id, "", f);
	if (elsewhere && !found && !w->offline)
		found = rdep_debuginfod_open(&s->debuginfod, RDEP_DEBUGINFOD_EXECUTABLE, w->path,
					     w->build_id, f);
	if (found)
		*state = RDEP_MODULE_GOOD;
	free(path);
	return found;
}
