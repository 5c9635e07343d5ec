/* SPDX-License-Identifier: MIT */
/* records.c - flags and records of the subcommands that read; see records.h. */
#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "reports/progress.h"

/* The index of `word` in "a|b|c", or -1. */
static int word_in(const char *list, const char *word)
{
	size_t len = strlen(word);
	int i = 0;

	for (;; i++) {
		size_t n = strcspn(list, "|");

		if (n == len && strncmp(list, word, n) == 0)
			return i;
		if (!list[n])
			return -1;
		list += n + 1;
	}
}

static int bad_value(const char *command, const char *flag, const char *value, const char *list)
{
	tool_say("%s: --%s=%s: it is one of %s", command, flag, value, list);
	return RDEP_EXIT_TROUBLE;
}

static bool is_named(const char *typed, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n && name[i]; i++)
		if ((typed[i] == '-' ? '_' : typed[i]) != name[i])
			return false;
	return i == n && !name[i];
}

/* The subcommand's own flag of that name, or NULL. */
static const struct records_flag *own_flag(const struct records_options *o, const char *typed,
					   size_t n)
{
	const struct records_flag *f;

	for (f = o->flags; f && f->name; f++)
		if (is_named(typed, n, f->name))
			return f;
	return NULL;
}

/* A flag without words. Returns -1, or an exit status. */
static int read_own(const struct records_flag *own, const char *command, const char *value)
{
	if (!own->text == !value) {
		if (own->text)
			return own->text(own->to, value) ? -1 : RDEP_EXIT_TROUBLE;
		*own->value = 1;
		return -1;
	}
	tool_say("%s: option '--%s' %s", command, own->name, own->text ? "wants a value" : "takes no value");
	return RDEP_EXIT_TROUBLE;
}

/* One flag. Returns -1, or an exit status. */
static int read_flag(struct records_options *o, const char *command, const char *arg, int *color)
{
	static const char *const lines = "certain|possible|warning|never", *const levels = "0|1|2",
				 *const colors = "auto|always|never";
	const struct records_flag *own = NULL;
	const char *value = strchr(arg, '=');
	const char *flag = arg + 2, *list = NULL;
	size_t n = value ? (size_t)(value - flag) : strlen(flag);
	int index;

	if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
		o->usage(stdout);
		return 0;
	}
	if (!strcmp(arg, "--quiet") || !strcmp(arg, "-q")) {
		o->text.verbosity = 0;
		return -1;
	}
	if (n == 6 && !strncmp(flag, "format", n))
		list = o->formats;
	else if (n == 9 && !strncmp(flag, "verbosity", n))
		list = levels;
	else if (n == 5 && !strncmp(flag, "color", n))
		list = colors;
	else if (is_named(flag, n, "fail_on") && (!strcmp(command, "report") || !strcmp(command, "core") || !strcmp(command, "diff")))
		list = lines;
	else if (arg[1] == '-' && (own = own_flag(o, flag, n)))
		list = own->words;
	if (own && !list)
		return read_own(own, command, value ? value + 1 : NULL);
	if (!list || arg[1] != '-')
		return tool_unknown_option(command, arg, NULL);
	index = value ? word_in(list, value + 1) : own && own->bare ? 0 : -1;
	if (index < 0)
		return bad_value(command,
				 own		      ? own->name
				 : list == o->formats ? "format"
				 : list == levels     ? "verbosity"
				 : list == colors     ? "color"
						      : "fail_on",
				 value ? value + 1 : "", list);
	if (own)
		*own->value = index;
	else if (list == o->formats)
		o->format = index, o->format_given = true;
	else if (list == levels)
		o->text.verbosity = index;
	else if (list == colors)
		*color = index;
	else
		o->fail_on = (enum rdep_fail_on)index;
	return -1;
}

/* A flag of a report's outputs, or one that decides: how many words it took, 0 when it is none, -1
 * after a word about it. */
static int output_flag(struct records_options *o, int argc, char **argv, int i)
{
	int took = where_flag(&o->where, argv[0], argc, argv, i);

	if (!took)
		took = o->outputs ? outputs_flag(o->outputs, argv[0], argc, argv, i) : 0;

	return took || !o->decide ? took : decide_flag(o->decide, argv[0], argc, argv, i);
}

static int take_path(struct records_options *o, const char *command, const char *path,
		     struct rdep_report *report)
{
	struct rdep_error err = {""};

	if (!o->paths && rdep_report_add(report, path, &err) < 0)
		tool_say("%s: %s", command, err.text);
	else if (o->paths && o->path_count >= o->path_room)
		tool_say("%s: %s is one too many", command, path);
	else
		return -1;
	return RDEP_EXIT_TROUBLE;
}

/* --pid=PID, --pid PID: how many words it took, 0 when it is another flag, -1 after saying what is wrong. */
static int pid_flag(const struct records_options *o, int argc, char **argv, int i, struct rdep_report *report)
{
	struct rdep_error told, err = {""};
	const char *value = NULL;
	char *end = NULL;
	unsigned long pid;
	int took = 1;

	if (!strncmp(argv[i], "--pid=", 6))
		value = argv[i] + 6;
	else if (strcmp(argv[i], "--pid"))
		return 0;
	else if (i + 1 < argc)
		value = argv[i + took++];
	pid = value ? strtoul(value, &end, 10) : 0;
	if (o->paths || !pid || *end || pid > INT32_MAX || *value < '0' || *value > '9') {
		tool_say(o->paths ? "%s: --pid is not for it" : "%s: --pid wants the number of a process that runs", argv[0]);
		return -1;
	}
	if (rdep_report_add_pid(report, (uint32_t)pid, &told, &err) < 0) {
		tool_say("%s: %s", argv[0], err.text);
		return -1;
	}
	if (told.text[0] && o->text.verbosity)
		tool_say("%s: %s", argv[0], told.text);
	return took;
}

int records_read(struct records_options *o, int argc, char **argv, struct rdep_report **report)
{
	bool flags = true;
	int i, rc = -1, color = 0, records = 0, took;

	o->text.verbosity = 1;
	*report = rdep_report_new();
	progress_begin(argv[0]);
	for (i = 1; i < argc && rc < 0; i++) {
		if (flags && !strcmp(argv[i], "--")) {
			flags = false;
		} else if (flags && (took = output_flag(o, argc, argv, i))) {
			rc = took < 0 ? RDEP_EXIT_TROUBLE : -1;
			i += took - 1;
		} else if (flags && (took = pid_flag(o, argc, argv, i, *report))) {
			rc = took < 0 ? RDEP_EXIT_TROUBLE : -1;
			i += took - 1;
			records++;
		} else if (flags && argv[i][0] == '-' && argv[i][1]) {
			rc = read_flag(o, argv[0], argv[i], &color);
		} else {
			rdep_progress("reading records", (uint64_t)i, (uint64_t)argc);
			rc = take_path(o, argv[0], argv[i], *report);
			if (o->paths && rc < 0)
				o->paths[o->path_count++] = argv[i];
			if (o->named && rc < 0)
				o->named[o->named_count++] = argv[i];
			records++;
		}
	}
	if (rc < 0 && !records) {
		tool_say("%s: %s", argv[0],
			 o->unnamed ? o->unnamed
				    : "no records are named: give files (*.rdep), directories of them, or "
				      "--pid of a process");
		o->usage(stderr);
		rc = RDEP_EXIT_TROUBLE;
	}
	o->text.color = tool_color(color, stdout);
	if (rc < 0 && !where_apply(&o->where, argv[0], *report))
		rc = RDEP_EXIT_TROUBLE;
	where_free(&o->where);
	if (rc < 0 && o->decide && !decide_apply(o->decide, argv[0], *report, !o->text.verbosity))
		rc = RDEP_EXIT_TROUBLE;
	if (rc >= 0) {
		progress_end();
		rdep_report_free(*report);
		*report = NULL;
	}
	return rc;
}
