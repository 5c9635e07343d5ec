/* SPDX-License-Identifier: MIT */
/*
 * coverage_modules.c - what one module's file says about calls that no hook sees.
 *
 * A preload is asked for a name only when the dynamic linker binds it: not for a call
 * inside the executable, not for an inline or static function, not inside a library that
 * was linked with -Bsymbolic.
 */
#include <gelf.h>
#include <string.h>
#include <unistd.h>
#include "reports/coverage_modules.h"
#include "reports/symbols_tables.h"

#define LIBC RDEP_HOOK_LIBC
#define CXX RDEP_HOOK_CXX
#define LIBRARY RDEP_HOOK_LIBRARY
#define KERNEL RDEP_HOOK_KERNEL
#define ANNOTATE RDEP_HOOK_ANNOTATE

const struct rdep_hook_name rdep_hook_names[] = {
#define HOOK(name, slot, family, version, cls, entry) {#name, #family, cls},
#include "hooks/hooks.def"
#undef HOOK
};
const size_t rdep_hook_count = sizeof(rdep_hook_names) / sizeof(rdep_hook_names[0]);
_Static_assert(sizeof(rdep_hook_names) / sizeof(rdep_hook_names[0]) <= RDEP_HOOKS_MAX,
	       "raise RDEP_HOOKS_MAX");

const struct rdep_unseen_name rdep_unseen_names[] = {
	{"semop", "System V semaphores (semop)", false},
	{"g_bit_lock", "GLib's bit locks (g_bit_lock)", true},
	{"pthread_mutexattr_setrobust", "the recovery of robust mutexes", true},
};
const size_t rdep_unseen_count = sizeof(rdep_unseen_names) / sizeof(rdep_unseen_names[0]);

/* Of the first four letters: what no hook begins with, as nearly all of a large module's names, is not looked for. */
#define BEGIN_BITS 4096u
static unsigned begin_of(const char *name)
{
	unsigned h = 0, i;

	for (i = 0; i < 4 && name[i]; i++)
		h = h * 37 + (unsigned char)name[i];
	return h % BEGIN_BITS;
}

/* Name -> number of the hook plus 1; several versions of a name are one. */
static size_t hook_of(const char *name)
{
	static struct rdep_map map;
	static uint64_t begins[BEGIN_BITS / 64];
	unsigned begin = begin_of(name);
	uint64_t *v;
	size_t i;

	if (!map.count)
		for (i = rdep_hook_count; i-- > 0;) {
			unsigned b = begin_of(rdep_hook_names[i].name);

			begins[b / 64] |= 1ull << b % 64;
			*rdep_map_put(&map, rdep_hash_text(rdep_hook_names[i].name)) = i + 1;
		}
	if (!(begins[begin / 64] >> begin % 64 & 1))
		return 0;
	v = rdep_map_get(&map, rdep_hash_text(name));
	return v && strcmp(rdep_hook_names[*v - 1].name, name) == 0 ? (size_t)*v : 0;
}

static void scan_import(struct rdep_module_scan *s, const char *name)
{
	size_t i, hook = hook_of(name);

	if (hook) {
		s->imports[hook - 1] = 1;
		return;
	}
	if (strcmp(name, "dlsym") == 0)
		s->looks_up = true;
	for (i = 0; i < rdep_unseen_count; i++)
		if (strcmp(name, rdep_unseen_names[i].name) == 0)
			s->unseen |= 1u << i;
}

static void scan_definition(struct rdep_module_scan *s, const char *name, unsigned bind)
{
	size_t hook = hook_of(name);

	if (hook && bind == STB_LOCAL)
		s->local[hook - 1] = 1;
	else if (hook)
		s->defines[hook - 1] = 1;
	if (strcmp(name, "__asan_init") == 0)
		s->sanitizer = "AddressSanitizer";
	else if (strcmp(name, "__tsan_init") == 0)
		s->sanitizer = "ThreadSanitizer";
	else if (strcmp(name, "__msan_init") == 0)
		s->sanitizer = "MemorySanitizer";
}

static void scan_symbols(struct rdep_module_scan *s, Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t i, n = data && shdr->sh_entsize ? data->d_size / shdr->sh_entsize : 0;

	for (i = 1; i < n && i < INT32_MAX; i++) {
		GElf_Sym sym;
		const char *name;
		unsigned type;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		type = GELF_ST_TYPE(sym.st_info);
		name = elf_strptr(elf, shdr->sh_link, sym.st_name);
		if (!name || !*name)
			continue;
		if (sym.st_shndx == SHN_UNDEF) {
			if (shdr->sh_type == SHT_DYNSYM)
				scan_import(s, name);
		} else if (type == STT_FUNC || type == STT_GNU_IFUNC) {
			scan_definition(s, name, GELF_ST_BIND(sym.st_info));
		}
	}
}

static void scan_dynamic(struct rdep_module_scan *s, Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t i, n = data && shdr->sh_entsize ? data->d_size / shdr->sh_entsize : 0;

	for (i = 0; i < n && i < INT32_MAX; i++) {
		GElf_Dyn dyn;

		if (!gelf_getdyn(data, (int)i, &dyn) || dyn.d_tag == DT_NULL)
			break;
		if (dyn.d_tag == DT_SYMBOLIC ||
		    (dyn.d_tag == DT_FLAGS && dyn.d_un.d_val & DF_SYMBOLIC))
			s->symbolic = true;
	}
}

/* Which of the names lie in a piece of a file; */
static void find_texts(struct rdep_module_scan *s, const char *piece, size_t n)
{
	size_t i;

	for (i = 0; i < rdep_hook_count; i++) {
		const char *name = rdep_hook_names[i].name;

		if (rdep_hook_names[i].cls == ANNOTATE && memmem(piece, n, name, strlen(name) + 1))
			s->imports[i] = 1;
	}
}

/* What annotate.h tells is looked up by name at start-up: no import shows it, but the names lie in
 * the file. All begin alike, and a section may be half of a large file: it is read in pieces, which overlap. */
static void scan_text(struct rdep_module_scan *s, int fd, const GElf_Shdr *shdr)
{
	static const char begin[] = "reclaimdep_";
	static char piece[1 << 18];
	const size_t overlap = 64;
	uint64_t at, got;

	for (at = 0; at < shdr->sh_size; at += got - overlap) {
		uint64_t left = shdr->sh_size - at;
		ssize_t n = pread(fd, piece, left < sizeof(piece) ? left : sizeof(piece), (off_t)(shdr->sh_offset + at));

		if (n <= 0)
			return;
		got = (uint64_t)n;
		if (memmem(piece, got, begin, sizeof(begin) - 1))
			find_texts(s, piece, got);
		if (got == left || got <= overlap)
			return;
	}
}

static bool is_constant(const GElf_Shdr *shdr)
{
	return shdr->sh_type == SHT_PROGBITS && (shdr->sh_flags & SHF_ALLOC) &&
	       !(shdr->sh_flags & (SHF_WRITE | SHF_EXECINSTR));
}

void rdep_module_scan(struct rdep_symbol_module *m, bool executable, struct rdep_module_scan *s)
{
	struct rdep_module_wanted wanted = rdep_symbols_wanted(m);
	enum rdep_module_state state;
	struct rdep_module_file f;
	Elf_Scn *scn = NULL;

	memset(s, 0, sizeof(*s));
	s->executable = executable;
	wanted.offline = true;
	if (!rdep_module_open(m->owner->search, &wanted, &f, &state))
		return;
	s->read = true;
	while ((scn = elf_nextscn(f.elf, scn))) {
		GElf_Shdr shdr;

		if (!gelf_getshdr(scn, &shdr))
			continue;
		if (shdr.sh_type == SHT_DYNSYM || shdr.sh_type == SHT_SYMTAB)
			scan_symbols(s, f.elf, scn, &shdr);
		else if (shdr.sh_type == SHT_DYNAMIC)
			scan_dynamic(s, scn, &shdr);
		else if (s->looks_up && is_constant(&shdr))
			scan_text(s, f.fd, &shdr);
	}
	rdep_module_close(&f);
}
