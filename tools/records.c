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

/* The flag that is typed as `arg`, or NULL. */
static const struct records_flag *flag_of(const struct records_flag *f, const char *arg)
{
	for (; f && f->name; f++)
		if (tool_is_flag(arg, f->name))
			return f;
	return NULL;
}

/* argv[i] as that flag: how many words it took, -1 after saying what is wrong. */
static int read_flag(const struct records_flag *f, int argc, char **argv, int i)
{
	bool wants = f->text || (f->words && !f->bare);
	const char *value = strchr(argv[i], '=');
	int took = 1, index;

	if (value)
		value++;
	else if (wants && i + 1 < argc)
		value = argv[i + took++];
	if (value ? !f->text && !f->words : wants) {
		tool_say("%s: option '--%s' %s", argv[0], f->name, wants ? "wants a value" : "takes no value");
		return -1;
	}
	if (f->text)
		return f->text(f->to, value) ? took : -1;
	index = !f->words ? 1 : value ? word_in(f->words, value) : 0;
	if (index < 0) {
		tool_say("%s: --%s=%s: it is one of %s", argv[0], f->name, value, f->words);
		return -1;
	}
	*f->value = index;
	return took;
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

/* No flag that can be typed. */
#define NOT_TYPED "="

int records_read(struct records_options *o, int argc, char **argv, struct rdep_report **report)
{
	int i, rc = -1, format = -1, color = 0, fail_on = (int)o->fail_on, records = 0, took;
	bool flags = true, fails = !strcmp(argv[0], "report") || !strcmp(argv[0], "core") || !strcmp(argv[0], "diff");
	const struct records_flag common[] = {
		{.name = "verbosity", .words = "0|1|2", .value = &o->text.verbosity},
		{.name = "color", .words = "auto|always|never", .value = &color},
		{.name = o->formats ? "format" : NOT_TYPED, .words = o->formats, .value = &format},
		{.name = fails ? "fail_on" : NOT_TYPED, .words = "certain|possible|warning|never", .value = &fail_on},
		{.name = NULL},
	};
	const struct records_flag *flag;

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
		} else if (flags && (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))) {
			o->usage(stdout);
			rc = 0;
		} else if (flags && (!strcmp(argv[i], "--quiet") || !strcmp(argv[i], "-q"))) {
			o->text.verbosity = 0;
		} else if (flags && ((flag = flag_of(o->flags, argv[i])) || (flag = flag_of(common, argv[i])))) {
			took = read_flag(flag, argc, argv, i);
			rc = took < 0 ? RDEP_EXIT_TROUBLE : -1;
			i += took - 1;
		} else if (flags && argv[i][0] == '-' && argv[i][1]) {
			rc = tool_unknown_option(argv[0], argv[i], NULL);
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
	o->format_given = format >= 0;
	o->format = o->format_given ? format : 0;
	o->fail_on = (enum rdep_fail_on)fail_on;
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
