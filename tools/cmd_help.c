/* SPDX-License-Identifier: MIT */
/*
 * cmd_help.c - `reclaimdep help`: what a kind of finding means, and what to do about it.
 *
 * The texts are doc/kinds/KIND.txt, compiled in.
 */
#include "tools.h"

#include <string.h>

#include "options.h"

static const struct kind {
	const char *id, *severity, *help;
} kinds[] = {
#define KIND(sym, num, id, sev, help) { id, #sev, help },
#include "runtime/kinds.def"
#undef KIND
};

static const struct {
	const char *id, *text;
} texts[] = {
#define TEXT(id, text) { id, text },
#include "tools/kinds_text.def"
#undef TEXT
};

static const struct {
	const char *name, *help;
	int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND(sym, name, synopsis, help) { name, help, rdep_cmd_##sym },
#include "commands.def"
#undef COMMAND
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const char *severity_word(const struct kind *k)
{
	return !strcmp(k->severity, "ERROR") ? "error" : !strcmp(k->severity, "WARNING") ? "warning" : "note";
}

static void list(FILE *out)
{
	fputs("usage: reclaimdep help [KIND|COMMAND|options]\n\n"
	      "Explains a kind of finding: an example, how to read the report, the usual fixes, and what\n"
	      "to do when it is no bug. Of a command it tells how to call it.\n\n"
	      "Kinds:\n",
	      out);
	for (size_t i = 0; i < COUNT(kinds); i++)
		fprintf(out, "  %s\n      %s\n", kinds[i].id, kinds[i].help);
	fputs("\nCommands:\n", out);
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(out, "  %s\n      %s\n", commands[i].name, commands[i].help);
}

/* What is the same for all kinds, and so stands in none of the texts. */
static const char closing[] =
	"How to silence it\n"
	"    The line \"Suppression:\" of a report, in a file that --suppressions= names,\n"
	"    leaves out that one finding; with * it covers more. The fingerprint stays the\n"
	"    same from run to run and on every machine: with --baseline= only what is not\n"
	"    known already fails.\n";

static void explain(FILE *out, const struct kind *k, const char *text)
{
	bool bold = tool_color(0, out);

	fprintf(out, "%s%s%s (%s)\n\n", bold ? "\033[1m" : "", k->id, bold ? "\033[m" : "", severity_word(k));
	fprintf(out, "%s\n%s", text, closing);
}

static const char *text_of(const char *id)
{
	for (size_t i = 0; i < COUNT(texts); i++)
		if (!strcmp(texts[i].id, id))
			return texts[i].text;
	return NULL;
}

static void consider(const char *word, const char *name, const char **nearest, unsigned *best)
{
	unsigned d = rdep_distance(word, name);

	if (d < *best) {
		*best = d;
		*nearest = name;
	}
}

static int unknown(const char *word)
{
	unsigned best = (unsigned)strlen(word) / 2 + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < COUNT(kinds); i++)
		consider(word, kinds[i].id, &nearest, &best);
	for (size_t i = 0; i < COUNT(commands); i++)
		consider(word, commands[i].name, &nearest, &best);
	if (nearest)
		tool_say("help: no kind or command '%s': did you mean '%s'? 'reclaimdep help' lists them", word,
			 nearest);
	else
		tool_say("help: no kind or command '%s': 'reclaimdep help' lists them", word);
	return RDEP_EXIT_TROUBLE;
}

static int about(const char *word)
{
	char flag[] = "--help", *argv[] = { (char *)word, flag, NULL };

	for (size_t i = 0; i < COUNT(kinds); i++) {
		const char *text = text_of(kinds[i].id);

		if (strcmp(kinds[i].id, word))
			continue;
		explain(stdout, &kinds[i], text ? text : kinds[i].help);
		return 0;
	}
	for (size_t i = 0; i < COUNT(commands); i++)
		if (!strcmp(commands[i].name, word))
			return commands[i].run(2, argv);
	if (strcmp(word, "options"))
		return unknown(word);
	options_list(stdout);
	return 0;
}

int rdep_cmd_help(int argc, char **argv)
{
	int rc = 0;

	if (argc > 2) {
		tool_say("help: one word at a time: a kind or a command");
		return RDEP_EXIT_TROUBLE;
	}
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		list(stdout);
	else if (argv[1][0] == '-')
		return tool_unknown_option("help", argv[1], NULL);
	else
		rc = about(argv[1]);
	if (fflush(stdout) || ferror(stdout)) {
		tool_say("help: can't write to the standard output");
		return RDEP_EXIT_TROUBLE;
	}
	return rc;
}
