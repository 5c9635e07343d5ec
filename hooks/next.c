/* SPDX-License-Identifier: MIT */
/*
 * next.c - see next.h.
 */
#include <gnu/libc-version.h>
#include "next.h"
#include "object.h"

/* What an object says of a name. Of one without that table only the loader can read another one. */
static void look(struct rd_wanted *w, const struct rd_object *o, bool before, bool is_libc)
{
	const ElfW(Sym) *s = rd_object_symbol(o, w->name, w->hash);

	if (o->hash && !s)
		return;
	if (before)
		w->before = true;
	else if (is_libc)
		w->libc = rd_object_at(o, s);
	if (!before && (!is_libc || !w->libc))
		w->others = true;
}

/* In the list, but nobody binds to it. */
static bool is_vdso(const struct link_map *m)
{
	return !strncmp(m->l_name, "linux-vdso", 10);
}

void rd_next_find(struct rd_wanted *wanted, size_t n)
{
	const struct link_map *ours = rd_object_map(rd_next_find), *libc = rd_object_map(gnu_get_libc_version), *m;
	struct rd_object o;
	bool before = true;
	size_t i;

	for (i = 0; i < n; i++) {
		struct rd_wanted *w = &wanted[i];

		*w = (struct rd_wanted){.name = w->name, .hash = rd_object_hash_of(w->name), .others = !ours};
	}
	for (m = rd_object_first(ours); m; m = m->l_next) {
		if (m == ours) {
			before = false;
			continue;
		}
		if (is_vdso(m))
			continue;
		rd_object_read(&o, m->l_addr, m->l_ld, "");
		for (i = 0; i < n; i++)
			look(&wanted[i], &o, before, m == libc);
	}
}
