/* SPDX-License-Identifier: MIT */
/*
 * main.c - the `reclaimdep` command: finds the subcommand.
 */
#include "tools.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "outputs.h"
#include "progress.h"
#include "reports/util.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *synopsis, *help;
} commands[] = {
#define COMMAND(sym, name, synopsis, help) { name, rdep_cmd_##sym, synopsis, help },
#include "commands.def"
#undef COMMAND
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

void tool_say(const char *fmt, ...)
{
	struct rdep_arena scratch = { 0 };
	va_list args;
	char *text;
	int n;

	fflush(stdout);
	progress_erase();
	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	/* Names of files and what stands in them are nobody's word for it. */
	fprintf(stderr, "reclaimdep: %s\n", n < 0 ? "no memory" : rdep_clean(&scratch, text, (size_t)n));
	fflush(stderr);
	rdep_arena_free(&scratch);
	if (n >= 0)
		free(text);
}

int tool_unknown_option(const char *command, const char *option, const char *nearest)
{
	if (nearest)
		tool_say("%s: unknown option '%s': did you mean '%s'? 'reclaimdep --help' lists them",
			 command, option, nearest);
	else
		tool_say("%s: unknown option '%s': 'reclaimdep --help' lists them", command, option);
	return RDEP_EXIT_TROUBLE;
}

bool tool_color(int option, FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (option)
		return option == 1;
	return isatty(fileno(out)) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

void tool_help(FILE *out)
{
	fputs("Lockdep for userspace, with memory reclaim in the graph: finds deadlocks that could\n"
	      "happen, from a run in which they did not.\n\n",
	      out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "%s reclaimdep %s %s\n          %s\n", i ? "      " : "usage:",
			commands[i].name, commands[i].synopsis, commands[i].help);
	fputs("       reclaimdep --help | --version\n\n"
	      "A first word that is no subcommand is the command to run.\n\n"
	      "Options of a run, as --name=value here or as name=value in RECLAIMDEP_OPTIONS\n"
	      "(separated by colons); the default stands behind each. 0/1 options are also --name and\n"
	      "--no-name.\n\n",
	      out);
	options_list(out);
	fputs("\nFlags of a run, and of report, too: --report=FORMAT:FILE, as often as wanted, writes a report\n"
	      "(FORMAT alone: to the standard output), with paths of sources told from --source-root=DIR\n"
	      "(the current directory). Formats:\n\n",
	      out);
	outputs_list(out);
	fputs("\n--suppressions=FILE (lines of kind:pattern, as often as wanted) and --baseline=FILE|DIR (a JSON\n"
	      "report, or records): findings that are in there are counted, and fail nothing.\n"
	      "--gen-suppressions[=FILE] writes such lines. --quiet is --verbosity=0. --debug-dir=DIR and\n"
	      "--sysroot=DIR, as often as wanted, are where names of functions come from, too.\n",
	      out);
	fputs("\nExit status: the command's own when it failed; else 'exitcode' when a finding fails\n"
	      "the run; else 0. 125: reclaimdep failed, or could not follow the command;\n"
	      "126, 127: the command could not be run, was not found.\n",
	      out);
}

void tool_version(FILE *out)
{
	fprintf(out, "reclaimdep %s\n", PACKAGE_VERSION);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		tool_help(stderr);
		return RDEP_EXIT_TROUBLE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		tool_help(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		tool_version(stdout);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return rdep_cmd_run(argc, argv);
}
