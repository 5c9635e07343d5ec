/* SPDX-License-Identifier: MIT */
/*
 * progress_test.c - what long work says on a terminal: nothing at first, then one line, which is
 * gone at the end; and nothing at all in a log, under CI, or on a dumb terminal.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "reports/progress.h"
#include "tests/unit/tap.h"
#include "tools/progress.h"

rdep_progress_fn *rdep_progress_told;

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Work of that length, in a thousand steps or more. */
static void work(double length)
{
	const struct timespec pause = {.tv_nsec = 200000};
	double start = seconds(), now;

	progress_begin("report");
	while ((now = seconds()) < start + length) {
		rdep_progress("reading records", (uint64_t)((now - start) * 1000), 4000);
		nanosleep(&pause, NULL);
	}
	progress_end();
	rdep_progress("after the end", 1, 2);
	fputs("done\n", stderr);
	fflush(stderr);
}

/* What comes out of stderr of the work, in a child with that environment. */
static void run(char *text, size_t room, bool terminal, const char *term, const char *ci,
		double length)
{
	struct winsize size = {.ws_row = 24, .ws_col = 40};
	int master, slave, fds[2];
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	if (terminal ? openpty(&master, &slave, NULL, NULL, &size) : pipe(fds))
		abort();
	if (!terminal)
		master = fds[0], slave = fds[1];
	pid = fork();
	if (!pid) {
		dup2(slave, STDERR_FILENO);
		close(master);
		setenv("TERM", term, 1);
		if (ci)
			setenv("CI", ci, 1);
		else
			unsetenv("CI");
		work(length);
		_exit(0);
	}
	close(slave);
	while (n + 1 < room &&
	       ((got = read(master, text + n, room - 1 - n)) > 0 || (got < 0 && errno == EINTR)))
		n += got > 0 ? (size_t)got : 0;
	text[n] = 0;
	close(master);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	static char text[1 << 20];
	const char *line, *next;
	size_t longest = 0, n = 0;

	run(text, sizeof(text), true, "xterm", NULL, 0.3);
	tap_ok(!strcmp(text, "done\r\n"), "short work says nothing");
	run(text, sizeof(text), false, "xterm", NULL, 1.4);
	tap_ok(!strcmp(text, "done\n"), "nothing in a log");
	run(text, sizeof(text), true, "xterm", "true", 1.4);
	tap_ok(!strcmp(text, "done\r\n"), "nothing under CI");
	run(text, sizeof(text), true, "dumb", NULL, 1.4);
	tap_ok(!strcmp(text, "done\r\n"), "nothing on a terminal that can't erase");
	run(text, sizeof(text), true, "xterm", NULL, 2.4);
	tap_ok(!strncmp(text, "\r\033[Kreclaimdep: report: reading records", 39),
	       "longer work says where it is");
	for (line = text; (next = strstr(line + 1, "\r\033[K")); line = next, n++)
		longest = (size_t)(next - line) - 4 > longest ? (size_t)(next - line) - 4 : longest;
	tap_ok(longest && longest < 40, "in one line: %zu columns of 40", longest);
	tap_ok(n > 1 && n < 20, "which is drawn anew, not too often: %zu times", n);
	tap_ok(!strcmp(line, "\r\033[Kdone\r\n"), "and is gone at the end");
	return tap_done();
}
