/* SPDX-License-Identifier: MIT */
/* symbols_elf.c - symbol tables, build-ids, separate debug files. */
#include <elfutils/libdwelf.h>
#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/symbols_tables.h"

#define NAME_MAX_DEMANGLED 4096u

static bool same_build_id(Elf *elf, const char *hex)
{
	const void *bits;
	ssize_t i, n;

	if (!*hex)
		return true;
	n = dwelf_elf_gnu_build_id(elf, &bits);
	if (n <= 0 || strlen(hex) != 2 * (size_t)n)
		return false;
	for (i = 0; i < n; i++) {
		char digits[3];

		snprintf(digits, sizeof(digits), "%02x", ((const unsigned char *)bits)[i]);
		if (memcmp(digits, hex + 2 * i, 2) != 0)
			return false;
	}
	return true;
}

Elf *rdep_elf_open(const char *path, const char *build_id, int *fd, enum rdep_module_state *state)
{
	Elf *elf;

	*state = RDEP_MODULE_MISSING;
	*fd = rdep_open_regular(path);
	if (*fd < 0)
		return NULL;
	/* Not the mapped kind: a file that shrinks under us would be a SIGBUS. */
	elf = elf_begin(*fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64) {
		*state = RDEP_MODULE_NOT_ELF;
	} else if (!same_build_id(elf, build_id)) {
		*state = RDEP_MODULE_CHANGED;
	} else {
		*state = RDEP_MODULE_GOOD;
		return elf;
	}
	if (elf)
		elf_end(elf);
	close(*fd);
	return NULL;
}

/* ---- symbol tables ---- */

static bool is_function(unsigned type)
{
	return type == STT_FUNC || type == STT_GNU_IFUNC;
}

static void add_symbol(struct rdep_symbol **list, size_t *count, const struct rdep_symbol *s)
{
	RDEP_GROW(*list, *count);
	(*list)[(*count)++] = *s;
}

static void read_symbols(struct rdep_symbol_tables *t, Elf *elf, Elf_Scn *scn, GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	const char *unit = NULL;
	size_t i, n;

	if (!data || !shdr->sh_entsize)
		return;
	n = data->d_size / shdr->sh_entsize;
	for (i = 0; i < n && i < INT32_MAX; i++) {
		struct rdep_symbol s;
		unsigned type;
		GElf_Sym sym;
		const char *name;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		name = elf_strptr(elf, shdr->sh_link, sym.st_name);
		type = GELF_ST_TYPE(sym.st_info);
		if (type == STT_FILE)
			unit = name && *name ? name : NULL;
		if (!name || !*name || sym.st_shndx == SHN_UNDEF || !sym.st_value)
			continue;
		s = (struct rdep_symbol){
			.address = sym.st_value,
			.size = sym.st_size,
			.name = name,
			.local = GELF_ST_BIND(sym.st_info) == STB_LOCAL,
		};
		s.unit = s.local ? unit : NULL;
		if (is_function(type))
			add_symbol(&t->functions, &t->function_count, &s);
		else if (type == STT_OBJECT)
			add_symbol(&t->objects, &t->object_count, &s);
	}
}

/* Reads the tables of that type; false when there is none. */
static bool read_tables(struct rdep_symbol_tables *t, Elf *elf, unsigned type)
{
	Elf_Scn *scn = NULL;
	bool any = false;

	while (elf && (scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;

		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != type)
			continue;
		read_symbols(t, elf, scn, &shdr);
		any = true;
	}
	return any;
}

static size_t underscores(const char *name)
{
	return strspn(name, "_");
}

/* By address; of several at one address the one that people know comes first. */
static int symbol_order(const void *pa, const void *pb)
{
	const struct rdep_symbol *a = pa, *b = pb;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (a->local != b->local)
		return a->local ? 1 : -1;
	if (underscores(a->name) != underscores(b->name))
		return underscores(a->name) < underscores(b->name) ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return strcmp(a->name, b->name);
}

const struct rdep_symbol *rdep_elf_symbol(const struct rdep_symbol *symbols, size_t count,
					  uint64_t address)
{
	const struct rdep_symbol *unsized = NULL, *best = NULL;
	size_t low = 0, high = count, back;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (symbols[mid].address <= address)
			low = mid + 1;
		else
			high = mid;
	}
	for (back = 0; back < 64 && back < low; back++) {
		const struct rdep_symbol *s = &symbols[low - 1 - back];

		if (best && s->address != best->address)
			break;
		if (address - s->address < s->size)
			best = s;
		else if (!s->size && !unsized && back == 0)
			unsized = s;
	}
	return best ? best : unsized;
}

/* ---- separate debug files ---- */

static bool has_section(Elf *elf, const char *wanted)
{
	Elf_Scn *scn = NULL;
	size_t strings;

	if (!elf || elf_getshdrstrndx(elf, &strings) < 0)
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;
		const char *name;

		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type == SHT_NOBITS)
			continue;
		name = elf_strptr(elf, strings, shdr.sh_name);
		if (name && strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

static bool try_debug(struct rdep_symbol_module *m, const char *path)
{
	struct rdep_symbol_tables *t = m->tables;
	enum rdep_module_state state;

	t->debug = rdep_elf_open(path, m->build_id, &t->debug_fd, &state);
	return t->debug != NULL;
}

static void find_debug(struct rdep_symbol_module *m)
{
	struct rdep_arena *a = &m->owner->arena;
	const char *link, *slash;
	GElf_Word crc;
	int dir;

	if (strlen(m->build_id) > 2 &&
	    try_debug(m, rdep_arena_printf(a, "/usr/lib/debug/.build-id/%.2s/%s.debug", m->build_id,
					   m->build_id + 2)))
		return;
	/* A file by name alone could be of any build: it needs the build-id too. */
	if (!m->tables->elf || !*m->build_id)
		return;
	link = dwelf_elf_gnu_debuglink(m->tables->elf, &crc);
	slash = strrchr(m->path, '/');
	if (!link || !slash || strchr(link, '/'))
		return;
	dir = (int)(slash - m->path);
	if (try_debug(m, rdep_arena_printf(a, "%.*s/%s", dir, m->path, link)) ||
	    try_debug(m, rdep_arena_printf(a, "%.*s/.debug/%s", dir, m->path, link)))
		return;
	try_debug(m, rdep_arena_printf(a, "/usr/lib/debug%.*s/%s", dir, m->path, link));
}

void rdep_elf_load(struct rdep_symbol_module *m)
{
	struct rdep_symbol_tables *t = rdep_alloc(sizeof(*t));

	elf_version(EV_CURRENT);
	m->tables = t;
	t->fd = t->debug_fd = -1;
	t->elf = rdep_elf_open(m->path, m->build_id, &t->fd, &m->state);
	if (!t->elf || !has_section(t->elf, ".debug_info"))
		find_debug(m);
	if (!t->elf && !t->debug)
		return;
	if (!t->elf)
		m->state = RDEP_MODULE_DEBUG_ONLY;
	if (!read_tables(t, t->elf, SHT_SYMTAB) && !read_tables(t, t->debug, SHT_SYMTAB))
		read_tables(t, t->elf, SHT_DYNSYM);
	if (t->function_count)
		qsort(t->functions, t->function_count, sizeof(*t->functions), symbol_order);
	if (t->object_count)
		qsort(t->objects, t->object_count, sizeof(*t->objects), symbol_order);
}

void rdep_elf_unload(struct rdep_symbol_tables *t)
{
	if (!t)
		return;
	if (t->dwarf)
		dwarf_end(t->dwarf);
	if (t->elf)
		elf_end(t->elf);
	if (t->debug)
		elf_end(t->debug);
	if (t->elf)
		close(t->fd);
	if (t->debug)
		close(t->debug_fd);
	free(t->functions);
	free(t->objects);
	free(t->units);
	rdep_map_free(&t->slots);
	free(t);
}

/* ---- names ---- */

/* What compilers append to the name of a part or a copy of a function. */
static size_t without_suffix(const char *name, size_t n)
{
	static const char *const suffixes[] = {".cold",	    ".part.",  ".constprop.", ".isra.",
					       ".lto_priv", ".local",  ".llvm.",      ".warm",
					       ".hot",	    ".clone.", NULL};
	const char *const *s;

	for (s = suffixes; *s; s++) {
		const char *at = n > 1 ? memmem(name + 1, n - 1, *s, strlen(*s)) : NULL;

		if (at)
			n = (size_t)(at - name);
	}
	return n;
}

char *rdep_symbol_name(struct rdep_arena *a, const char *raw)
{
	size_t n = raw[0] ? 1 + strcspn(raw + 1, "@") : 0; /* without the version */
	char *text = rdep_arena_text(a, raw, n), *demangled = NULL, *clean;
	const char *clone;

	if (n < NAME_MAX_DEMANGLED)
		demangled = cplus_demangle(text, DMGL_ANSI | DMGL_AUTO);
	if (!demangled)
		return rdep_clean(a, text, without_suffix(text, n));
	clone = strstr(demangled, " [clone");
	n = clone ? (size_t)(clone - demangled) : strlen(demangled);
	clean = rdep_clean(a, demangled, n < NAME_MAX_DEMANGLED ? n : NAME_MAX_DEMANGLED);
	free(demangled);
	return clean;
}
