/* SPDX-License-Identifier: MIT */
/*
 * symbols_calls.c - what the code before a return address says: which function was called,
 * and which of its caller's calls to it this one is. x86-64.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/symbols_tables.h"

#define FUNCTION_MAX (16u << 20) /* bytes of code that are searched for calls */

/* File offset of a virtual address, with at least n bytes of the file behind it. */
static bool file_offset(Elf *elf, uint64_t address, uint64_t n, uint64_t *at)
{
	size_t i, count;

	if (elf_getphdrnum(elf, &count) < 0)
		return false;
	for (i = 0; i < count && i < 1024; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(elf, (int)i, &p) || p.p_type != PT_LOAD || address < p.p_vaddr ||
		    address - p.p_vaddr > p.p_filesz || n > p.p_filesz - (address - p.p_vaddr))
			continue;
		*at = p.p_offset + (address - p.p_vaddr);
		return true;
	}
	return false;
}

static int32_t displacement(const unsigned char *p)
{
	int32_t d;

	memcpy(&d, p, sizeof(d));
	return d;
}

/*
 * The target of the x86-64 call that ends at code + end (call rel32, or call *rip-relative):
 * its place relative to `code`, and the length of the instruction; 0 when it is no such call.
 */
static unsigned call_target(const unsigned char *code, size_t end, int64_t *target)
{
	if (end >= 5 && code[end - 5] == 0xe8) {
		*target = (int64_t)end + displacement(code + end - 4);
		return 5;
	}
	if (end >= 6 && code[end - 6] == 0xff && code[end - 5] == 0x15) {
		*target = (int64_t)end + displacement(code + end - 4);
		return 6;
	}
	return 0;
}

static bool read_code(const struct rdep_symbol_tables *t, uint64_t address, void *code,
		      uint64_t len)
{
	uint64_t at;

	return file_offset(t->file.elf, address, len, &at) &&
	       pread(t->file.fd, code, len, (off_t)at) == (ssize_t)len;
}

/* ---- which of the calls ---- */

unsigned rdep_symbols_ordinal(struct rdep_symbol_module *m, uint64_t return_address)
{
	const struct rdep_symbol *f;
	int64_t wanted, target;
	unsigned char *code;
	unsigned n = 0, kind;
	uint64_t len;
	size_t i;

	rdep_symbols_code(m, return_address - 1);
	if (!m->tables || !m->tables->file.elf)
		return 0;
	f = rdep_elf_symbol(m->tables->functions, m->tables->function_count, return_address - 1);
	if (!f)
		return 0;
	len = return_address - f->address;
	if (len > FUNCTION_MAX)
		return 0;
	code = rdep_alloc(len);
	if (read_code(m->tables, f->address, code, len)) {
		kind = call_target(code, len, &wanted);
		for (i = 5; kind && i <= len; i++)
			n += call_target(code, i, &target) == kind && target == wanted;
	}
	free(code);
	return n;
}

/* ---- which function ---- */

static void read_slots(struct rdep_symbol_tables *t, Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Data *relocations = elf_getdata(scn, NULL), *symbols;
	Elf_Scn *symbol_scn = elf_getscn(t->file.elf, shdr->sh_link);
	GElf_Shdr symbol_shdr;
	size_t i, n;

	symbols = symbol_scn ? elf_getdata(symbol_scn, NULL) : NULL;
	if (!relocations || !symbols || !shdr->sh_entsize ||
	    !gelf_getshdr(symbol_scn, &symbol_shdr))
		return;
	n = relocations->d_size / shdr->sh_entsize;
	for (i = 0; i < n && i < INT32_MAX; i++) {
		GElf_Rela rela;
		GElf_Sym sym;
		const char *name;

		if (!gelf_getrela(relocations, (int)i, &rela) ||
		    (GELF_R_TYPE(rela.r_info) != R_X86_64_JUMP_SLOT &&
		     GELF_R_TYPE(rela.r_info) != R_X86_64_GLOB_DAT) ||
		    !gelf_getsym(symbols, (int)GELF_R_SYM(rela.r_info), &sym))
			continue;
		name = elf_strptr(t->file.elf, symbol_shdr.sh_link, sym.st_name);
		if (name && *name)
			*rdep_map_put(&t->slots, rela.r_offset) = (uintptr_t)name;
	}
}

/* The name that the dynamic linker binds in a slot of the GOT. */
static const char *slot_name(struct rdep_symbol_tables *t, uint64_t slot)
{
	uint64_t *name;

	if (!t->slots_read) {
		Elf_Scn *scn = NULL;
		GElf_Shdr shdr;

		t->slots_read = true;
		while ((scn = elf_nextscn(t->file.elf, scn)))
			if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_RELA)
				read_slots(t, scn, &shdr);
	}
	name = rdep_map_get(&t->slots, slot);
	return name ? (const char *)(uintptr_t)*name : NULL;
}

/* A PLT entry jumps through a slot, after endbr64 and with a bnd prefix, or without. */
static const char *plt_name(struct rdep_symbol_tables *t, uint64_t target)
{
	static const unsigned char endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
	unsigned char code[11];
	size_t i = 0;

	if (!read_code(t, target, code, sizeof(code)))
		return NULL;
	if (memcmp(code, endbr64, sizeof(endbr64)) == 0)
		i = sizeof(endbr64);
	if (code[i] == 0xf2)
		i++;
	if (i + 6 > sizeof(code) || code[i] != 0xff || code[i + 1] != 0x25)
		return NULL;
	return slot_name(t, target + i + 6 + (uint64_t)(int64_t)displacement(code + i + 2));
}

const char *rdep_symbols_callee(struct rdep_symbol_module *m, uint64_t return_address)
{
	struct rdep_symbol_tables *t;
	const struct rdep_symbol *f;
	const char *name = NULL;
	unsigned char code[6];
	int64_t target;
	unsigned kind;

	rdep_symbols_code(m, return_address - 1);
	t = m->tables;
	if (!t || !t->file.elf || !read_code(t, return_address - sizeof(code), code, sizeof(code)))
		return NULL;
	kind = call_target(code, sizeof(code), &target);
	target += (int64_t)(return_address - sizeof(code));
	if (kind == 6)
		name = slot_name(t, (uint64_t)target);
	if (kind == 5) {
		name = plt_name(t, (uint64_t)target);
		f = rdep_elf_symbol(t->functions, t->function_count, (uint64_t)target);
		if (!name && f && f->address == (uint64_t)target)
			name = f->name;
	}
	return name ? rdep_symbol_name(&m->owner->arena, name) : NULL;
}
