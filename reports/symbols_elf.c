/* SPDX-License-Identifier: MIT */
/* symbols_elf.c - the files of a module and their symbol tables. */
#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>
#include "reports/symbols_tables.h"

#define NAME_MAX_DEMANGLED 4096u

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

/* ---- the files ---- */

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

static bool has_dwarf(Elf *elf)
{
	return has_section(elf, ".debug_info") || has_section(elf, ".zdebug_info");
}

static void open_files(struct rdep_symbol_module *m)
{
	const struct rdep_module_wanted wanted = rdep_symbols_wanted(m);
	struct rdep_module_search *search = m->owner->search;
	struct rdep_symbol_tables *t = m->tables;

	rdep_module_open(search, &wanted, &t->file, &m->state);
	if (!has_dwarf(t->file.elf))
		rdep_module_open_debug(search, &wanted, &t->file, &t->debug);
	if (!t->file.elf && t->debug.elf)
		m->state = RDEP_MODULE_DEBUG_ONLY;
}

/* A full table has the dynamic symbols as well; a mini one leaves them out. */
static enum rdep_module_names read_names(struct rdep_symbol_tables *t)
{
	if (read_tables(t, t->file.elf, SHT_SYMTAB) || read_tables(t, t->debug.elf, SHT_SYMTAB))
		return RDEP_NAMES_TABLE;
	read_tables(t, t->file.elf, SHT_DYNSYM);
	rdep_mini_load(t);
	if (read_tables(t, t->mini, SHT_SYMTAB))
		return RDEP_NAMES_MINI;
	return t->function_count ? RDEP_NAMES_DYNAMIC : RDEP_NAMES_NONE;
}

void rdep_elf_load(struct rdep_symbol_module *m)
{
	struct rdep_symbol_tables *t = m->tables = rdep_alloc(sizeof(*t));

	open_files(m);
	m->names = read_names(t);
	if (t->function_count)
		qsort(t->functions, t->function_count, sizeof(*t->functions), symbol_order);
	if (t->object_count)
		qsort(t->objects, t->object_count, sizeof(*t->objects), symbol_order);
}

void rdep_elf_unload(struct rdep_symbol_tables *t)
{
	if (!t)
		return;
	rdep_dwarf_unload(t);
	if (t->mini)
		elf_end(t->mini);
	free(t->mini_data);
	rdep_module_close(&t->file);
	rdep_module_close(&t->debug);
	rdep_module_close(&t->alt);
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
