/* SPDX-License-Identifier: MIT */
/* core_file.c - a core dump as a file: what kind it is, its segments, and reading memory from it.
 */
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/core.h"
#include "reports/core_notes.h"
#include "reports/record_items.h"

#define SEGMENTS_MAX (1u << 20)
#define WINDOW (64u << 10)
#define WINDOWS 16u

/* ---- what it is, when it is none ---- */

/* What the first bytes of a packed file are, and what unpacks it. */
static const struct {
	const char *magic;
	size_t len;
	const char *name, *command;
} packed[] = {
	{"\x28\xb5\x2f\xfd", 4, "zstd", "zstd -d -o core"},
	{"\x04\x22\x4d\x18", 4, "lz4", "lz4 -d -f --to-stdout"},
	{"\xfd"
	 "7zXZ",
	 5, "xz", "xz -dc"},
	{"\x1f\x8b", 2, "gzip", "gzip -dc"},
	{"BZh", 3, "bzip2", "bzip2 -dc"},
};

static bool is_packed(const char *path, const char *head, struct rdep_error *err)
{
	size_t i;

	for (i = 0; i < sizeof(packed) / sizeof(*packed); i++) {
		if (memcmp(head, packed[i].magic, packed[i].len) != 0)
			continue;
		rdep_error_set(err, "%s: compressed (%s): unpack it first: %s %s%s", path,
			       packed[i].name, packed[i].command, path, i ? " >core" : "");
		return true;
	}
	return false;
}

static const char *machine_name(unsigned machine)
{
	switch (machine) {
	case EM_386:
		return "i386";
	case EM_AARCH64:
		return "aarch64";
	case EM_ARM:
		return "arm";
	case EM_PPC64:
		return "ppc64";
	case EM_RISCV:
		return "riscv";
	case EM_S390:
		return "s390";
	default:
		return NULL;
	}
}

static int check_header(const char *path, const GElf_Ehdr *e, struct rdep_error *err)
{
	static const char *const types[] = {"no file type", "an object file", "a program",
					    "a program or shared object"};
	const char *machine = machine_name(e->e_machine);

	if (e->e_ident[EI_CLASS] != ELFCLASS64)
		rdep_error_set(err, "%s: of a 32-bit process: reclaimdep follows x86-64 ones",
			       path);
	else if (e->e_ident[EI_DATA] != ELFDATA2LSB)
		rdep_error_set(err,
			       "%s: of a big-endian machine: reclaimdep follows x86-64 processes",
			       path);
	else if (e->e_type != ET_CORE)
		rdep_error_set(err, "%s: an ELF file, but no core dump (%s)%s", path,
			       e->e_type < 4 ? types[e->e_type] : "of an unknown type",
			       e->e_type == ET_EXEC || e->e_type == ET_DYN
				       ? ": give the core first, and this as --exe=FILE"
				       : "");
	else if (e->e_machine != EM_X86_64)
		rdep_error_set(err,
			       "%s: of another machine (%s, number %u): reclaimdep follows x86-64 "
			       "processes",
			       path, machine ? machine : "unknown", e->e_machine);
	else
		return 0;
	return -1;
}

static int check_head(struct rdep_core *c, struct rdep_error *err)
{
	char head[EI_NIDENT] = {0};
	ssize_t n = rdep_record_read(c->fd, head, sizeof(head), 0);

	if (n < 0) {
		rdep_error_set(err, "%s: can't read: %s", c->path, strerror(errno));
		return -1;
	}
	if (n == 0) {
		rdep_error_set(err,
			       "%s: empty: was there room for it, and did `ulimit -c` allow it?",
			       c->path);
		return -1;
	}
	if (is_packed(c->path, head, err))
		return -1;
	if (memcmp(head, RDEP_MAGIC, 8) == 0) {
		rdep_error_set(err, "%s: a record, no core dump: reclaimdep report %s", c->path,
			       c->path);
		return -1;
	}
	if (memcmp(head, ELFMAG, SELFMAG) != 0) {
		rdep_error_set(err, "%s: no core dump: no ELF header at offset 0", c->path);
		return -1;
	}
	return 0;
}

/* ---- segments ---- */

static int segment_order(const void *pa, const void *pb)
{
	const struct rdep_core_segment *a = pa, *b = pb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static void add_segment(struct rdep_core *c, const GElf_Phdr *p)
{
	uint64_t n = p->p_filesz < p->p_memsz ? p->p_filesz : p->p_memsz;

	if (p->p_offset <= UINT64_MAX - p->p_filesz && p->p_offset + p->p_filesz > c->should_be)
		c->should_be = p->p_offset + p->p_filesz;
	if (!n)
		return;
	if (n > UINT64_MAX - p->p_vaddr || p->p_offset > UINT64_MAX - p->p_filesz) {
		c->thrown_out++;
		return;
	}
	if (p->p_offset >= c->size)
		return;
	if (n > c->size - p->p_offset)
		n = c->size - p->p_offset;
	RDEP_GROW(c->segments, c->segment_count);
	c->segments[c->segment_count++] = (struct rdep_core_segment){.start = p->p_vaddr,
								     .end = p->p_vaddr + n,
								     .offset = p->p_offset,
								     .writable = p->p_flags & PF_W};
}

static void sort_segments(struct rdep_core *c)
{
	size_t i, n = 0;

	if (c->segment_count)
		qsort(c->segments, c->segment_count, sizeof(*c->segments), segment_order);
	for (i = 0; i < c->segment_count; i++) {
		if (n && c->segments[i].start < c->segments[n - 1].end)
			c->thrown_out++;
		else
			c->segments[n++] = c->segments[i];
	}
	c->segment_count = n;
}

static int read_headers(struct rdep_core *c, Elf *elf, struct rdep_error *err)
{
	struct rdep_core_notes notes = {.left = c->size};
	GElf_Ehdr e;
	GElf_Phdr p;
	size_t i, n;

	if (!gelf_getehdr(elf, &e)) {
		rdep_error_set(err, "%s: cut short: %llu bytes hold no ELF header", c->path,
			       (unsigned long long)c->size);
		return -1;
	}
	if (check_header(c->path, &e, err) < 0)
		return -1;
	/* libelf tells only as many as the file has room for. */
	if (elf_getphdrnum(elf, &n) < 0 || n > SEGMENTS_MAX || e.e_phoff > c->size ||
	    (e.e_phnum != PN_XNUM && n < e.e_phnum) ||
	    n > (c->size - e.e_phoff) / sizeof(Elf64_Phdr)) {
		rdep_error_set(err,
			       "%s: cut short: its program headers, at offset %llu, are not all "
			       "there: was there room for "
			       "it, and did `ulimit -c` allow it?",
			       c->path, (unsigned long long)e.e_phoff);
		return -1;
	}
	for (i = 0; i < n; i++) {
		if (!gelf_getphdr(elf, (int)i, &p))
			continue;
		if (p.p_type == PT_NOTE)
			rdep_core_read_notes(c, &notes, p.p_offset, p.p_filesz);
		else if (p.p_type == PT_LOAD)
			add_segment(c, &p);
	}
	c->cut = c->should_be > c->size;
	sort_segments(c);
	return 0;
}

static int read_elf(struct rdep_core *c, struct rdep_error *err)
{
	Elf *elf;
	int rc;

	elf_version(EV_CURRENT);
	elf = elf_begin(c->fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		rdep_error_set(err, "%s: no core dump that libelf can read: %s", c->path,
			       elf_errmsg(-1));
		rc = -1;
	} else {
		rc = read_headers(c, elf, err);
	}
	if (elf)
		elf_end(elf);
	return rc;
}

struct rdep_core *rdep_core_open(const char *path, struct rdep_error *err)
{
	struct rdep_core *c = rdep_alloc(sizeof(*c));
	struct stat st;

	c->path = rdep_strdup(path);
	c->windows = rdep_alloc((size_t)WINDOWS * WINDOW);
	c->fd = rdep_record_file(path, err);
	if (c->fd >= 0 && fstat(c->fd, &st) == 0) {
		c->size = (uint64_t)st.st_size;
		if (check_head(c, err) == 0 && read_elf(c, err) == 0) {
			rdep_core_find_modules(c);
			return c;
		}
	}
	rdep_core_close(c);
	return NULL;
}

void rdep_core_close(struct rdep_core *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c->segments);
	free(c->threads);
	free(c->mappings);
	free(c->modules);
	free(c->windows);
	free(c->path);
	rdep_arena_free(&c->arena);
	free(c);
}

/* ---- memory ---- */

static const struct rdep_core_segment *segment_at(const struct rdep_core *c, uint64_t address)
{
	size_t low = 0, high = c->segment_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->segments[mid].end <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->segment_count && c->segments[low].start <= address ? &c->segments[low]
									   : NULL;
}

/* Bytes of the file at `at`, by windows: small reads are many, and near each other. */
static size_t file_read(struct rdep_core *c, uint64_t at, char *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		uint64_t from = (at + done) / WINDOW * WINDOW;
		size_t w = from / WINDOW % WINDOWS, skip = (size_t)(at + done - from), part;
		char *window = c->windows + w * WINDOW;

		/* 0 is no window's: they are kept with 1 added. */
		if (c->window_at[w] != from + 1) {
			ssize_t got = rdep_record_read(c->fd, window, WINDOW, from);

			c->window_at[w] = from + 1;
			c->window_len[w] = got > 0 ? (uint32_t)got : 0;
		}
		if (skip >= c->window_len[w])
			break;
		part = c->window_len[w] - skip;
		if (part > n - done)
			part = n - done;
		memcpy(p + done, window + skip, part);
		done += part;
	}
	return done;
}

size_t rdep_core_read(struct rdep_core *c, uint64_t address, void *p, size_t n)
{
	size_t done = 0;

	while (done < n && address <= UINT64_MAX - done) {
		const struct rdep_core_segment *s = segment_at(c, address + done);
		uint64_t room;
		size_t part, got;

		if (!s)
			break;
		room = s->end - (address + done);
		part = room < n - done ? (size_t)room : n - done;
		got = file_read(c, s->offset + (address + done - s->start), (char *)p + done, part);
		done += got;
		if (got < part)
			break;
	}
	return done;
}

bool rdep_core_get(struct rdep_core *c, uint64_t address, void *p, size_t n)
{
	return rdep_core_read(c, address, p, n) == n;
}

bool rdep_core_text(struct rdep_core *c, uint64_t address, char *p, size_t n)
{
	size_t got = rdep_core_read(c, address, p, n);

	return memchr(p, 0, got) != NULL;
}
