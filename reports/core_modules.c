/* SPDX-License-Identifier: MIT */
/* core_modules.c - which files were loaded where, and which build they were, by the first page of
 * each. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include "reports/core.h"

#define MODULES_MAX 65536u
#define PHDRS_MAX 64u
#define NOTES_MAX 4096u

/* The build-id among the notes that lie at an address. */
static void read_build_id(struct rdep_core *c, struct rdep_core_module *m, uint64_t address,
			  uint64_t size)
{
	char notes[NOTES_MAX];
	size_t n = rdep_core_read(c, address, notes,
				  size < sizeof(notes) ? (size_t)size : sizeof(notes)),
	       at = 0;
	Elf64_Nhdr h;

	while (n - at >= sizeof(h)) {
		size_t name, desc;

		memcpy(&h, notes + at, sizeof(h));
		name = at + sizeof(h);
		if (h.n_namesz > n - name)
			return;
		desc = name + ((h.n_namesz + 3u) & ~3u);
		if (desc > n || h.n_descsz > n - desc)
			return;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 &&
		    !memcmp(notes + name, "GNU", 4) && h.n_descsz &&
		    h.n_descsz <= sizeof(m->build_id)) {
			memcpy(m->build_id, notes + desc, h.n_descsz);
			m->build_id_len = h.n_descsz;
			return;
		}
		at = desc + ((h.n_descsz + 3u) & ~3u);
		if (at > n)
			return;
	}
}

static void read_headers(struct rdep_core *c, struct rdep_core_module *m)
{
	Elf64_Phdr ph[PHDRS_MAX];
	uint64_t low = UINT64_MAX;
	Elf64_Ehdr e;
	size_t i, n;

	if (!rdep_core_get(c, m->start, &e, sizeof(e)) || memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 ||
	    e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_phentsize != sizeof(*ph) || !e.e_phnum ||
	    e.e_phnum > PHDRS_MAX)
		return;
	n = e.e_phnum;
	if (!rdep_core_get(c, m->start + e.e_phoff, ph, n * sizeof(*ph)))
		return;
	for (i = 0; i < n; i++)
		if (ph[i].p_type == PT_LOAD && ph[i].p_vaddr < low)
			low = ph[i].p_vaddr;
	if (low == UINT64_MAX)
		return;
	m->whole = true;
	m->bias = m->start - (low & ~4095ull);
	m->is_exe = c->exe_phdr && c->exe_phdr == m->start + e.e_phoff;
	for (i = 0; i < n; i++) {
		uint64_t end = m->bias + ph[i].p_vaddr + ph[i].p_memsz;

		if (ph[i].p_type == PT_LOAD && end > m->end && end - m->start < 1ull << 40)
			m->end = end;
		if (ph[i].p_type == PT_NOTE && !m->build_id_len)
			read_build_id(c, m, m->bias + ph[i].p_vaddr, ph[i].p_filesz);
	}
}

static int module_order(const void *pa, const void *pb)
{
	const struct rdep_core_module *a = pa, *b = pb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static void add_module(struct rdep_core *c, const struct rdep_core_mapping *f)
{
	struct rdep_core_module *last = c->module_count ? &c->modules[c->module_count - 1] : NULL;

	if (last && f->offset && !strcmp(last->path, f->path) && f->start >= last->start) {
		if (f->end > last->end)
			last->end = f->end;
		return;
	}
	if (f->offset || c->module_count == MODULES_MAX)
		return;
	RDEP_GROW(c->modules, c->module_count);
	c->modules[c->module_count++] =
		(struct rdep_core_module){.path = f->path, .start = f->start, .end = f->end};
}

/* Data files are mapped, too: a module is what has an ELF header, or code whose header the core
 * leaves out. */
void rdep_core_find_modules(struct rdep_core *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->mapping_count; i++)
		add_module(c, &c->mappings[i]);
	for (i = 0; i < c->module_count; i++) {
		char magic[SELFMAG];
		bool there = rdep_core_get(c, c->modules[i].start, magic, sizeof(magic));

		if (there && memcmp(magic, ELFMAG, SELFMAG) != 0)
			continue;
		read_headers(c, &c->modules[i]);
		c->modules[n++] = c->modules[i];
	}
	c->module_count = n;
	if (n)
		qsort(c->modules, n, sizeof(*c->modules), module_order);
	/* Disjoint, for who looks them up. */
	for (i = 0; i + 1 < n; i++)
		if (c->modules[i].end > c->modules[i + 1].start)
			c->modules[i].end = c->modules[i + 1].start;
}

struct rdep_core_module *rdep_core_module_at(const struct rdep_core *c, uint64_t address)
{
	size_t low = 0, high = c->module_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->modules[mid].end <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->module_count && c->modules[low].start <= address ? &c->modules[low] : NULL;
}
