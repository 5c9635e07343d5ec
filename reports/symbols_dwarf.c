/* SPDX-License-Identifier: MIT */
/* symbols_dwarf.c - lines, inline functions and members of variables from DWARF. */
#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/symbols_tables.h"

#define DEPTH_MAX 64u
#define DIES_MAX 2000000u /* visited for one question */

/* ---- units by address: .debug_aranges is optional, so it is not asked ---- */

static void add_unit(struct rdep_symbol_tables *t, Dwarf_Die *die)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t at = 0;

	while ((at = dwarf_ranges(die, at, &base, &low, &high)) > 0) {
		if (low >= high)
			continue;
		RDEP_GROW(t->units, t->unit_count);
		t->units[t->unit_count++] =
			(struct rdep_unit_range){low, high, dwarf_dieoffset(die)};
	}
}

static int unit_order(const void *pa, const void *pb)
{
	const struct rdep_unit_range *a = pa, *b = pb;

	return a->low < b->low ? -1 : a->low > b->low;
}

/* libdw takes strings for terminated: where the last one is not, there is none behind it. (Packed sections
 * have been unpacked in place when DWARF was opened.) */
static bool has_good_strings(Elf *elf)
{
	static const char *const sections[] = {".debug_str", ".debug_line_str", ".zdebug_str", ".zdebug_line_str"};
	Elf_Scn *scn = NULL;
	size_t i, names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;
		const char *name = gelf_getshdr(scn, &shdr) ? elf_strptr(elf, names, shdr.sh_name) : NULL;
		Elf_Data *data;

		for (i = 0; name && i < sizeof(sections) / sizeof(*sections); i++) {
			if (strcmp(name, sections[i]) || shdr.sh_type == SHT_NOBITS)
				continue;
			data = elf_getdata(scn, NULL);
			if (data && data->d_size && ((const char *)data->d_buf)[data->d_size - 1])
				return false;
		}
	}
	return true;
}

static Dwarf *open_dwarf(Elf *elf)
{
	Dwarf *dwarf = elf ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;

	if (dwarf && !has_good_strings(elf)) {
		dwarf_end(dwarf);
		return NULL;
	}
	return dwarf;
}

/* ---- what several debug files share (dwz) ---- */

/*
 * An ELF file with nothing but an empty .debug_line. Without a supplementary file libdw would look for one
 * itself, and open whatever lies at the name that is given.
 */
static const struct {
	Elf64_Ehdr ehdr;
	Elf64_Shdr shdr[3];
	char names[32];
	char line[16];
} no_alt = {
	.ehdr = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		 .e_type = ET_EXEC,
		 .e_machine = EM_X86_64,
		 .e_version = EV_CURRENT,
		 .e_ehsize = sizeof(Elf64_Ehdr),
		 .e_shoff = sizeof(Elf64_Ehdr),
		 .e_shentsize = sizeof(Elf64_Shdr),
		 .e_shnum = 3,
		 .e_shstrndx = 1},
	.shdr = {{0},
		 {.sh_name = 1,
		  .sh_type = SHT_STRTAB,
		  .sh_offset = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr),
		  .sh_size = 32,
		  .sh_addralign = 1},
		 {.sh_name = 11,
		  .sh_type = SHT_PROGBITS,
		  .sh_offset = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr) + 32,
		  .sh_size = 16,
		  .sh_addralign = 1}},
	.names = "\0.shstrtab\0.debug_line",
};

static void set_alt(struct rdep_symbol_module *m)
{
	struct rdep_symbol_tables *t = m->tables;
	const char *name;
	const void *id;
	ssize_t n = dwelf_dwarf_gnu_debugaltlink(t->dwarf, &name, &id);

	if (n <= 0)
		return;
	if (rdep_module_open_alt(m->owner->search, t->debug.elf ? &t->debug : &t->file, name, id, (size_t)n,
				 &t->alt))
		t->alt_dwarf = open_dwarf(t->alt.elf);
	if (!t->alt_dwarf) {
		m->alt_missing = true;
		rdep_module_close(&t->alt);
		t->alt.elf = elf_memory((char *)(uintptr_t)&no_alt, sizeof(no_alt));
		t->alt_dwarf = t->alt.elf ? dwarf_begin_elf(t->alt.elf, DWARF_C_READ, NULL) : NULL;
	}
	if (t->alt_dwarf)
		dwarf_setalt(t->dwarf, t->alt_dwarf);
	else
		dwarf_end(t->dwarf), t->dwarf = NULL;
}

void rdep_dwarf_load(struct rdep_symbol_module *m)
{
	struct rdep_symbol_tables *t = m->tables;
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;

	/* A debug file was looked for only because the module's own has none. */
	t->dwarf = open_dwarf(t->debug.elf);
	if (!t->dwarf)
		t->dwarf = open_dwarf(t->file.elf);
	if (t->dwarf)
		set_alt(m);
	while (t->dwarf && dwarf_get_units(t->dwarf, cu, &cu, NULL, NULL, &die, NULL) == 0)
		add_unit(t, &die);
	if (t->unit_count)
		qsort(t->units, t->unit_count, sizeof(*t->units), unit_order);
	m->has_dwarf = t->unit_count > 0;
	if (m->has_dwarf)
		m->names = RDEP_NAMES_DWARF;
}

void rdep_dwarf_unload(struct rdep_symbol_tables *t)
{
	if (t->dwarf)
		dwarf_end(t->dwarf);
	if (t->alt_dwarf)
		dwarf_end(t->alt_dwarf);
}

static bool unit_at(struct rdep_symbol_tables *t, uint64_t address, Dwarf_Die *die)
{
	size_t low = 0, high = t->unit_count, back;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->units[mid].low <= address)
			low = mid + 1;
		else
			high = mid;
	}
	for (back = 0; back < 16 && back < low; back++) {
		const struct rdep_unit_range *u = &t->units[low - 1 - back];

		if (address < u->high)
			return dwarf_offdie(t->dwarf, u->die, die) != NULL;
	}
	return false;
}

static const char *text_attribute(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attr;

	return dwarf_attr(die, name, &attr) ? dwarf_formstring(&attr) : NULL;
}

/* Is there no such thing, or a regular file? */
static bool is_harmless(const char *dir, const char *middle, const char *name)
{
	struct stat st;
	char *path;
	bool harmless;

	if (asprintf(&path, "%s%s%s%s%s", dir, *dir ? "/" : "", middle, *middle ? "/" : "", name) < 0)
		return false;
	harmless = stat(path, &st) < 0 || S_ISREG(st.st_mode);
	free(path);
	return harmless;
}

/*
 * libdw opens a .dwo where its unit says that it lies: from the directory of the file that it reads, or
 * where the compiler ran. Only when that is no FIFO or device, and not where paths belong into another root.
 */
static bool may_split(struct rdep_symbol_module *m, Dwarf_Die *die)
{
	const struct rdep_symbol_tables *t = m->tables;
	const char *name = text_attribute(die, DW_AT_dwo_name), *dir = text_attribute(die, DW_AT_comp_dir);
	char link[64], here[4096];
	ssize_t n;

	if (!name)
		name = text_attribute(die, DW_AT_GNU_dwo_name);
	if (!name || rdep_module_search_has_sysroot(m->owner->search))
		return false;
	if (*name == '/')
		return is_harmless("", "", name);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", t->debug.elf ? t->debug.fd : t->file.fd);
	n = readlink(link, here, sizeof(here) - 1);
	here[n > 0 ? n : 0] = 0;
	if (strrchr(here, '/'))
		*strrchr(here, '/') = 0;
	return is_harmless(here, "", name) && (!dir || is_harmless(*dir == '/' ? "" : here, dir, name));
}

/* The DIEs with the code: a split unit's are in its .dwo. */
static void split_unit(struct rdep_symbol_module *m, Dwarf_Die *die)
{
	Dwarf_Die sub;

	if (dwarf_tag(die) != DW_TAG_skeleton_unit && !dwarf_hasattr(die, DW_AT_GNU_dwo_id))
		return;
	if (!may_split(m, die))
		return;
	memset(&sub, 0, sizeof(sub));
	if (dwarf_cu_info(die->cu, NULL, NULL, NULL, &sub, NULL, NULL, NULL) == 0 &&
	    sub.addr != NULL)
		*die = sub;
}

/* ---- frames ---- */

struct descent {
	uint64_t address;
	unsigned dies;
	size_t count;
	Dwarf_Die chain[DEPTH_MAX]; /* functions, the outermost first */
};

/* Could a function lie below a DIE that has no code of its own? */
static bool is_namespace(int tag)
{
	return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_class_type ||
	       tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

static bool has_code(int tag)
{
	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
	       tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

static bool descend(struct descent *d, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die child;

	if (depth > DEPTH_MAX || dwarf_child(parent, &child) != 0)
		return false;
	do {
		int tag = dwarf_tag(&child);
		bool function = tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;

		if (++d->dies > DIES_MAX)
			return true;
		if (is_namespace(tag)) {
			if (descend(d, &child, depth + 1))
				return true;
			continue;
		}
		if (!has_code(tag) || dwarf_haspc(&child, d->address) != 1)
			continue;
		if (function && d->count < DEPTH_MAX)
			d->chain[d->count++] = child;
		descend(d, &child, depth + 1);
		return true;
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

static const char *function_name(struct rdep_arena *a, Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	const char *name = NULL;

	if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attr) ||
	    dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attr))
		name = dwarf_formstring(&attr);
	if (!name)
		name = dwarf_diename(die);
	return name && *name ? rdep_symbol_name(a, name) : NULL;
}

/* The source file that a function is local to: its external flag is not set. */
static const char *function_unit(struct rdep_arena *a, Dwarf_Die *die, Dwarf_Die *unit)
{
	Dwarf_Attribute attr;
	bool external = false;
	const char *name;

	if (dwarf_attr_integrate(die, DW_AT_external, &attr))
		dwarf_formflag(&attr, &external);
	name = external ? NULL : dwarf_diename(unit);
	if (!name)
		return NULL;
	name = rdep_basename(name);
	return rdep_clean(a, name, strlen(name));
}

/* "/a/./b/../c" as "/a/c": what compilers join from directory and file. */
static char *clean_path(struct rdep_arena *a, const char *path)
{
	char *text = rdep_clean(a, path, strlen(path)), *in = text, *out = text;

	while (*in) {
		size_t n = strcspn(in, "/");

		if (n == 1 && in[0] == '.') {
			in += in[1] ? 2 : 1;
			continue;
		}
		if (n == 2 && in[0] == '.' && in[1] == '.' && out > text + 1 &&
		    !(out - text >= 3 && strncmp(out - 3, "../", 3) == 0)) {
			out--;
			while (out > text && out[-1] != '/')
				out--;
			in += in[2] ? 3 : 2;
			continue;
		}
		memmove(out, in, n);
		out += n;
		in += n;
		if (*in == '/') {
			*out++ = '/';
			in++;
		}
	}
	*out = 0;
	return text;
}

/* A relative one is told from where the compiler ran. */
static char *full_path(struct rdep_arena *a, Dwarf_Die *unit, const char *path)
{
	Dwarf_Attribute attr;
	const char *dir = NULL;
	char *joined, *clean;

	if (*path != '/' && dwarf_attr(unit, DW_AT_comp_dir, &attr))
		dir = dwarf_formstring(&attr);
	if (!dir)
		return clean_path(a, path);
	joined = rdep_alloc(strlen(dir) + strlen(path) + 2);
	sprintf(joined, "%s/%s", dir, path);
	clean = clean_path(a, joined);
	free(joined);
	return clean;
}

static void call_place(struct rdep_arena *a, Dwarf_Die *unit, Dwarf_Die *inlined,
		       struct rdep_frame *f)
{
	Dwarf_Attribute attr;
	Dwarf_Word file = 0, line = 0;
	Dwarf_Files *files;
	size_t count;

	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attr), &line) == 0)
		f->line = (unsigned)line;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attr), &file) == 0 &&
	    dwarf_getsrcfiles(unit, &files, &count) == 0 && file < count) {
		const char *name = dwarf_filesrc(files, file, NULL, NULL);

		if (name)
			f->file = full_path(a, unit, name);
	}
}

static void line_place(struct rdep_arena *a, Dwarf_Die *unit, uint64_t address,
		       struct rdep_frame *f)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	int number = 0;

	if (file)
		f->file = full_path(a, unit, file);
	if (line && dwarf_lineno(line, &number) == 0 && number > 0)
		f->line = (unsigned)number;
}

size_t rdep_dwarf_frames(struct rdep_symbol_module *m, uint64_t address, struct rdep_frame **frames)
{
	struct rdep_arena *a = &m->owner->arena;
	struct descent *d;
	Dwarf_Die unit, code;
	size_t i, n;

	if (!m->has_dwarf || !unit_at(m->tables, address, &unit))
		return 0;
	code = unit;
	split_unit(m, &code);
	d = rdep_alloc(sizeof(*d));
	d->address = address;
	descend(d, &code, 0);
	n = d->count ? d->count : 1;
	*frames = rdep_alloc(n * sizeof(**frames));
	line_place(a, &unit, address, &(*frames)[0]);
	for (i = 0; i < d->count; i++) {
		struct rdep_frame *f = &(*frames)[i];
		Dwarf_Die *die = &d->chain[d->count - 1 - i];

		f->function = function_name(a, die);
		f->unit = function_unit(a, die, &unit);
		f->inlined = i + 1 < d->count;
		if (f->inlined)
			call_place(a, &code, die, f + 1);
	}
	free(d);
	return n;
}

/* ---- variables and their members ---- */

struct search {
	uint64_t address;
	unsigned dies;
	Dwarf_Die found;
};

static bool lies_at(Dwarf_Die *die, uint64_t address)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	size_t n;

	return dwarf_attr(die, DW_AT_location, &attr) && dwarf_getlocation(&attr, &ops, &n) == 0 &&
	       n == 1 && ops[0].atom == DW_OP_addr && ops[0].number == address;
}

static bool find_variable(struct search *s, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die child;

	if (depth > DEPTH_MAX || dwarf_child(parent, &child) != 0)
		return false;
	do {
		int tag = dwarf_tag(&child);

		if (++s->dies > DIES_MAX)
			return false;
		if (tag == DW_TAG_variable && lies_at(&child, s->address)) {
			s->found = child;
			return true;
		}
		if ((is_namespace(tag) || has_code(tag)) && find_variable(s, &child, depth + 1))
			return true;
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

/* The type of a DIE without its qualifiers and typedefs. */
static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attr;
	unsigned i;

	if (!dwarf_attr_integrate(die, DW_AT_type, &attr) || !dwarf_formref_die(&attr, type))
		return false;
	for (i = 0; i < DEPTH_MAX; i++) {
		int tag = dwarf_tag(type);

		if (tag != DW_TAG_typedef && tag != DW_TAG_const_type &&
		    tag != DW_TAG_volatile_type)
			return true;
		if (!dwarf_attr(type, DW_AT_type, &attr) || !dwarf_formref_die(&attr, type))
			return false;
	}
	return false;
}

static bool member_at(Dwarf_Die *type, uint64_t *offset, Dwarf_Die *member)
{
	Dwarf_Die child;

	if (dwarf_child(type, &child) != 0)
		return false;
	do {
		Dwarf_Attribute attr;
		Dwarf_Word start = 0, size = 0;
		Dwarf_Die its;

		if (dwarf_tag(&child) != DW_TAG_member && dwarf_tag(&child) != DW_TAG_inheritance)
			continue;
		if (dwarf_attr(&child, DW_AT_data_member_location, &attr))
			dwarf_formudata(&attr, &start);
		if (!type_of(&child, &its) || dwarf_aggregate_size(&its, &size) != 0)
			continue;
		if (*offset < start || *offset - start >= size)
			continue;
		*offset -= start;
		*member = child;
		return true;
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

/* Is that the type of a lock itself? Its insides are nobody's name. */
static bool is_lock(Dwarf_Die *type)
{
	const char *name = dwarf_diename(type);

	return name && (strncmp(name, "pthread_", 8) == 0 || strcmp(name, "sem_t") == 0);
}

static void walk_members(struct rdep_buf *b, Dwarf_Die *type, uint64_t *offset)
{
	unsigned i;

	for (i = 0; i < 16; i++) {
		int tag = dwarf_tag(type);
		Dwarf_Die next;

		if (tag == DW_TAG_array_type) {
			Dwarf_Word size = 0;

			if (!type_of(type, &next) || dwarf_aggregate_size(&next, &size) != 0 ||
			    !size)
				return;
			rdep_buf_printf(b, "[%llu]", (unsigned long long)(*offset / size));
			*offset %= size;
		} else if ((tag == DW_TAG_structure_type || tag == DW_TAG_class_type) &&
			   !is_lock(type)) {
			Dwarf_Die member;
			const char *name;

			if (!member_at(type, offset, &member))
				return;
			name = dwarf_tag(&member) == DW_TAG_member ? dwarf_diename(&member) : NULL;
			if (name && strncmp(name, "_M_", 3) != 0)
				rdep_buf_printf(b, ".%s", name);
			if (!type_of(&member, &next))
				return;
		} else {
			return;
		}
		*type = next;
	}
}

static bool type_is_lock(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) && dwarf_formref_die(&attr, &type) &&
	       is_lock(&type);
}

/* The variable at that address, with its name; NULL: there is none. */
static Dwarf_Die *variable_at(struct rdep_symbol_tables *t, uint64_t address)
{
	struct search s = {.address = address};
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;

	if (!t->variable.known || t->variable.address != address) {
		t->variable.known = true;
		t->variable.address = address;
		t->variable.found = false;
		while (!t->variable.found && dwarf_get_units(t->dwarf, cu, &cu, NULL, NULL, &die, NULL) == 0)
			t->variable.found = find_variable(&s, &die, 0);
		t->variable.die = s.found;
	}
	return t->variable.found ? &t->variable.die : NULL;
}

const char *rdep_dwarf_member(struct rdep_symbol_module *m, uint64_t address, uint64_t offset,
			      uint64_t *rest)
{
	Dwarf_Die *variable = variable_at(m->tables, address), type;
	struct rdep_buf b = {0};
	char *text;

	if (!variable || !type_of(variable, &type) || type_is_lock(variable))
		return NULL;
	walk_members(&b, &type, &offset);
	text = rdep_clean(&m->owner->arena, b.text ? b.text : "", b.len);
	rdep_buf_free(&b);
	*rest = offset;
	return text;
}
