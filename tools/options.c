/* SPDX-License-Identifier: MIT */
/*
 * options.c - the launcher's reading of the options, all from their one table.
 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/option_check.h"
#include "tools.h"

/* What the runtime keeps of a value. */
#define OPTION_TEXT_MAX 1024

enum option_type { OPTION_INT, OPTION_BOOL, OPTION_STR, OPTION_ENUM };

static const struct option_row {
	const char *name;
	enum option_type type;
	int def, min, max;
	const char *text; /* STR: the default; ENUM: the names, "a|b|c" */
	const char *help;
} rows[OPTIONS] = {
#define OPT_INT(name, def, min, max, help) { #name, OPTION_INT, def, min, max, NULL, help },
#define OPT_BOOL(name, def, help) { #name, OPTION_BOOL, def, 0, 1, NULL, help },
#define OPT_STR(name, def, help) { #name, OPTION_STR, 0, 0, 0, def, help },
#define OPT_ENUM(name, def, names, help) { #name, OPTION_ENUM, def, 0, 0, names, help },
#include "runtime/options.def"
#undef OPT_INT
#undef OPT_BOOL
#undef OPT_STR
#undef OPT_ENUM
};

/* The i-th name of "a|b|c": its start, or NULL; *len gets its length. */
static const char *enum_name(const char *names, int i, size_t *len)
{
	for (; i > 0; i--) {
		names = strchr(names, '|');
		if (!names)
			return NULL;
		names++;
	}
	*len = strcspn(names, "|");
	return names;
}

void options_default(struct options *o)
{
	memset(o, 0, sizeof(*o));
	for (int i = 0; i < OPTIONS; i++) {
		o->value[i].number = rows[i].def;
		o->value[i].text = rows[i].type == OPTION_STR ? rows[i].text : NULL;
	}
}

static int find_row(const char *name, size_t len)
{
	for (int i = 0; i < OPTIONS; i++)
		if (strlen(rows[i].name) == len && !strncmp(rows[i].name, name, len))
			return i;
	return -1;
}

/* The option whose name is nearest to a misspelt one; NULL when none is near. */
static const char *nearest_row(const char *name)
{
	unsigned best = (unsigned)strlen(name) / 2 + 1;
	const char *found = NULL;

	for (int i = 0; i < OPTIONS; i++) {
		unsigned d = rdep_distance(name, rows[i].name);

		if (d < best) {
			best = d;
			found = rows[i].name;
		}
	}
	return found;
}

static bool set_number(const struct option_row *row, struct option_value *v, const char *text)
{
	char *end;
	long n;

	/* Digits alone, as the runtime reads them: no sign, no blank. */
	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || n < row->min || n > row->max)
		return false;
	v->number = (int)n;
	return true;
}

static bool set_enum(const struct option_row *row, struct option_value *v, const char *text)
{
	const char *name;
	size_t len;

	for (int i = 0; (name = enum_name(row->text, i, &len)); i++) {
		if (strlen(text) == len && !strncmp(name, text, len)) {
			v->number = i;
			return true;
		}
	}
	return false;
}

static void say_allowed(const struct option_row *row, const char *text, const char *where)
{
	const struct rd_option_check *check = rd_option_check(row->name);

	switch (row->type) {
	case OPTION_INT:
		tool_say("%s: '%s' is no value of %s: a number from %d to %d is wanted", where, text,
			 row->name, row->min, row->max);
		break;
	case OPTION_BOOL:
		tool_say("%s: '%s' is no value of %s: 0 or 1 is wanted", where, text, row->name);
		break;
	case OPTION_ENUM:
		tool_say("%s: '%s' is no value of %s: one of %s is wanted", where, text, row->name,
			 row->text);
		break;
	case OPTION_STR:
		if (check && strlen(text) < OPTION_TEXT_MAX) {
			tool_say("%s: '%s' is no value of %s: %s is wanted", where, text,
				 row->name, check->wanted);
			break;
		}
		tool_say("%s: the value of %s is longer than %d characters", where, row->name,
			 OPTION_TEXT_MAX - 1);
		break;
	}
}

/* text must live as long as the options. */
static bool set(struct options *o, int i, const char *text, const char *where)
{
	const struct option_row *row = &rows[i];
	struct option_value *v = &o->value[i];
	const struct rd_option_check *check = rd_option_check(row->name);
	bool ok = true;

	switch (row->type) {
	case OPTION_INT:
	case OPTION_BOOL:
		ok = set_number(row, v, text);
		break;
	case OPTION_ENUM:
		ok = set_enum(row, v, text);
		break;
	case OPTION_STR:
		ok = strlen(text) < OPTION_TEXT_MAX &&
		     (!check || check->is(text));
		v->text = text;
		break;
	}
	if (!ok)
		say_allowed(row, text, where);
	v->given = true;
	return ok;
}

static bool set_pair(struct options *o, char *pair, const char *where)
{
	char *value = strchr(pair, '=');
	const char *near;
	int i;

	if (value)
		*value++ = '\0';
	i = find_row(pair, strlen(pair));
	if (i >= 0 && value)
		return set(o, i, value, where);
	if (i >= 0) {
		tool_say("%s: '%s' has no value: %s=... is wanted", where, pair, pair);
		return false;
	}
	near = nearest_row(pair);
	if (near)
		tool_say("%s: unknown option '%s': did you mean '%s'? 'reclaimdep --help' lists them",
			 where, pair, near);
	else
		tool_say("%s: unknown option '%s': 'reclaimdep --help' lists them", where, pair);
	return false;
}

bool options_parse(struct options *o, const char *text, const char *where)
{
	/* The copy stays: string values point into it. */
	char *copy = malloc(strlen(text) + 1), *to = copy, *pair = copy;

	if (!copy) {
		tool_say("no memory");
		return false;
	}
	for (;; text++) {
		bool end = !*text || *text == ':';

		if (*text == '\\' && text[1])
			text++;
		if (!end) {
			*to++ = *text;
			continue;
		}
		*to++ = '\0';
		if (*pair && !set_pair(o, pair, where))
			return false;
		pair = to;
		if (!*text)
			return true;
	}
}

/* The option's name in "--name=value"; --fail-on is --fail_on. */
static void flag_name(char *name, size_t size, const char *flag)
{
	flag += strspn(flag, "-");
	snprintf(name, size, "%.*s", (int)strcspn(flag, "="), flag);
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

static int unknown_flag(const char *flag)
{
	char name[64], meant[80];
	const char *near;

	flag_name(name, sizeof(name), flag);
	near = nearest_row(name);
	if (near)
		snprintf(meant, sizeof(meant), "--%s", near);
	tool_unknown_option("run", flag, near ? meant : NULL);
	return 0;
}

int options_flag(struct options *o, int argc, char **argv, int i)
{
	const char *flag = argv[i], *value = strchr(flag, '=');
	char name[64];
	bool no = false;
	int row;

	if (strncmp(flag, "--", 2))
		return unknown_flag(flag);
	flag_name(name, sizeof(name), flag);
	row = find_row(name, strlen(name));
	if (row < 0 && !strncmp(name, "no_", 3) && !value) {
		row = find_row(name + 3, strlen(name + 3));
		no = row >= 0 && rows[row].type == OPTION_BOOL;
		if (!no)
			row = -1;
	}
	if (row < 0)
		return unknown_flag(flag);
	if (value)
		return set(o, row, value + 1, "option") ? 1 : 0;
	if (rows[row].type == OPTION_BOOL)
		return set(o, row, no ? "0" : "1", "option") ? 1 : 0;
	if (i + 1 >= argc) {
		tool_say("option '%s' wants a value: %s=...", flag, flag);
		return 0;
	}
	return set(o, row, argv[i + 1], "option") ? 2 : 0;
}

char *options_text(const struct options *o)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *between = "";

	if (!out)
		return tool_say("no memory"), NULL;
	for (int i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &rows[i];
		const struct option_value *v = &o->value[i];
		const char *name;
		size_t len;

		if (!v->given)
			continue;
		fprintf(out, "%s%s=", between, row->name);
		between = ":";
		if (row->type == OPTION_STR) {
			for (const char *c = v->text; *c; c++)
				fprintf(out, "%s%c", *c == ':' || *c == '\\' ? "\\" : "", *c);
		} else if (row->type == OPTION_ENUM) {
			name = enum_name(row->text, v->number, &len);
			fprintf(out, "%.*s", name ? (int)len : 0, name ? name : "");
		} else {
			fprintf(out, "%d", v->number);
		}
	}
	if (fclose(out)) {
		free(text);
		return tool_say("no memory"), NULL;
	}
	return text;
}

/* The help text, folded at 92 columns behind its margin. */
static void list_help(FILE *out, const char *help)
{
	const int margin = 26, width = 66;

	while (*help) {
		int n = (int)strlen(help);

		if (n > width) {
			for (n = width; n > 0 && help[n] != ' '; n--)
				;
			if (!n)
				n = (int)strcspn(help, " ");
		}
		fprintf(out, "%*s%.*s\n", margin, "", n, help);
		help += n;
		help += strspn(help, " ");
	}
}

void options_list(FILE *out)
{
	for (int i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &rows[i];
		const char *name;
		size_t len;

		switch (row->type) {
		case OPTION_INT:
			fprintf(out, "  %s=%d  (%d to %d)\n", row->name, row->def, row->min, row->max);
			break;
		case OPTION_BOOL:
			fprintf(out, "  %s=%d\n", row->name, row->def);
			break;
		case OPTION_STR:
			fprintf(out, "  %s=%s\n", row->name, row->text);
			break;
		case OPTION_ENUM:
			name = enum_name(row->text, row->def, &len);
			fprintf(out, "  %s=%.*s  (%s)\n", row->name, name ? (int)len : 0,
				name ? name : "", row->text);
			break;
		}
		list_help(out, row->help);
	}
}
