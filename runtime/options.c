// SPDX-License-Identifier: MIT
/* options.c - see options.h. */
#include "options.h"
#include "option_check.h"
#include "text.h"

#include <string.h>

struct rd_options rd_options;

enum type { INT, BOOL, STR, ENUM };

static const struct option {
	const char *name;
	enum type type;
	size_t offset;
	int def, min, max;
	const char *text; /* STR: default; ENUM: the list */
	const char *help;
} table[] = {
#define AT(name) offsetof(struct rd_options, name)
#define OPT_INT(name, def, min, max, help) {#name, INT, AT(name), def, min, max, NULL, help},
#define OPT_BOOL(name, def, help) {#name, BOOL, AT(name), def, 0, 1, NULL, help},
#define OPT_STR(name, def, help) {#name, STR, AT(name), 0, 0, 0, def, help},
#define OPT_ENUM(name, def, list, help) {#name, ENUM, AT(name), def, 0, 0, list, help},
#include "options.def"
};

#define EACH(o) for (const struct option *o = table; o < table + sizeof(table) / sizeof(*table); o++)

static int *number(struct rd_options *into, const struct option *o)
{
	return (int *)((char *)into + o->offset);
}

static char *string(struct rd_options *into, const struct option *o)
{
	return (char *)into + o->offset;
}

static void set_defaults(struct rd_options *into)
{
	EACH (o) {
		if (o->type == STR)
			strcpy(string(into, o), o->text);
		else
			*number(into, o) = o->def;
	}
}

static int parse_int(const char *s, long *out)
{
	long v = 0;

	if (!*s)
		return -1;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || v > 100000000)
			return -1;
		v = v * 10 + (*s - '0');
	}
	*out = v;
	return 0;
}

static int list_index(const char *list, const char *value)
{
	size_t n = strlen(value);
	int i = 0;

	for (;; i++) {
		const char *end = strchr(list, '|');
		size_t len = end ? (size_t)(end - list) : strlen(list);

		if (len == n && memcmp(list, value, n) == 0)
			return i;
		if (!end)
			return -1;
		list = end + 1;
	}
}

static void list_name(struct rd_text *t, const char *list, int index)
{
	for (; *list; list++) {
		if (*list == '|') {
			if (index-- == 0)
				return;
		} else if (index == 0) {
			rd_text_char(t, *list);
		}
	}
}

static void allowed(struct rd_text *t, const struct option *o)
{
	const struct rd_option_check *check = rd_option_check(o->name);

	switch (o->type) {
	case INT:
	case BOOL:
		rd_text_dec(t, (uint64_t)o->min);
		rd_text_str(t, " to ");
		rd_text_dec(t, (uint64_t)o->max);
		break;
	case ENUM:
		rd_text_str(t, o->text);
		break;
	case STR:
		rd_text_str(t, check ? check->wanted : "text of less than 1024 characters");
		break;
	}
}

/* Returns 0, or -1 when value is not one of the option's. */
static int set(struct rd_options *into, const struct option *o, const char *value)
{
	const struct rd_option_check *check = rd_option_check(o->name);
	long v;

	switch (o->type) {
	case INT:
	case BOOL:
		if (parse_int(value, &v) || v < o->min || v > o->max)
			return -1;
		*number(into, o) = (int)v;
		return 0;
	case ENUM:
		v = list_index(o->text, value);
		if (v < 0)
			return -1;
		*number(into, o) = (int)v;
		return 0;
	case STR:
		if (strlen(value) >= RD_OPTION_STR_MAX || (check && !check->is(value)))
			return -1;
		strcpy(string(into, o), value);
		return 0;
	}
	return -1;
}

static int apply(struct rd_options *into, char *pair, char *error, size_t n)
{
	struct rd_text t = rd_text_in(error, n);
	char *value = strchr(pair, '=');

	if (value)
		*value++ = 0;
	EACH (o) {
		if (strcmp(o->name, pair) != 0)
			continue;
		if (value && set(into, o, value) == 0)
			return 0;
		rd_text_str(&t, "option '");
		rd_text_str(&t, pair);
		if (value) {
			rd_text_str(&t, "' can't be '");
			rd_text_str(&t, value);
			rd_text_str(&t, "': it takes ");
		} else {
			rd_text_str(&t, "' needs a value: ");
		}
		allowed(&t, o);
		return -1;
	}
	rd_text_str(&t, "unknown option '");
	rd_text_str(&t, pair);
	rd_text_str(&t, "': help=1 lists the options");
	return -1;
}

int rd_options_parse(struct rd_options *into, const char *text, char *error, size_t n)
{
	char pair[RD_OPTION_STR_MAX + 64];
	size_t len = 0;

	set_defaults(into);
	if (n)
		error[0] = 0;
	while (text && *text) {
		char c = *text++;
		int end = c == ':';

		if (c == '\\' && *text)
			c = *text++;
		if (!end) {
			if (len + 1 >= sizeof(pair)) {
				struct rd_text t = rd_text_in(error, n);

				rd_text_str(&t, "an option is longer than 1024 characters");
				return -1;
			}
			pair[len++] = c;
		}
		if ((end || !*text) && len) {
			pair[len] = 0;
			len = 0;
			if (apply(into, pair, error, n))
				return -1;
		}
	}
	return 0;
}

static void escaped(struct rd_text *t, const char *s)
{
	for (; *s; s++) {
		if (*s == ':' || *s == '\\')
			rd_text_char(t, '\\');
		rd_text_char(t, *s);
	}
}

static void value_text(struct rd_text *t, const struct rd_options *from, const struct option *o)
{
	switch (o->type) {
	case STR:
		escaped(t, (const char *)from + o->offset);
		break;
	case ENUM:
		list_name(t, o->text, *(const int *)((const char *)from + o->offset));
		break;
	default:
		rd_text_dec(t, (uint64_t)*(const int *)((const char *)from + o->offset));
	}
}

size_t rd_options_format(const struct rd_options *from, char *buf, size_t n)
{
	struct rd_text t = rd_text_in(buf, n);

	EACH (o) {
		if (t.len)
			rd_text_char(&t, ':');
		rd_text_str(&t, o->name);
		rd_text_char(&t, '=');
		value_text(&t, from, o);
	}
	return t.len;
}

void rd_options_help(void (*line)(const char *))
{
	struct rd_options def;
	char buf[512];

	set_defaults(&def);
	EACH (o) {
		struct rd_text t = rd_text_in(buf, sizeof(buf));

		rd_text_str(&t, o->name);
		rd_text_char(&t, '=');
		value_text(&t, &def, o);
		rd_text_str(&t, "  (");
		allowed(&t, o);
		rd_text_str(&t, ") ");
		rd_text_str(&t, o->help);
		line(buf);
	}
}
