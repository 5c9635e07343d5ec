// SPDX-License-Identifier: MIT
/*
 * scope_pair.c - scopes of a program's own names (scope_pair=).
 *
 * A name that is not in hooks.def can't be exported in time, so the modules that import it are changed
 * instead: each of their slots for it (of the PLT, the GOT, and pointers to it in data) gets a function from a
 * small pool, which tells the runtime and goes on. Modules that are loaded after start-up are as they were,
 * and a name that no module imports is bound inside of one: both are said.
 */
#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include "runtime/event.h"
#include "object.h"
#include "resolve.h"

static struct rd_scope_pairs pairs;
static void *next[RD_SCOPE_PAIRS][2];
static bool imported[RD_SCOPE_PAIRS][2];

/* ---- the pool ---- */

/* Six words in registers, two words back: what functions of this kind have. */
typedef unsigned __int128 two_words;
typedef two_words through(long a, long b, long c, long d, long e, long f);

/* Whether they return and take a cookie is not known: they pair by nesting. */
#define COOKIE 1

#define THUNKS(i)                                                                                  \
	static two_words save_##i(long a, long b, long c, long d, long e, long f)                  \
	{                                                                                          \
		two_words got = ((through *)next[i][RD_PAIR_SAVE])(a, b, c, d, e, f);              \
                                                                                                   \
		rd_scope_save(pairs.pair[i].bit, true, COOKIE, RD_SITE, RD_HERE);      \
		return got;                                                                        \
	}                                                                                          \
	static two_words restore_##i(long a, long b, long c, long d, long e, long f)               \
	{                                                                                          \
		rd_scope_restore(pairs.pair[i].bit, true, COOKIE, RD_SITE, RD_HERE);     \
		return ((through *)next[i][RD_PAIR_RESTORE])(a, b, c, d, e, f);                    \
	}
THUNKS(0)
THUNKS(1)
THUNKS(2)
THUNKS(3)
THUNKS(4)
THUNKS(5)
THUNKS(6)
THUNKS(7)

static through *const thunks[RD_SCOPE_PAIRS][2] = {
	{save_0, restore_0}, {save_1, restore_1}, {save_2, restore_2}, {save_3, restore_3},
	{save_4, restore_4}, {save_5, restore_5}, {save_6, restore_6}, {save_7, restore_7},
};

/* ---- the slots ---- */

/* What of a loaded module is needed. */
struct module {
	struct rd_object object;
	struct rd_relocations relocations;
	uintptr_t relro, relro_end; /* pages that are read-only after relocation */
};

typedef void visit(const struct module *m, const ElfW(Rela) * r, unsigned pair, unsigned which);

static void read_module(struct module *m, const struct dl_phdr_info *info)
{
	int i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_DYNAMIC)
			rd_object_read(&m->object, info->dlpi_addr, (const ElfW(Dyn) *)start, "");
		if (p->p_type == PT_GNU_RELRO) {
			m->relro = start & ~(uintptr_t)4095;
			m->relro_end = (start + p->p_memsz) & ~(uintptr_t)4095;
		}
	}
	rd_object_relocations(&m->object, &m->relocations);
}

static bool is_slot(const ElfW(Rela) * r)
{
	unsigned long type = ELF64_R_TYPE(r->r_info);

	return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || (type == R_X86_64_64 && r->r_addend == 0);
}

static void each_slot(const struct module *m, visit *fn)
{
	const struct rd_object *o = &m->object;
	unsigned table, pair, which;
	size_t i;

	for (table = 0; table < RD_RELA_TABLES; table++) {
		for (i = 0; i < m->relocations.count[table]; i++) {
			const ElfW(Rela) *r = &m->relocations.rela[table][i];
			const char *name;

			if (!is_slot(r))
				continue;
			name = o->strings + o->symbols[ELF64_R_SYM(r->r_info)].st_name;
			for (pair = 0; pair < pairs.count; pair++) {
				for (which = 0; which < 2; which++) {
					if (strcmp(name, pairs.pair[pair].name[which]) == 0)
						fn(m, r, pair, which);
				}
			}
		}
	}
}

static int each_module(struct dl_phdr_info *info, size_t size, void *fn)
{
	struct module m;

	(void)size;
	read_module(&m, info);
	if (m.object.symbols && m.object.strings)
		each_slot(&m, *(visit **)fn);
	return 0;
}

static void note_import(const struct module *m, const ElfW(Rela) * r, unsigned pair, unsigned which)
{
	(void)m;
	(void)r;
	imported[pair][which] = true;
}

static void rewrite(const struct module *m, const ElfW(Rela) * r, unsigned pair, unsigned which)
{
	void **slot = (void **)(m->object.base + r->r_offset);
	uintptr_t page = (uintptr_t)slot & ~(uintptr_t)4095;
	bool locked = page >= m->relro && page < m->relro_end;

	/* Half a pair would leave scopes open for good; a weak name that nobody defines stays NULL. */
	if (!imported[pair][!which] || !next[pair][0] || !next[pair][1])
		return;
	if (locked && rd_sys_failed(rd_sys(SYS_mprotect, page, 4096, PROT_READ | PROT_WRITE))) {
		rd_note("scope_pair: a module's table of imports can't be changed: what it calls is not followed");
		return;
	}
	__atomic_store_n(slot, (void *)thunks[pair][which], __ATOMIC_RELEASE);
	if (locked)
		rd_sys(SYS_mprotect, page, 4096, PROT_READ);
}

static void over_modules(visit *fn)
{
	dl_iterate_phdr(each_module, &fn);
}

/* ---- what can't be followed ---- */

static void say(const char *name, const char *why)
{
	char text[RD_SCOPE_NAME + 256] = "scope_pair: ";
	size_t n = strlen(text), len = strlen(name);

	memcpy(text + n, name, len);
	memcpy(text + n + len, why, strlen(why) + 1);
	rd_note(text);
}

static void say_what_is_missing(unsigned pair, unsigned which)
{
	const char *name = pairs.pair[pair].name[which];

	if (!next[pair][which])
		say(name, " is visible in no module that is loaded at start-up (it is static, inlined, or not there): it "
			  "can't be followed; annotate it");
	else if (!imported[pair][which])
		say(name, " is not imported by any module (it is called inside of the one that defines it): it can't be "
			  "followed; annotate it");
}

/* The definition. Of a function whose address an executable at a fixed place takes, the first symbol is the
 * executable's own call of it. */
static void *definition(const char *name)
{
	void *found = dlsym(RTLD_DEFAULT, name);
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (found && dladdr1(found, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol &&
	    symbol->st_shndx == SHN_UNDEF)
		found = dlsym(RTLD_NEXT, name);
	return found;
}

bool rd_follow_scope_pairs(void)
{
	unsigned i, which;

	if (!rd_scope_pairs(&pairs) || !pairs.count)
		return false;
	rd_loader_begin();
	for (i = 0; i < pairs.count; i++) {
		for (which = 0; which < 2; which++)
			next[i][which] = definition(pairs.pair[i].name[which]);
	}
	/* What failed is not for the program to hear of. */
	dlerror();
	over_modules(note_import);
	over_modules(rewrite);
	rd_loader_end();
	for (i = 0; i < pairs.count; i++) {
		for (which = 0; which < 2; which++)
			say_what_is_missing(i, which);
	}
	return true;
}
