/* SPDX-License-Identifier: MIT */
/*
 * outdir.c - see outdir.h.
 */
#include "outdir.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* %q{VAR}, at the q: writes the variable's value and returns the closing brace; NULL when the
 * name does not end. */
static const char *expand_variable(const char *at, FILE *out)
{
	char name[128];
	size_t len = at[1] == '{' ? strcspn(at + 2, "}") : 0;
	const char *value;

	if (!len || at[2 + len] != '}' || len >= sizeof(name))
		return NULL;
	memcpy(name, at + 2, len);
	name[len] = '\0';
	value = getenv(name);
	fputs(value ? value : "", out);
	return at + 2 + len;
}

static bool expand(const char *what, const char *pattern, const char *program, FILE *out)
{
	char host[HOST_NAME_MAX + 1] = "";

	for (const char *c = pattern; *c; c++) {
		if (*c != '%') {
			fputc(*c, out);
			continue;
		}
		switch (*++c) {
		case 'p':
			fprintf(out, "%d", (int)getpid());
			break;
		case 'h':
			gethostname(host, sizeof(host) - 1);
			fputs(host, out);
			break;
		case 'b':
			fputs(base_name(program), out);
			break;
		case '%':
			fputc('%', out);
			break;
		case 'q':
			c = expand_variable(c, out);
			if (c)
				break;
			/* fall through */
		default:
			tool_say("%s%s: after %% stands one of p, h, b, q{VAR} or %%", what, pattern);
			return false;
		}
	}
	return true;
}

bool outdir_expand(const char *what, const char *pattern, const char *program, char *to, size_t size)
{
	FILE *out = fmemopen(to, size, "w");
	bool ok, fits;

	if (!out) {
		tool_say("no memory");
		return false;
	}
	setbuf(out, NULL);
	ok = expand(what, pattern, program, out);
	fits = !ferror(out);
	fits &= !fclose(out);
	if (ok && !fits)
		tool_say("%s%s: longer than %zu characters", what, pattern, size - 1);
	if (ok && fits && !*to)
		tool_say("%s%s: is no name", what, pattern);
	return ok && fits && *to;
}

/* The parents as mkdir -p makes them, the last as ours. */
static bool make_path(char *dir)
{
	for (char *c = dir + 1;; c++) {
		char end = *c;

		if (end != '/' && end)
			continue;
		*c = '\0';
		if (mkdir(dir, end && c[1] ? 0777 : 0700) && errno != EEXIST) {
			tool_say("cannot make the directory %s: %s", dir, strerror(errno));
			return false;
		}
		*c = end;
		if (!end)
			return true;
	}
}

bool outdir_make(const char *dir, char *absolute, size_t size)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct stat st;
	size_t len;

	snprintf(path, sizeof(path), "%s", dir);
	for (len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
		path[len - 1] = '\0';
	if (!make_path(path))
		return false;
	if (!realpath(path, real) || stat(real, &st)) {
		tool_say("cannot use %s: %s", dir, strerror(errno));
		return false;
	}
	if (!S_ISDIR(st.st_mode)) {
		tool_say("cannot put records into %s: it is not a directory", dir);
		return false;
	}
	if (st.st_uid != geteuid()) {
		tool_say("will not put records into %s: it belongs to another user (uid %u)", dir,
			 (unsigned)st.st_uid);
		return false;
	}
	if (access(real, W_OK | X_OK)) {
		tool_say("cannot write into %s: %s", dir, strerror(errno));
		return false;
	}
	if (strlen(real) >= size) {
		tool_say("the path of %s is too long", dir);
		return false;
	}
	strcpy(absolute, real);
	return true;
}
