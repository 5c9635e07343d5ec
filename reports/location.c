/* SPDX-License-Identifier: MIT */
/* location.c - where a finding is, told from the root of the sources; see location.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/location.h"

/* Without empty parts, "." and "..", as far as names alone tell; ends in '/' when `directory`. */
static char *normal_path(const char *path, bool directory)
{
	char *out = rdep_alloc(strlen(path) + 3), *to = out;
	size_t n;

	for (; *path; path += n) {
		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (n == 2 && path[0] == '.' && path[1] == '.') {
			while (to > out && *--to != '/')
				;
		} else if (n && !(n == 1 && *path == '.')) {
			*to++ = '/';
			memcpy(to, path, n);
			to += n;
		}
	}
	if (directory || to == out)
		*to++ = '/';
	*to = 0;
	return out;
}

static char *absolute(const char *base, const char *path, bool directory)
{
	char *joined, *normal;

	if (*path == '/')
		return normal_path(path, directory);
	joined = rdep_alloc(strlen(base) + strlen(path) + 2);
	sprintf(joined, "%s/%s", base, path);
	normal = normal_path(joined, directory);
	free(joined);
	return normal;
}

void rdep_root_init(struct rdep_root *root, const char *dir)
{
	char *cwd = getcwd(NULL, 0), *real = realpath(dir ? dir : ".", NULL);

	root->named = absolute(cwd ? cwd : "/", dir ? dir : ".", true);
	root->real = normal_path(real ? real : root->named, true);
	free(real);
	free(cwd);
}

void rdep_root_free(struct rdep_root *root)
{
	free(root->named);
	free(root->real);
}

/* What lies below the root, of an absolute path, else NULL. */
static const char *below(const struct rdep_root *root, const char *whole)
{
	const char *const roots[] = {root->named, root->real};
	size_t i, n;

	for (i = 0; i < 2; i++) {
		n = strlen(roots[i]);
		if (strncmp(whole, roots[i], n) == 0 && whole[n])
			return whole + n;
	}
	return NULL;
}

struct rdep_location rdep_locate_path(struct rdep_report *r, const struct rdep_root *root, const char *path)
{
	char *whole = absolute(root->named, path, false), *normal = normal_path(path, false);
	const char *rest = below(root, whole), *text = rest;
	struct rdep_location l = {.relative = rest};

	if (*path != '/' && (!rest || access(whole, F_OK) < 0)) {
		l.relative = false;
		text = normal + 1;
	} else if (!rest) {
		text = whole;
	}
	l.path = rdep_arena_text(&r->arena, text, strlen(text));
	free(whole);
	free(normal);
	return l;
}

struct rdep_location rdep_locate_frame(struct rdep_report *r, const struct rdep_root *root,
				       const struct rdep_mframe *f)
{
	struct rdep_location l = {0};

	if (f->file)
		l = rdep_locate_path(r, root, f->file);
	else if (f->module && *f->module->clean_path)
		l = rdep_locate_path(r, root, f->module->clean_path);
	l.line = f->file ? (f->line ? f->line : 1) : 0;
	l.frame = f;
	return l;
}

struct rdep_location rdep_locate_stack(struct rdep_report *r, const struct rdep_root *root,
				       const struct rdep_mstack *s)
{
	struct rdep_location best = {0};
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct rdep_mframe *f = &s->frames[i];
		struct rdep_location l;

		if (rdep_model_is_wrapper(f))
			continue;
		l = rdep_locate_frame(r, root, f);
		if (l.line && l.relative)
			return l;
		if (!best.frame || (l.line && !best.line))
			best = l;
	}
	if (!best.frame && s->count)
		best = rdep_locate_frame(r, root, &s->frames[0]);
	return best;
}

static struct rdep_location better(struct rdep_location a, struct rdep_location b)
{
	return a.path ? a : b;
}

struct rdep_location rdep_locate(struct rdep_report *r, const struct rdep_root *root,
				 const struct rdep_mfinding *f)
{
	struct rdep_location l = {0};

	if (f->edge_count)
		l = better(rdep_locate_stack(r, root, &f->edges[0].acquire),
			   rdep_locate_stack(r, root, &f->edges[0].held));
	else if (f->leg_count)
		l = better(rdep_locate_stack(r, root, &f->legs[0].waits),
			   rdep_locate_stack(r, root, &f->legs[0].taken));
	/* The other stack of a lock held at a thread's end tells where the thread was made. */
	else if (f->kind == RDEP_K_HELD_AT_EXIT)
		l = rdep_locate_stack(r, root, &f->held);
	l = better(l, rdep_locate_stack(r, root, &f->acquire));
	l = better(l, rdep_locate_stack(r, root, &f->held));
	if (!l.path && f->process->exe && *f->process->exe)
		l = rdep_locate_path(r, root, f->process->exe);
	return l;
}
