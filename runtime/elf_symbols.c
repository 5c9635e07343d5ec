// SPDX-License-Identifier: MIT
/* elf_symbols.c - see elf_symbols.h. */
#include "elf_symbols.h"
#include "sys.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* A module's file, mapped for as long as it is read. */
struct image {
	const char *base;
	size_t size;
};

static bool map_image(const struct rd_module *m, struct image *im)
{
	static char path[PATH_MAX];
	struct stat st;
	long fd, p = -1;

	rd_module_path(m, path, sizeof(path));
	if (path[0] != '/')
		return false;
	fd = rd_sys(SYS_open, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	if (rd_sys_failed(fd))
		return false;
	if (!rd_sys_failed(rd_sys(SYS_fstat, fd, &st)) && S_ISREG(st.st_mode) &&
	    st.st_size >= (off_t)sizeof(Elf64_Ehdr)) {
		im->size = (size_t)st.st_size;
		p = rd_sys(SYS_mmap, 0, im->size, PROT_READ, MAP_PRIVATE, fd, 0);
		im->base = (const char *)p;
	}
	rd_sys(SYS_close, fd);
	return p != -1 && !rd_sys_failed(p);
}

/* [offset, offset + size) of the file, or NULL. */
static const void *part(const struct image *im, uint64_t offset, uint64_t size)
{
	return offset <= im->size && size <= im->size - offset ? im->base + offset : NULL;
}

static const Elf64_Shdr *find_section(const struct image *im, const Elf64_Shdr *sections, unsigned n, unsigned type)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if (sections[i].sh_type == type && part(im, sections[i].sh_offset, sections[i].sh_size))
			return &sections[i];
	}
	return NULL;
}

static void walk_symbols(const struct image *im, bool (*each)(void *, const char *, uint64_t, uint64_t, bool), void *arg)
{
	const Elf64_Ehdr *e = part(im, 0, sizeof(*e));
	const Elf64_Shdr *sections, *table, *strings;
	const Elf64_Sym *sym;
	const char *names;
	size_t i, n;

	if (!e || memcmp(e->e_ident, ELFMAG, SELFMAG) != 0 || e->e_ident[EI_CLASS] != ELFCLASS64 ||
	    e->e_shentsize != sizeof(Elf64_Shdr) || e->e_shoff % 8)
		return;
	sections = part(im, e->e_shoff, (uint64_t)e->e_shnum * sizeof(*sections));
	if (!sections)
		return;
	table = find_section(im, sections, e->e_shnum, SHT_SYMTAB);
	if (!table)
		table = find_section(im, sections, e->e_shnum, SHT_DYNSYM);
	if (!table || table->sh_link >= e->e_shnum || table->sh_offset % 8)
		return;
	strings = &sections[table->sh_link];
	names = part(im, strings->sh_offset, strings->sh_size);
	if (!names || !strings->sh_size || names[strings->sh_size - 1])
		return;
	sym = part(im, table->sh_offset, table->sh_size);
	n = table->sh_size / sizeof(*sym);
	for (i = 0; i < n; i++) {
		unsigned type = ELF64_ST_TYPE(sym[i].st_info);

		if ((type != STT_FUNC && type != STT_OBJECT) || sym[i].st_shndx == SHN_UNDEF ||
		    sym[i].st_name >= strings->sh_size)
			continue;
		if (!each(arg, names + sym[i].st_name, sym[i].st_value, sym[i].st_size, type == STT_FUNC))
			return;
	}
}

void rd_elf_symbols(const struct rd_module *m, bool (*each)(void *, const char *, uint64_t, uint64_t, bool), void *arg)
{
	struct image im;

	if (!map_image(m, &im))
		return;
	walk_symbols(&im, each, arg);
	rd_sys(SYS_munmap, im.base, im.size);
}

struct wanted {
	uint64_t at;
	char *buf;
	size_t n;
	bool found;
};

static bool covers(void *arg, const char *name, uint64_t start, uint64_t size, bool function)
{
	struct wanted *w = arg;

	(void)function;
	if (w->at < start || w->at >= start + size)
		return true;
	strncpy(w->buf, name, w->n - 1);
	w->buf[w->n - 1] = 0;
	w->found = true;
	return false;
}

bool rd_elf_symbol_at(const struct rd_module *m, uint64_t address, char *buf, size_t n)
{
	struct wanted w = {.at = address - m->bias, .buf = buf, .n = n};

	rd_elf_symbols(m, covers, &w);
	return w.found;
}
