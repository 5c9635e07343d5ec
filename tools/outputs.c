/* SPDX-License-Identifier: MIT */
/* outputs.c - see outputs.h. */
#include "outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outdir.h"
#include "progress.h"

static bool is_standard(const struct output *o)
{
	return !strcmp(o->file, "-");
}

static void *there_is(void *memory)
{
	if (!memory) {
		tool_say("no memory");
		exit(RDEP_EXIT_TROUBLE);
	}
	return memory;
}

void outputs_add(struct outputs *o, const struct rdep_format *format, const char *file)
{
	o->list = there_is(realloc(o->list, (o->count + 1) * sizeof(*o->list)));
	o->list[o->count++] = (struct output){ .format = format, .file = there_is(strdup(file)) };
}

/* FORMAT, FORMAT:FILE */
static bool add_report(struct outputs *o, const char *command, const char *value)
{
	size_t n = strcspn(value, ":");
	const struct rdep_format *format = rdep_format_find(value, n);

	if (!format) {
		tool_say("%s: --report=%s: a report is FORMAT:FILE, or FORMAT for the standard output, and "
			 "FORMAT is one of %s",
			 command, value, rdep_format_words());
		return false;
	}
	if (value[n] && !value[n + 1]) {
		tool_say("%s: --report=%s: the name of a file is missing behind the colon", command, value);
		return false;
	}
	outputs_add(o, format, value[n] ? value + n + 1 : "-");
	return true;
}

static bool set_root(struct outputs *o, const char *command, const char *value)
{
	struct stat st;

	if (stat(value, &st) || !S_ISDIR(st.st_mode)) {
		tool_say("%s: --source-root=%s: it is no directory", command, value);
		return false;
	}
	o->source_root = value;
	return true;
}

int outputs_flag(struct outputs *o, const char *command, int argc, char **argv, int i)
{
	const char *arg = argv[i], *equals = strchr(arg, '='), *value;
	bool report = tool_is_flag(arg, "report");

	if (tool_is_flag(arg, "gen-suppressions")) {
		outputs_add(o, rdep_format_find("suppressions", strlen("suppressions")),
			    equals && equals[1] ? equals + 1 : "-");
		return 1;
	}
	if (!report && !tool_is_flag(arg, "source-root"))
		return 0;
	value = equals ? equals + 1 : i + 1 < argc ? argv[i + 1] : NULL;
	if (!value || !*value) {
		tool_say("%s: option '%s' wants a value: %s", command, arg,
			 report ? "--report=FORMAT:FILE" : "--source-root=DIR");
		return -1;
	}
	if (!(report ? add_report(o, command, value) : set_root(o, command, value)))
		return -1;
	return equals ? 1 : 2;
}

static bool is_twice(const struct outputs *o, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (!is_standard(&o->list[i]) && !strcmp(o->list[i].file, o->list[k].file))
			return true;
	return false;
}

/* The file's name with what stands for %p and its like. */
static bool expand(struct output *one, const char *program)
{
	char what[64], name[4096];

	snprintf(what, sizeof(what), "--report=%s:", one->format->name);
	if (!outdir_expand(what, one->file, program, name, sizeof(name)))
		return false;
	free(one->file);
	one->file = there_is(strdup(name));
	return true;
}

static FILE *open_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

bool outputs_open(struct outputs *o, const char *command, const char *program)
{
	size_t i;

	for (i = 0; i < o->count; i++) {
		struct output *one = &o->list[i];

		if (program && !expand(one, program))
			return false;
		if (is_twice(o, i)) {
			tool_say("%s: two reports are to be written to %s", command, one->file);
			return false;
		}
		one->out = is_standard(one) ? stdout : open_file(one->file);
		if (!one->out) {
			tool_say("%s: can't write the %s report to %s: %s", command, one->format->name,
				 one->file, strerror(errno));
			return false;
		}
	}
	return true;
}

void outputs_empty(struct outputs *o)
{
	size_t i;

	/* A terminal or a pipe can't be emptied, and need not. */
	for (i = 0; i < o->count; i++)
		if (o->list[i].out && !is_standard(&o->list[i]) && ftruncate(fileno(o->list[i].out), 0))
			errno = 0;
}

static bool write_one(struct output *one, const char *command, struct rdep_report *r,
		      const struct rdep_format_options *options)
{
	bool standard = is_standard(one);
	int rc;

	if (standard)
		progress_output();
	errno = 0;
	rc = rdep_report_write(r, one->out, one->format, options);
	if (!standard && fclose(one->out))
		rc = -1;
	one->out = NULL;
	if (rc < 0)
		tool_say("%s: can't write the %s report to %s%s%s", command, one->format->name,
			 standard ? "the standard output" : one->file, errno ? ": " : "",
			 errno ? strerror(errno) : "");
	return rc >= 0;
}

bool outputs_write(struct outputs *o, const char *command, struct rdep_report *r,
		   const struct rdep_text_options *text, enum rdep_fail_on fail_on)
{
	bool ok = true;
	size_t i;

	rdep_report_join(r);
	for (i = 0; i < o->count; i++) {
		struct rdep_format_options options = {
			.text = *text, .fail_on = fail_on, .source_root = o->source_root
		};

		options.text.color = text->color && is_standard(&o->list[i]);
		ok &= write_one(&o->list[i], command, r, &options);
	}
	return ok;
}

void outputs_free(struct outputs *o)
{
	size_t i;

	for (i = 0; i < o->count; i++) {
		if (o->list[i].out && !is_standard(&o->list[i]))
			fclose(o->list[i].out);
		free(o->list[i].file);
	}
	free(o->list);
	memset(o, 0, sizeof(*o));
}

void outputs_list(FILE *out)
{
	const struct rdep_format *f;
	size_t i;

	for (i = 0; (f = rdep_format(i)); i++)
		fprintf(out, "  %-8s %s\n", f->name, f->help);
}
