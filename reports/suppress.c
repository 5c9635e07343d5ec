/* SPDX-License-Identifier: MIT */
/* suppress.c - see suppress.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/model.h"
#include "runtime/glob.h"

#define FILE_MAX (16u << 20)

/* ---- a line ---- */

/* Of other tools: a file that was written for them is no mistake. */
static bool is_foreign(const char *kind, size_t n)
{
	static const char *const kinds[] = {"race",   "race_top", "thread",
					    "signal", "leak",	  "called_from_lib",
					    NULL};
	const char *const *k;

	for (k = kinds; *k; k++)
		if (strlen(*k) == n && !memcmp(*k, kind, n))
			return true;
	return false;
}

static bool find_kind(const char *text, size_t n, int *kind)
{
	int i;

	if (n == 1 && *text == '*') {
		*kind = RDEP_KIND_ANY;
		return true;
	}
	if (n == 5 && !memcmp(text, "mutex", n)) {
		*kind = RDEP_KIND_TSAN_MUTEX;
		return true;
	}
	for (i = 0; i < 256; i++) {
		const char *id = rdep_kind_id((unsigned)i);

		if (strlen(id) == n && !memcmp(id, text, n)) {
			*kind = i;
			return true;
		}
	}
	return false;
}

static void name_kinds(struct rdep_buf *b)
{
	unsigned i;

	for (i = 1; i < 256; i++)
		if (strcmp(rdep_kind_id(i), "unknown"))
			rdep_buf_printf(b, "%s%s", b->len ? ", " : "", rdep_kind_id(i));
}

/* NULL when the last backslash takes nothing. */
static char *translate(struct rdep_arena *a, const char *p, size_t n)
{
	char *out = rdep_arena_alloc(a, n + 1);
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == '\\') {
			if (++i == n)
				return NULL;
			out[len++] = p[i];
		} else {
			out[len++] = p[i] == '*' ? RDEP_ANY : p[i] == '?' ? RDEP_ONE : p[i];
		}
	}
	return out;
}

static int bad_line(struct rdep_error *err, const char *file, unsigned line, const char *why)
{
	rdep_error_set(err, "%s:%u: %s", file, line, why);
	return -1;
}

static int bad_kind(struct rdep_suppressions *s, struct rdep_error *err, const char *file,
		    unsigned line, const char *p, size_t n)
{
	struct rdep_buf kinds = {0};

	name_kinds(&kinds);
	rdep_error_set(err, "%s:%u: '%s' is no kind of finding: it is * or one of %s", file, line,
		       rdep_clean(&s->arena, p, n < 64 ? n : 64), kinds.text);
	rdep_buf_free(&kinds);
	return -1;
}

static int parse_line(struct rdep_suppressions *s, const char *file, unsigned number,
		      const char *p, size_t n, struct rdep_error *err)
{
	struct rdep_suppression new = {.file = file, .line = number};
	const char *colon = memchr(p, ':', n);
	size_t kind_len = colon ? (size_t)(colon - p) : 0, i;

	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] < ' ' && p[i] != '\t')
			return bad_line(err, file, number, "a control character: this is no text");
	if (!colon)
		return bad_line(err, file, number, "not a suppression: kind:pattern is wanted");
	if (is_foreign(p, kind_len)) {
		s->foreign++;
		return 0;
	}
	if (!find_kind(p, kind_len, &new.kind))
		return bad_kind(s, err, file, number, p, kind_len);
	if (kind_len + 1 == n)
		return bad_line(err, file, number, "no pattern behind the colon");
	new.loose = new.kind == RDEP_KIND_TSAN_MUTEX || new.kind == RDEP_K_DEADLOCK;
	new.text = rdep_clean(&s->arena, p, n);
	new.whole = translate(&s->arena, p, n);
	if (!new.whole)
		return bad_line(err, file, number, "a backslash at the end takes nothing");
	/* A kind has nothing to translate but the '*', which is one byte as well. */
	new.pattern = new.whole + kind_len + 1;
	RDEP_GROW(s->list, s->count);
	s->list[s->count++] = new;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

int rdep_suppress_parse(struct rdep_suppressions *s, const char *file, const char *text, size_t n,
			struct rdep_error *err)
{
	const char *end = text + n;
	const char *name = rdep_clean(&s->arena, file, strlen(file));
	unsigned number = 0;

	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end, *next = newline ? newline + 1 : end;

		number++;
		while (text < stop && is_blank(*text))
			text++;
		while (stop > text && is_blank(stop[-1]) && !(stop - 1 > text && stop[-2] == '\\'))
			stop--;
		if (text < stop && *text != '#' &&
		    parse_line(s, name, number, text, (size_t)(stop - text), err) < 0)
			return -1;
		text = next;
	}
	return 0;
}

int rdep_suppress_read(struct rdep_suppressions *s, const char *path, struct rdep_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *text = NULL;
	size_t n = 0, room = 0;
	ssize_t got = fd < 0 ? -1 : 1;
	int rc = -1;

	while (got > 0 && n <= FILE_MAX) {
		if (room - n < 65536)
			text = rdep_realloc(text, room = 2 * room + 65536);
		got = read(fd, text + n, room - n);
		if (got > 0)
			n += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (got < 0)
		rdep_error_set(err, "%s: can't read the suppressions: %s", path, strerror(errno));
	else if (n > FILE_MAX)
		rdep_error_set(err, "%s: larger than %u MiB: this is no file of suppressions",
			       path, FILE_MAX >> 20);
	else
		rc = rdep_suppress_parse(s, path, text ? text : "", n, err);
	if (fd >= 0)
		close(fd);
	free(text);
	return rc;
}

void rdep_suppress_free(struct rdep_suppressions *s)
{
	free(s->list);
	rdep_arena_free(&s->arena);
	memset(s, 0, sizeof(*s));
}

/* ---- matching ---- */

/* Linear in both but for stars, where it is their product. As rd_glob_by(), where the pattern may end before the text does. */
static bool begins(const char *p, const char *s, bool to_the_end)
{
	const char *star = NULL, *retry = NULL;

	for (;;) {
		if (!*p && (!to_the_end || !*s))
			return true;
		if (*p == RDEP_ANY) {
			star = ++p;
			retry = s;
		} else if (*s && *p && (*p == RDEP_ONE || *p == *s)) {
			p++;
			s++;
		} else if (star && *retry) {
			p = star;
			s = ++retry;
		} else {
			return false;
		}
	}
}

/* ThreadSanitizer's way: anywhere, but for ^ in front and $ behind. */
static bool loosely(const char *pattern, const char *s)
{
	size_t n = strlen(pattern);
	bool anchored = *pattern == '^', to_the_end = n > 1 && pattern[n - 1] == '$';
	char *p = rdep_strdup(pattern + anchored);
	bool found;

	if (to_the_end)
		p[n - anchored - 1] = '\0';
	found = begins(p, s, to_the_end);
	while (!found && !anchored && *s)
		found = begins(p, ++s, to_the_end);
	free(p);
	return found;
}

static bool name_matches(const struct rdep_suppression *s, const char *name)
{
	if (!name || !*name)
		return false;
	return s->loose ? loosely(s->pattern, name) : rd_glob_by(s->pattern, s->pattern + strlen(s->pattern), name, RDEP_ANY, RDEP_ONE);
}

static bool path_matches(const struct rdep_suppression *s, const char *path)
{
	while (path && *path) {
		if (name_matches(s, path))
			return true;
		path = strchr(path, '/');
		path = path ? path + 1 : NULL;
	}
	return false;
}

static bool class_matches(const struct rdep_suppression *s, const struct rdep_mclass *c)
{
	return c && (name_matches(s, c->name) || name_matches(s, c->key));
}

static bool stack_matches(const struct rdep_suppression *s, const struct rdep_mstack *stack)
{
	size_t i;

	for (i = 0; i < stack->count; i++) {
		const struct rdep_mframe *f = &stack->frames[i];

		if (name_matches(s, f->function) || path_matches(s, f->file) ||
		    (f->module && path_matches(s, f->module->clean_path)))
			return true;
	}
	return false;
}

static bool parts_match(const struct rdep_suppression *s, const struct rdep_mfinding *f)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++) {
		const struct rdep_medge *e = &f->edges[i];

		if (class_matches(s, e->from) || class_matches(s, e->to) ||
		    name_matches(s, e->callee) || stack_matches(s, &e->acquire) ||
		    stack_matches(s, &e->held))
			return true;
	}
	for (i = 0; i < f->leg_count; i++) {
		const struct rdep_mleg *l = &f->legs[i];

		if (class_matches(s, l->held) || class_matches(s, l->wanted) ||
		    stack_matches(s, &l->taken) || stack_matches(s, &l->waits))
			return true;
	}
	if (f->edge_count || f->leg_count)
		return false;
	return (f->raw->cls && class_matches(s, f->cls)) || stack_matches(s, &f->acquire) ||
	       stack_matches(s, &f->held);
}

static bool kind_matches(int kind, unsigned of)
{
	switch (kind) {
	case RDEP_KIND_ANY:
		return true;
	case RDEP_KIND_TSAN_MUTEX:
		return of == RDEP_K_SELF_DEADLOCK || of == RDEP_K_UNLOCK_UNHELD ||
		       of == RDEP_K_UNLOCK_FOREIGN || of == RDEP_K_HELD_DESTROYED ||
		       of == RDEP_K_HELD_FREED || of == RDEP_K_INIT_HELD ||
		       of == RDEP_K_DESTROYED_USED;
	case RDEP_K_DEADLOCK:
		return of == RDEP_K_DEADLOCK || of == RDEP_K_LOCK_INVERSION ||
		       of == RDEP_K_SAME_CLASS_NESTING || of == RDEP_K_WAIT_INVERSION;
	}
	return kind == (int)of || (!kind && !strcmp(rdep_kind_id(of), rdep_kind_id(0)));
}

bool rdep_suppress_applies(const struct rdep_suppression *s, const struct rdep_mfinding *f)
{
	if (!kind_matches(s->kind, f->kind))
		return false;
	return !strcmp(s->whole, f->suppression_id) || parts_match(s, f);
}

const struct rdep_suppression *rdep_suppress_match(const struct rdep_suppressions *s,
						   const struct rdep_mfinding *f)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (rdep_suppress_applies(&s->list[i], f))
			return &s->list[i];
	return NULL;
}

const struct rdep_suppression *rdep_suppress_exact(const struct rdep_suppressions *s,
						   const char *printed)
{
	struct rdep_arena scratch = {0};
	const struct rdep_suppression *found = NULL;
	const char *id = translate(&scratch, printed, strlen(printed));
	size_t i;

	for (i = 0; id && i < s->count && !found; i++)
		if (!strcmp(s->list[i].whole, id))
			found = &s->list[i];
	rdep_arena_free(&scratch);
	return found;
}

void rdep_suppress_count(struct rdep_report *r)
{
	size_t i, k;

	for (i = 0; i < r->suppressions.count; i++) {
		struct rdep_suppression *s = &r->suppressions.list[i];

		s->hits = 0;
		for (k = 0; k < r->finding_count; k++)
			s->hits += rdep_suppress_applies(s, r->findings[k]);
	}
}

const char *rdep_suppress_line(struct rdep_arena *a, const char *id)
{
	struct rdep_buf b = {0};
	const char *p, *text;

	for (p = id; *p; p++)
		rdep_buf_printf(&b, "%s%c",
				strchr("*?\\", *p) || (*p == ' ' && !p[1]) ? "\\" : "", *p);
	text = rdep_arena_text(a, b.text, b.len);
	rdep_buf_free(&b);
	return text;
}

/* ---- of a report ---- */

int rdep_report_suppress(struct rdep_report *r, const char *path, struct rdep_error *err)
{
	size_t i;

	/* The list may move: all is matched anew. */
	for (i = 0; i < r->finding_count; i++)
		r->findings[i]->suppressed = NULL;
	if (rdep_suppress_read(&r->suppressions, path, err) < 0)
		return -1;
	for (i = 0; i < r->finding_count; i++)
		r->findings[i]->suppressed = rdep_suppress_match(&r->suppressions, r->findings[i]);
	return 0;
}

int rdep_report_suppressions(struct rdep_report *r, FILE *out)
{
	size_t i;

	rdep_model_join(r);
	fputs("# Suppressions for reclaimdep: kind:pattern, each of these for one finding. A pattern may\n"
	      "# also be a function, class, source file or module of findings, with * and ?.\n",
	      out);
	for (i = 0; i < r->finding_count; i++) {
		const struct rdep_mfinding *f = r->findings[i];

		if (rdep_stands(f))
			fprintf(out, "\n# %s: %s\n%s\n", rdep_severity_id(f->severity), f->title,
				f->suppression);
	}
	fflush(out);
	return ferror(out) ? -1 : 0;
}

size_t rdep_report_foreign_suppressions(const struct rdep_report *r)
{
	return r->suppressions.foreign;
}
