/* SPDX-License-Identifier: MIT */
/*
 * options_fuzz.c - RECLAIMDEP_OPTIONS and the launcher's flags. The runtime and the launcher must
 * agree on what is right, and on what it says; what the launcher hands down must be what it was
 * told.
 *
 * An input is a text of options; its words, split at newlines, are read as flags, too.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "runtime/options.h"
#include "tests/fuzz/fuzz.h"
#include "tools/decide.h"
#include "tools/options.h"
#include "tools/outputs.h"
#include "tools/where.h"

#define FLAGS_MAX 64

/* ---- what the launcher's parts ask of its main program ---- */

static char said[8192];

void tool_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
}

int tool_unknown_option(const char *command, const char *option, const char *nearest)
{
	tool_say("%s: unknown option '%s': %s", command, option, nearest ? nearest : "");
	return RDEP_EXIT_TROUBLE;
}

unsigned tool_distance(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	return (unsigned)(strlen(a) + strlen(b) - 2 * i);
}

/* ---- the options as one text ---- */

static void check_agreement(const char *text)
{
	static struct rd_options ours, again;
	static char one[1 << 16], two[1 << 16];
	struct options theirs;
	char error[2048], *handed;
	bool good = rd_options_parse(&ours, text, error, sizeof(error)) == 0, launcher;

	options_default(&theirs);
	said[0] = 0;
	launcher = options_parse(&theirs, text, "here");
	if (!good && !error[0])
		fuzz_wrong("the runtime refused without a word");
	if (!launcher && !said[0])
		fuzz_wrong("the launcher refused without a word");
	if (good != launcher)
		fuzz_wrong(good ? said : error);
	if (!good)
		return;
	rd_options_format(&ours, one, sizeof(one));
	handed = options_text(&theirs);
	if (!handed || rd_options_parse(&again, handed, error, sizeof(error)))
		fuzz_wrong("what the launcher hands down is refused");
	rd_options_format(&again, two, sizeof(two));
	if (strcmp(one, two))
		fuzz_wrong("what the launcher hands down says something else");
	if (rd_options_parse(&again, one, error, sizeof(error)))
		fuzz_wrong("what the record tells is refused");
	rd_options_format(&again, two, sizeof(two));
	if (strcmp(one, two))
		fuzz_wrong("what the record tells is something else");
	free(handed);
}

/* ---- as flags ---- */

static void read_flags(char *text)
{
	char *argv[FLAGS_MAX + 1], *rest = text, *word;
	struct options o;
	struct outputs outputs = {0};
	struct decide decide = {0};
	struct where where = {0};
	int argc = 0, i = 0, took = 1;

	options_default(&o);
	while (argc < FLAGS_MAX && (word = strsep(&rest, "\n")))
		argv[argc++] = word;
	argv[argc] = NULL;
	while (i < argc && took > 0) {
		said[0] = 0;
		took = decide_flag(&decide, "run", argc, argv, i);
		if (!took)
			took = where_flag(&where, "run", argc, argv, i);
		if (!took)
			took = outputs_flag(&outputs, "run", argc, argv, i);
		if (!took)
			took = options_flag(&o, argc, argv, i);
		if (took <= 0 && !said[0])
			fuzz_wrong("a flag is refused without a word");
		if (took > 2 || i + took > argc)
			fuzz_wrong("a flag took more than there is");
		i += took;
	}
	outputs_free(&outputs);
	decide_free(&decide);
	where_free(&where);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	/* Neither the environment nor a command line has NULs. */
	memcpy(text, data, size);
	text[size] = 0;
	check_agreement(text);
	read_flags(text);
	free(text);
	return 0;
}

static char *seed(unsigned i, size_t *size)
{
	static const char *const seeds[] = {
		"",
		"verbosity=2:output=a\\:b:class_depth=3",
		"gfp_layout=IO=1,FS=2,KERNEL=3:provoke=shrink\\:7,fail\\:3,seed\\:1:stat=1",
		"scope_pair=begin/end:skip=sh,ca?,*:wrapper=my_*,init:novalidate=none",
		("--verbosity=1\n--no-stat\n--output\nx\n--report=json:a\n--suppressions=b\n--"
		"baseline=c\n--sysroot=/\n"
		"--gen-suppressions\n--fail-on=never"),
	};

	return i < sizeof(seeds) / sizeof(*seeds) ? fuzz_text(seeds[i], size) : NULL;
}

static const char *const words[] = {
#define OPT_INT(name, def, min, max, help) #name "=", "--" #name "=", "--no-" #name,
#define OPT_BOOL(name, def, help) #name "=", "--" #name, "--no-" #name,
#define OPT_STR(name, def, help) #name "=", "--" #name "\n",
#define OPT_ENUM(name, def, names, help) #name "=", "--" #name "=", names,
#include "runtime/options.def"
#undef OPT_INT
#undef OPT_BOOL
#undef OPT_STR
#undef OPT_ENUM
	"shrink\\:", "scan\\:", "fail\\:", "4294967296", "2147483648",
	"-1",	     " 1",	"+1",	   "0x1",	 NULL,
};

const struct fuzz fuzz = {
	.name = "options",
	.good = "runtime and launcher agree on them, or refuse them with a word",
	.text = true,
	.words = words,
	.seed = seed,
};
