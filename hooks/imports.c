/* SPDX-License-Identifier: MIT */
/*
 * imports.c - see imports.h.
 *
 * A module's imports are what its relocations name. Calls inside of it that go over its PLT are among them, and need
 * no telling apart: they come to the hook too.
 */
#include <gnu/libc-version.h>
#include <stdint.h>
#include "imports.h"
#include "object.h"

static const char *const takers[] = {
#define NAME_TAKES(name) name,
#define NAME_PASSES(name)
#define HOOK(name, slot, family, version, class, entry) NAME_##entry(#name)
#include "hooks.def"
#undef HOOK
	"dlsym",
	"dlvsym",
};
#define TAKERS (sizeof(takers) / sizeof(takers[0]))

/* Which three letters they begin with: most names end here. */
#define FIRST_BITS 1024u
static uint64_t first[FIRST_BITS / 64];

static unsigned first_of(const char *name)
{
	unsigned h = (unsigned char)name[0];

	if (name[0] && name[1])
		h = (h * 33 + (unsigned char)name[1]) * 33 + (unsigned char)name[2];
	return h % FIRST_BITS;
}

static bool is_taker(const char *name)
{
	unsigned h = first_of(name);
	size_t i;

	if (!(first[h / 64] >> h % 64 & 1))
		return false;
	for (i = 0; i < TAKERS; i++)
		if (!strcmp(takers[i], name))
			return true;
	return false;
}

static bool imports_taker(const struct link_map *m)
{
	struct rd_relocations r;
	struct rd_object o;
	unsigned table;
	size_t i;

	rd_object_read(&o, m->l_addr, m->l_ld, "");
	if (!o.symbols || !o.strings)
		return false;
	rd_object_relocations(&o, &r);
	for (table = RD_RELA_TABLES; table-- > 0;) {
		for (i = table == RD_RELA_DATA ? r.relative : 0; i < r.count[table]; i++) {
			size_t symbol = ELF64_R_SYM(r.rela[table][i].r_info);

			if (symbol && is_taker(o.strings + o.symbols[symbol].st_name))
				return true;
		}
	}
	return false;
}

bool rd_imports_taker(void)
{
	const struct link_map *ours = rd_object_map(rd_imports_taker), *libc = rd_object_map(gnu_get_libc_version), *m;
	size_t i;

	if (!ours)
		return true;
	for (i = 0; i < TAKERS; i++) {
		unsigned h = first_of(takers[i]);

		first[h / 64] |= 1ull << h % 64;
	}
	for (m = rd_object_first(ours); m; m = m->l_next) {
		if (m != ours && m != libc && imports_taker(m))
			return true;
	}
	return false;
}
