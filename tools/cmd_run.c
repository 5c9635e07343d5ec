/* SPDX-License-Identifier: MIT */
/*
 * cmd_run.c - runs a command with the library preloaded, prints each finding as it
 * happens, and reports at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "decide.h"
#include "options.h"
#include "outdir.h"
#include "outputs.h"
#include "precheck.h"
#include "preload.h"
#include "proof.h"
#include "runtime/skip_option.h"
#include "tools.h"
#include "where.h"

/* How long to sleep when nothing rings: short commands end soon, long ones cost nothing. */
#define WAIT_FIRST_MS 2
#define WAIT_LONGEST_MS 100

#define REPORT_PIECE (1u << 18)

struct run {
	struct options options;
	struct outputs outputs;
	struct decide decide;
	struct where where;
	char **command;
	char path[4096]; /* of the command */
	struct precheck check;
	struct preload preload;
	char dir[1024]; /* the records', absolute */
	uint64_t id[2]; /* this launcher's, as an image id */
	uint64_t since; /* realtime ns */
	struct rdep_follow *follow;
	struct rdep_text_options text;
	pid_t child;
	int status; /* the command's, as a shell would tell it */
	bool signalled;
};

static int number(const struct run *r, enum option_id id)
{
	return r->options.value[id].number;
}

/* ---- before ---- */

/* What stands behind the dashes of a long flag, or NULL. */
static const char *long_flag(const char *arg)
{
	return !strncmp(arg, "--", 2) ? arg + 2 : NULL;
}

/* Reads environment and flags. Returns -1 to go on, else the status to leave with. */
static int read_options(struct run *r, int argc, char **argv)
{
	const char *env = getenv("RECLAIMDEP_OPTIONS");
	int i = 1;

	options_default(&r->options);
	if (env && !options_parse(&r->options, env, "RECLAIMDEP_OPTIONS"))
		return RDEP_EXIT_TROUBLE;
	while (i < argc && argv[i][0] == '-') {
		const char *word = long_flag(argv[i]);
		int took;

		if (word && !*word) {
			i++;
			break;
		}
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			tool_help(stdout);
			return 0;
		}
		if (word && !strcmp(word, "version")) {
			tool_version(stdout);
			return 0;
		}
		if (!strcmp(argv[i], "--quiet") || !strcmp(argv[i], "-q")) {
			r->options.value[OPTION_verbosity] =
				(struct option_value){ .given = true, .number = 0 };
			i++;
			continue;
		}
		took = decide_flag(&r->decide, "run", argc, argv, i);
		if (!took)
			took = where_flag(&r->where, "run", argc, argv, i);
		if (!took)
			took = outputs_flag(&r->outputs, "run", argc, argv, i);
		if (!took)
			took = options_flag(&r->options, argc, argv, i);
		if (took <= 0)
			return RDEP_EXIT_TROUBLE;
		i += took;
	}
	if (number(r, OPTION_help))
		options_list(stdout);
	if (i >= argc) {
		tool_say("no command to run: 'reclaimdep --help' tells how to call it");
		return RDEP_EXIT_TROUBLE;
	}
	r->command = argv + i;
	return -1;
}

static int check_command(struct run *r)
{
	int rc = precheck_find(r->command[0], r->path, sizeof(r->path));

	if (rc) {
		tool_say(rc == TOOL_NOT_FOUND ? "%s: command not found" : "%s: cannot be run: %s",
			 r->command[0], strerror(EACCES));
		return rc;
	}
	precheck(&r->check, r->path);
	if (!r->check.ok) {
		tool_say("cannot follow %s: %s", r->command[0], r->check.why);
		return RDEP_EXIT_TROUBLE;
	}
	return -1;
}

static bool make_id(struct run *r)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	r->since = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	r->id[0] = r->since;
	if (getrandom(&r->id[1], sizeof(r->id[1]), 0) != (ssize_t)sizeof(r->id[1])) {
		tool_say("no random numbers: %s", strerror(errno));
		return false;
	}
	return true;
}

/* The directory as a pattern: the runtime expands what it is given. */
static void as_pattern(char *to, const char *dir)
{
	for (; *dir; dir++) {
		if (*dir == '%')
			*to++ = '%';
		*to++ = *dir;
	}
	*to = '\0';
}

/* The command's environment, in the child. */
static bool set_environment(struct run *r)
{
	struct options target = r->options;
	char output[2 * sizeof(r->dir)];
	char *options, *preload = preload_value(&r->preload), from[128];
	const char *asan = getenv("ASAN_OPTIONS");
	char *asan_options = NULL;

	as_pattern(output, r->dir);
	target.value[OPTION_output] = (struct option_value){ .given = true, .text = output };
	/* Findings are printed, and the status is decided, out here. */
	target.value[OPTION_print] = (struct option_value){ .given = true, .number = 0 };
	target.value[OPTION_exitcode] = (struct option_value){ .given = true, .number = 0 };
	target.value[OPTION_help].given = false;
	options = options_text(&target);
	if (!options || !preload)
		return false;
	snprintf(from, sizeof(from), "%016llx-%016llx-spawn", (unsigned long long)r->id[0],
		 (unsigned long long)r->id[1]);
	/* A program built with AddressSanitizer ends at once when any library comes before its
	 * own, unless told so; a child of the command may be one. */
	if (!asan || !strstr(asan, "verify_asan_link_order")) {
		if (asprintf(&asan_options, "%s%sverify_asan_link_order=0", asan ? asan : "",
			     asan && *asan ? ":" : "") < 0)
			return false;
		setenv("ASAN_OPTIONS", asan_options, 1);
	}
	return !setenv("LD_PRELOAD", preload, 1) && !setenv("RECLAIMDEP_OPTIONS", options, 1) &&
	       !setenv("RECLAIMDEP_FROM", from, 1);
}

/* ---- signals ---- */

static volatile sig_atomic_t forward_to;

static void on_forward(int sig)
{
	int saved = errno;

	if (forward_to)
		kill((pid_t)forward_to, sig);
	errno = saved;
}

/* It ends a sleep, no more. */
static void on_child(int sig)
{
	(void)sig;
}

static const struct signal_way {
	int sig;
	void (*handler)(int);
} signal_ways[] = {
	/* The terminal sends these to the command too: it decides. */
	{ SIGINT, SIG_IGN },
	{ SIGQUIT, SIG_IGN },
	{ SIGTERM, on_forward },
	{ SIGHUP, on_forward },
	{ SIGCHLD, on_child },
	/* A report that nobody reads is no reason to leave the command alone. */
	{ SIGPIPE, SIG_IGN },
};

#define SIGNALS (sizeof(signal_ways) / sizeof(signal_ways[0]))

static struct sigaction signals_before[SIGNALS];
static sigset_t mask_before;

/* Blocked until signals_open(), so that none comes before the child is known. */
static void signals_take(void)
{
	sigset_t block;

	sigemptyset(&block);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&block, signal_ways[i].sig);
	sigprocmask(SIG_BLOCK, &block, &mask_before);
	for (size_t i = 0; i < SIGNALS; i++) {
		struct sigaction sa = { .sa_handler = signal_ways[i].handler };

		sigaction(signal_ways[i].sig, NULL, &signals_before[i]);
		/* What a nohup ignores stays ignored. */
		if (signals_before[i].sa_handler == SIG_IGN && signal_ways[i].sig != SIGCHLD)
			continue;
		sigaction(signal_ways[i].sig, &sa, NULL);
	}
}

static void signals_open(pid_t child)
{
	sigset_t mask = mask_before;

	forward_to = child;
	for (size_t i = 0; i < SIGNALS; i++)
		sigdelset(&mask, signal_ways[i].sig);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

static void signals_give_back(void)
{
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signal_ways[i].sig, &signals_before[i], NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

/* ---- the command ---- */

static void exec_command(struct run *r, int report)
{
	int error = ENOMEM;

	if (set_environment(r)) {
		signals_give_back();
		execvp(r->path, r->command);
		error = errno;
	}
	if (write(report, &error, sizeof(error)) < 0)
		_exit(RDEP_EXIT_TROUBLE);
	_exit(TOOL_CANNOT_RUN);
}

/* Returns -1 when it runs, else the status to leave with. */
static int start_command(struct run *r)
{
	int pipe_fd[2], error = 0;
	ssize_t n;

	if (pipe2(pipe_fd, O_CLOEXEC)) {
		tool_say("no pipe: %s", strerror(errno));
		return RDEP_EXIT_TROUBLE;
	}
	fflush(NULL);
	signals_take();
	r->child = fork();
	if (r->child < 0) {
		tool_say("cannot fork: %s", strerror(errno));
		return RDEP_EXIT_TROUBLE;
	}
	if (!r->child)
		exec_command(r, pipe_fd[1]);
	signals_open(r->child);
	close(pipe_fd[1]);
	do
		n = read(pipe_fd[0], &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	close(pipe_fd[0]);
	if (n != (ssize_t)sizeof(error))
		return -1;
	while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR)
		;
	tool_say("%s: cannot be run: %s", r->command[0], strerror(error));
	return error == ENOENT ? TOOL_NOT_FOUND : TOOL_CANNOT_RUN;
}

static void poll_findings(struct run *r)
{
	static bool told;
	struct rdep_error err = { "" };

	if (rdep_follow_poll(r->follow, stderr, &r->text, &err) < 0 && !told) {
		tool_say("%s", err.text);
		told = true;
	}
	fflush(stderr);
}

/* Until the command ends; findings are printed meanwhile. */
static void watch_command(struct run *r)
{
	int wait_ms = WAIT_FIRST_MS, status;
	pid_t pid;

	for (;;) {
		pid = waitpid(r->child, &status, WNOHANG);
		if (pid == r->child || (pid < 0 && errno != EINTR))
			break;
		poll_findings(r);
		/* SIGCHLD ends the wait; one that comes just before it costs its length. */
		rdep_follow_wait(r->follow, wait_ms);
		wait_ms = wait_ms * 3 / 2 + 1 < WAIT_LONGEST_MS ? wait_ms * 3 / 2 + 1 : WAIT_LONGEST_MS;
	}
	forward_to = 0;
	r->signalled = pid == r->child && WIFSIGNALED(status);
	r->status = pid != r->child ? RDEP_EXIT_TROUBLE :
		    r->signalled    ? 128 + WTERMSIG(status) :
				      WEXITSTATUS(status);
}

/* ---- after ---- */

/* A command that skip= names leaves no record of its own: those of its children show that the runtime
 * came up in it. */
static bool is_skipped(const struct run *r)
{
	const char *list = r->options.value[OPTION_skip].text;
	char real[PATH_MAX];

	return rd_skip_names(list, r->command[0]) || rd_skip_names(list, r->check.program) ||
	       (realpath(r->check.program, real) && rd_skip_names(list, real));
}

static int finish(struct run *r)
{
	bool seen;
	int exitcode = number(r, OPTION_exitcode);
	struct rdep_text_options on_stdout = r->text;
	struct rdep_report *report;

	poll_findings(r);
	seen = rdep_follow_has_pid(r->follow, (uint32_t)r->child);
	report = rdep_follow_report(r->follow);
	if (rdep_follow_records(r->follow))
		rdep_report_summary(report, stderr, &r->text, r->dir);
	fflush(stderr);
	if (rdep_follow_running(r->follow) && r->text.verbosity)
		tool_say("%zu processes of the run go on; so do their records",
			 rdep_follow_running(r->follow));
	if (!seen && is_skipped(r)) {
		seen = rdep_follow_records(r->follow);
		if (!seen) {
			tool_say("nothing was followed: skip= names %s, and it started no other program that is "
				 "followed", r->command[0]);
			return RDEP_EXIT_TROUBLE;
		}
	}
	if (!seen) {
		proof_missing(r->command[0], r->dir, &r->check, r->status);
		return RDEP_EXIT_TROUBLE;
	}
	on_stdout.color = tool_color(number(r, OPTION_color), stdout);
	if (!outputs_write(&r->outputs, "run", report, &on_stdout,
			   (enum rdep_fail_on)number(r, OPTION_fail_on)))
		return RDEP_EXIT_TROUBLE;
	if (r->status)
		return r->status;
	return exitcode && rdep_report_fails(report, (enum rdep_fail_on)number(r, OPTION_fail_on)) ?
		       exitcode :
		       0;
}

static int run(struct run *r, int argc, char **argv)
{
	char dir[1024];
	int rc = read_options(r, argc, argv);

	if (rc < 0 && !outputs_open(&r->outputs, "run", r->command[0]))
		rc = RDEP_EXIT_TROUBLE;
	if (rc < 0 && (rc = check_command(r)) >= 0)
		outputs_empty(&r->outputs);
	if (rc >= 0)
		return rc;
	if (!preload_find(&r->preload) ||
	    !outdir_expand("output=", r->options.value[OPTION_output].text, r->command[0], dir, sizeof(dir)) ||
	    !outdir_make(dir, r->dir, sizeof(r->dir)) || !make_id(r))
		return RDEP_EXIT_TROUBLE;
	r->text.verbosity = number(r, OPTION_verbosity);
	r->text.color = tool_color(number(r, OPTION_color), stderr);
	proof_sanitizer(r->command[0], &r->check);
	r->follow = rdep_follow_new(r->dir, r->id, r->since);
	if (!r->follow) {
		tool_say("no memory");
		return RDEP_EXIT_TROUBLE;
	}
	if (!where_apply(&r->where, "run", rdep_follow_report(r->follow)) ||
	    !decide_apply(&r->decide, "run", rdep_follow_report(r->follow), !r->text.verbosity))
		return RDEP_EXIT_TROUBLE;
	outputs_empty(&r->outputs);
	rc = start_command(r);
	if (rc >= 0)
		return rc;
	rdep_follow_pid(r->follow, (uint32_t)r->child);
	watch_command(r);
	return finish(r);
}

int rdep_cmd_run(int argc, char **argv)
{
	static struct run r;
	int rc;

	/* A report comes out in one piece, beside what the command prints. */
	setvbuf(stderr, NULL, _IOFBF, REPORT_PIECE);
	rc = run(&r, argc, argv);

	if (r.follow && !rdep_follow_running(r.follow))
		preload_done(&r.preload);
	else if (!r.follow)
		preload_done(&r.preload);
	rdep_follow_free(r.follow);
	outputs_free(&r.outputs);
	decide_free(&r.decide);
	where_free(&r.where);
	return rc;
}
