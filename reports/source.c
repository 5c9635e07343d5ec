/* SPDX-License-Identifier: MIT */
/*
 * source.c - lines of source: the object that an init or lock call names, and what stands around a line.
 *
 * For people only. A file is read when it is a regular file of a sane size and is not newer than the module
 * that was built of it, or where that is not here, than the run.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/symbols_tables.h"

#define SOURCE_MAX (8u << 20)
#define CALL_LINES 4 /* a call may go on for that many */
#define OBJECT_MAX 80u

static const char no_source[] = "";

/* Was it changed after what was built of it? What can't be told counts as changed. */
static bool is_newer(const struct rdep_symbol_module *m, time_t changed)
{
	struct stat built;

	/* The file that was taken for it, which is the one that ran. */
	if (m->tables && m->tables->file.elf && fstat(m->tables->file.fd, &built) == 0)
		return changed > built.st_mtime;
	return !m->ran_ns || (uint64_t)changed > m->ran_ns / 1000000000u;
}

/* fd: of the file, or -1. Closes it. */
static const char *read_source(struct rdep_symbol_module *m, int fd, bool *newer)
{
	struct stat st;
	const char *result = no_source;
	char *text;

	if (fd < 0)
		return no_source;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size <= SOURCE_MAX) {
		*newer = is_newer(m, st.st_mtime);
		text = rdep_arena_alloc(&m->owner->arena, (size_t)st.st_size + 1);
		if (pread(fd, text, (size_t)st.st_size, 0) == st.st_size)
			result = text;
	}
	close(fd);
	return result;
}

static const char *source_of(struct rdep_symbol_module *m, const char *file)
{
	uint64_t key = rdep_hash(rdep_hash_text(m->path), file, strlen(file));
	uint64_t *known = rdep_map_put(&m->owner->sources, key);
	bool newer = false;

	if (!*known) {
		const char *text = read_source(m, rdep_module_open_source(m->owner->search, file), &newer);

		*known = (uintptr_t)(newer ? no_source : text);
	}
	return (const char *)(uintptr_t)*known;
}

/* The lines that a call which the line table puts at `line` may lie on. */
static size_t lines_from(const char *text, unsigned line, const char **start)
{
	const char *p = text;
	int i;

	while (line > 1 && p) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
		line--;
	}
	if (!p)
		return 0;
	*start = p;
	for (i = 0; i < CALL_LINES && p; i++) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return p ? (size_t)(p - *start) : strlen(*start);
}

/* Does a function's name speak of locks? */
static bool lock_word(const char *name, size_t n)
{
	static const char *const words[] = {"init", "lock", "mutex", "mtx", "rw",
					    "sem",  "spin", "guard", NULL};
	char lower[64];
	size_t i;
	const char *const *w;

	if (n >= sizeof(lower))
		return false;
	for (i = 0; i < n; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[n] = 0;
	for (w = words; *w; w++)
		if (strstr(lower, *w))
			return true;
	return false;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The end of the argument that begins at p: a comma or parenthesis of its own level. */
static const char *argument_end(const char *p, const char *end)
{
	int depth = 0;

	for (; p < end && *p != ';' && *p != '"'; p++) {
		if (*p == '(' || *p == '[' || *p == '{')
			depth++;
		else if ((*p == ')' || *p == ']' || *p == '}') && depth-- == 0)
			return p;
		else if (*p == ',' && depth == 0)
			return p;
	}
	return NULL;
}

/* "&inode->lock" as "inode->lock", into out; false when it is not a plain object. */
static bool plain_object(const char *p, const char *end, char *out)
{
	size_t n = 0;

	while (p < end && (isspace((unsigned char)*p) || *p == '&' || *p == '(' || *p == '*'))
		p++;
	while (end > p && (isspace((unsigned char)end[-1]) || end[-1] == ')'))
		end--;
	if (p == end || !(isalpha((unsigned char)*p) || *p == '_'))
		return false;
	for (; p < end; p++) {
		if (isspace((unsigned char)*p))
			continue;
		if (!is_word(*p) && !strchr(".->[]:", *p))
			return false;
		if (n + 1 >= OBJECT_MAX)
			return false;
		out[n++] = *p;
	}
	out[n] = 0;
	return strcmp(out, "NULL") != 0 && strcmp(out, "this") != 0;
}

/* Does a C++ guard's declaration end at `stop`, where its variable's name ends? */
static bool is_guard(const char *line, const char *stop)
{
	static const char *const guards[] = {"lock_guard", "unique_lock", "scoped_lock",
					     "shared_lock", NULL};
	const char *const *g;

	for (g = guards; *g; g++)
		if (memmem(line, (size_t)(stop - line), *g, strlen(*g)))
			return true;
	return false;
}

/* Does the argument name the lock, and not just a pointer that was handed in? */
static bool names_lock(const char *argument, const char *end, const char *object)
{
	return memchr(argument, '&', (size_t)(end - argument)) || strpbrk(object, ".->[:");
}

/* The first argument of the first call whose name speaks of locks. */
static bool find_object(const char *p, const char *end, char *out)
{
	const char *open;

	for (open = memchr(p, '(', (size_t)(end - p)); open;
	     open = memchr(open + 1, '(', (size_t)(end - open - 1))) {
		const char *name = open, *stop;
		bool guard;

		while (name > p && isspace((unsigned char)name[-1]))
			name--;
		stop = name;
		while (name > p && is_word(name[-1]))
			name--;
		guard = name != stop && is_guard(p, stop);
		if (name == stop || (!guard && !lock_word(name, (size_t)(stop - name))))
			continue;
		/* A later call on these lines is about another lock. */
		stop = argument_end(open + 1, end);
		return stop && plain_object(open + 1, stop, out) &&
		       (guard || names_lock(open + 1, stop, out));
	}
	return false;
}

const char *rdep_source_object(struct rdep_symbol_module *m, const char *file, unsigned line)
{
	const char *text, *start = NULL;
	char object[OBJECT_MAX];
	size_t n;

	if (!file || file[0] != '/' || !line)
		return NULL;
	text = source_of(m, file);
	n = *text ? lines_from(text, line, &start) : 0;
	if (!n || !find_object(start, start + n, object))
		return NULL;
	return rdep_clean(&m->owner->arena, object, strlen(object));
}

/* ---- what stands around a line ---- */

/*
 * The file as it was built, or below the root, by as much of its path as is there: "/build/x/src/a.c" is
 * ROOT/build/x/src/a.c, ROOT/x/src/a.c, ROOT/src/a.c or ROOT/a.c.
 */
static void find_source(struct rdep_symbol_module *m, const char *file, const char *root, struct rdep_source *s)
{
	const char *rest = file;

	s->text = *file == '/' ? read_source(m, rdep_module_open_source(m->owner->search, file), &s->newer) : no_source;
	while (!*s->text && root && rest) {
		char *path;

		rest += strspn(rest, "/");
		if (*rest && asprintf(&path, "%s/%s", root, rest) > 0) {
			s->text = read_source(m, rdep_open_regular(path), &s->newer);
			free(path);
		}
		s->below_root = *s->text;
		rest = strchr(rest, '/');
	}
}

const struct rdep_source *rdep_source(struct rdep_symbol_module *m, const char *file, const char *root)
{
	uint64_t key = rdep_hash(rdep_hash_text(m->path) + 1, file, strlen(file));
	uint64_t *known = rdep_map_put(&m->owner->sources, key);
	struct rdep_source *s = (struct rdep_source *)(uintptr_t)*known;

	if (!s) {
		s = rdep_arena_alloc(&m->owner->arena, sizeof(*s));
		*known = (uintptr_t)s;
		find_source(m, file, root, s);
	}
	return *s->text ? s : NULL;
}
