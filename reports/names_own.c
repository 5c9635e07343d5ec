/* SPDX-License-Identifier: MIT */
/* names_own.c - classes that have a name by themselves: files' locks, the loader's. */
#include <ctype.h>
#include <string.h>
#include "reports/model.h"

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* A number in a file's name is often a pid, or another run's: to be the same finding tomorrow it must not count. */
static const char *without_numbers(struct rdep_arena *a, const char *name)
{
	struct rdep_buf b = {0};
	const char *text;

	while (*name) {
		size_t n = strcspn(name, "0123456789");

		rdep_buf_printf(&b, "%.*s%s", (int)n, name, name[n] ? "*" : "");
		name += n;
		name += strspn(name, "0123456789");
	}
	text = rdep_arena_text(a, b.text, b.len);
	rdep_buf_free(&b);
	return text;
}

void rdep_name_own(struct rdep_arena *a, struct rdep_mclass *c)
{
	c->file = c->raw->raw->kind == RDEP_FILE;
	c->loader = c->raw->raw->kind == RDEP_LOADER;
	if (c->file) {
		c->key = without_numbers(a, c->name);
		c->detail = ends_with(c->name, ":fcntl") ? "fcntl's or lockf's, of the process"
			    : ends_with(c->name, ":OFD") ? "fcntl's, of the open file description"
							 : "flock's, of the open file description";
	} else if (c->loader) {
		c->detail = "held in dlopen and dlclose, over constructors and destructors";
	} else {
		c->detail = "named by an annotation";
	}
}

bool rdep_is_of_files(const struct rdep_mfinding *f)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++)
		if (!f->edges[i].from->file)
			return false;
	return f->edge_count != 0;
}
