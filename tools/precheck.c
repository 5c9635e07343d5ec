/* SPDX-License-Identifier: MIT */
/*
 * precheck.c - see precheck.h.
 */
#include "precheck.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tools.h"

/* As the kernel's binfmt_script. */
#define SCRIPT_LEVELS 5

/* A script's first line, or an ELF file's names and headers, are read up to here. */
#define LINE_MAX_BYTES 256
#define TABLE_MAX_BYTES (64u << 20)

static void no(struct precheck *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, args);
	va_end(args);
	p->ok = false;
}

static bool runnable(const char *path, int *error)
{
	struct stat st;

	if (stat(path, &st)) {
		*error = errno;
		return false;
	}
	if (S_ISDIR(st.st_mode) || access(path, X_OK)) {
		*error = EACCES;
		return false;
	}
	return true;
}

int precheck_find(const char *command, char *path, size_t size)
{
	const char *dirs = getenv("PATH"), *dir;
	bool denied = false;
	int error = ENOENT;

	if (strchr(command, '/')) {
		snprintf(path, size, "%s", command);
		if (runnable(path, &error))
			return 0;
		return error == ENOENT || error == ENOTDIR ? TOOL_NOT_FOUND : TOOL_CANNOT_RUN;
	}
	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (dir = dirs; *command; dir++) {
		int len = (int)strcspn(dir, ":");

		snprintf(path, size, "%.*s%s%s", len, dir, len ? "/" : "./", command);
		if (runnable(path, &error))
			return 0;
		denied |= error == EACCES;
		dir += len;
		if (!*dir)
			break;
	}
	return denied ? TOOL_CANNOT_RUN : TOOL_NOT_FOUND;
}

/* ---- who runs it ---- */

/* Does the kernel set AT_SECURE for it? The loader then drops LD_PRELOAD. */
static void check_privileges(struct precheck *p, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return;
	if ((st.st_mode & S_ISUID) && st.st_uid != getuid())
		no(p, "%s is set-user-id: the loader ignores LD_PRELOAD there. "
		      "Run it as its owner (uid %u), or test a copy without that bit",
		   p->program, (unsigned)st.st_uid);
	else if ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getgid())
		no(p, "%s is set-group-id: the loader ignores LD_PRELOAD there. "
		      "Run it with its group (gid %u), or test a copy without that bit",
		   p->program, (unsigned)st.st_gid);
	else if (getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0)
		no(p, "%s has file capabilities: the loader ignores LD_PRELOAD there. "
		      "Run it as root, or test a copy without them (setcap -r)",
		   p->program);
}

/* ---- ELF ---- */

struct elf {
	int fd;
	Elf64_Ehdr header;
	Elf64_Phdr *segments;
	char interp[256];
	Elf64_Dyn *dynamic;
	size_t dynamics;
	char *strings;
	size_t strings_size;
};

static bool read_at(int fd, void *to, size_t n, uint64_t offset)
{
	return pread(fd, to, n, (off_t)offset) == (ssize_t)n;
}

static void *read_table(int fd, uint64_t offset, uint64_t size)
{
	void *table;

	if (!size || size > TABLE_MAX_BYTES)
		return NULL;
	table = malloc(size + 1);
	if (table && !read_at(fd, table, size, offset)) {
		free(table);
		return NULL;
	}
	if (table)
		((char *)table)[size] = '\0';
	return table;
}

static bool file_offset(const struct elf *e, uint64_t address, uint64_t *offset)
{
	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		const Elf64_Phdr *ph = &e->segments[i];

		if (ph->p_type == PT_LOAD && address >= ph->p_vaddr &&
		    address - ph->p_vaddr < ph->p_filesz) {
			*offset = address - ph->p_vaddr + ph->p_offset;
			return true;
		}
	}
	return false;
}

static uint64_t dynamic_value(const struct elf *e, Elf64_Sxword tag)
{
	for (size_t i = 0; i < e->dynamics; i++)
		if (e->dynamic[i].d_tag == tag)
			return e->dynamic[i].d_un.d_val;
	return 0;
}

static void elf_read(struct elf *e)
{
	uint64_t offset;

	if (e->header.e_phentsize != sizeof(Elf64_Phdr))
		return;
	e->segments = read_table(e->fd, e->header.e_phoff,
				 (uint64_t)e->header.e_phnum * sizeof(Elf64_Phdr));
	if (!e->segments) {
		e->header.e_phnum = 0;
		return;
	}
	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		const Elf64_Phdr *ph = &e->segments[i];

		if (ph->p_type == PT_INTERP && ph->p_filesz < sizeof(e->interp))
			read_at(e->fd, e->interp, ph->p_filesz, ph->p_offset);
		if (ph->p_type == PT_DYNAMIC) {
			e->dynamic = read_table(e->fd, ph->p_offset, ph->p_filesz);
			e->dynamics = e->dynamic ? ph->p_filesz / sizeof(Elf64_Dyn) : 0;
		}
	}
	if (file_offset(e, dynamic_value(e, DT_STRTAB), &offset)) {
		e->strings_size = dynamic_value(e, DT_STRSZ);
		e->strings = read_table(e->fd, offset, e->strings_size);
	}
}

static void elf_free(struct elf *e)
{
	free(e->segments);
	free(e->dynamic);
	free(e->strings);
}

static bool needs_library(const struct elf *e, const char *prefix)
{
	for (size_t i = 0; e->strings && i < e->dynamics; i++)
		if (e->dynamic[i].d_tag == DT_NEEDED && e->dynamic[i].d_un.d_val < e->strings_size &&
		    !strncmp(e->strings + e->dynamic[i].d_un.d_val, prefix, strlen(prefix)))
			return true;
	return false;
}

/* Is the name one of the dynamic symbols'? The sanitizers' runtimes export theirs. */
static bool names_symbol(const struct elf *e, const char *name)
{
	size_t n = strlen(name) + 1;

	for (size_t at = 0; e->strings && at + n <= e->strings_size; at++) {
		const char *hit = memmem(e->strings + at, e->strings_size - at, name, n);

		if (!hit)
			return false;
		at = (size_t)(hit - e->strings);
		if (!at || !hit[-1])
			return true;
	}
	return false;
}

static enum precheck_sanitizer sanitizer(const struct elf *e)
{
	if (needs_library(e, "libasan.so") || needs_library(e, "libclang_rt.asan"))
		return PRECHECK_ASAN_SHARED;
	if (needs_library(e, "libtsan.so") || needs_library(e, "libclang_rt.tsan"))
		return PRECHECK_TSAN_SHARED;
	if (names_symbol(e, "__asan_init"))
		return PRECHECK_ASAN_LINKED;
	if (names_symbol(e, "__tsan_init"))
		return PRECHECK_TSAN_LINKED;
	return PRECHECK_NO_SANITIZER;
}

/* The loader, called by name with a program as its argument, has no interpreter either. */
static bool is_loader(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	return !strncmp(base, "ld-linux", 8) || !strncmp(base, "ld-2.", 5) || !strcmp(base, "ld.so");
}

static void check_elf(struct precheck *p, int fd)
{
	struct elf e = { .fd = fd };

	if (!read_at(fd, &e.header, sizeof(e.header), 0) ||
	    memcmp(e.header.e_ident, ELFMAG, SELFMAG)) {
		no(p, "%s is neither an ELF program nor a script: nothing can be preloaded into it",
		   p->program);
		return;
	}
	if (e.header.e_ident[EI_CLASS] != ELFCLASS64 || e.header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    e.header.e_machine != EM_X86_64) {
		no(p, "%s is a %s program for another machine (ELF machine %u): reclaimdep knows 64-bit x86 only",
		   p->program, e.header.e_ident[EI_CLASS] == ELFCLASS32 ? "32-bit" : "64-bit",
		   (unsigned)e.header.e_machine);
		return;
	}
	elf_read(&e);
	if (!*e.interp) {
		if (!is_loader(p->program))
			no(p, "%s is a static program: nothing can be preloaded into it. "
			      "Link it dynamically (without -static), or put reclaimdep in front of the "
			      "dynamic program that it starts",
			   p->program);
	} else if (strstr(e.interp, "ld-musl")) {
		no(p, "%s uses another C library (its loader is %s): reclaimdep knows glibc only",
		   p->program, e.interp);
	} else {
		p->sanitizer = sanitizer(&e);
	}
	elf_free(&e);
}

/* ---- scripts ---- */

/* "#!interpreter arg": true with the interpreter's path in `to`. */
static bool script(int fd, char *to, size_t size)
{
	char line[LINE_MAX_BYTES + 1];
	ssize_t n = pread(fd, line, LINE_MAX_BYTES, 0);
	char *name;

	if (n < 3 || line[0] != '#' || line[1] != '!')
		return false;
	line[n] = '\0';
	name = line + 2 + strspn(line + 2, " \t");
	name[strcspn(name, " \t\r\n")] = '\0';
	snprintf(to, size, "%s", name);
	return *name != '\0';
}

/* What execvp() gives to the shell: text without a "#!" line. */
static bool plain_text(int fd)
{
	char head[LINE_MAX_BYTES];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	return n >= 0 && !memchr(head, '\0', (size_t)n) && (n < 4 || memcmp(head, ELFMAG, SELFMAG));
}

void precheck(struct precheck *p, const char *path)
{
	memset(p, 0, sizeof(*p));
	p->ok = true;
	snprintf(p->program, sizeof(p->program), "%s", path);
	for (int level = 0; level < SCRIPT_LEVELS; level++) {
		char next[sizeof(p->program)];
		int fd = open(p->program, O_RDONLY | O_CLOEXEC);

		/* Executable but not readable: nothing can be told, and it may well work. */
		if (fd < 0)
			return;
		if (script(fd, next, sizeof(next))) {
			snprintf(p->program, sizeof(p->program), "%s", next);
		} else if (plain_text(fd)) {
			snprintf(p->program, sizeof(p->program), "/bin/sh");
		} else {
			check_privileges(p, fd);
			if (p->ok)
				check_elf(p, fd);
			close(fd);
			return;
		}
		close(fd);
	}
}
