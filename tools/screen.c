/* SPDX-License-Identifier: MIT */
/* screen.c - see screen.h. */
#include "screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* The other screen, no cursor; and back. */
#define ENTER "\033[?1049h\033[?25l\033[2J\033[H"
#define LEAVE "\033[?25h\033[?1049l"

static struct termios before;
static volatile sig_atomic_t on, resized, ending, typed_on;

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};

/* From handlers too. */
static void say(const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(STDOUT_FILENO, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

static void leave(void)
{
	if (!on)
		return;
	on = 0;
	say(LEAVE, sizeof(LEAVE) - 1);
	if (typed_on)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void enter(void)
{
	struct termios raw = before;

	if (typed_on) {
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		raw.c_cc[VMIN] = 1;
		raw.c_cc[VTIME] = 0;
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	on = 1;
	say(ENTER, sizeof(ENTER) - 1);
}

static void on_end(int sig)
{
	ending = sig;
}

static void on_resize(int sig)
{
	(void)sig;
	resized = 1;
}

/* Stopped: the terminal is somebody else's meanwhile. */
static void on_stop(int sig)
{
	int was = errno;
	sigset_t set;

	(void)sig;
	leave();
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* Here it was continued. */
	signal(SIGTSTP, on_stop);
	enter();
	resized = 1;
	errno = was;
}

static void on_crash(int sig)
{
	leave();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void handle(int sig, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};

	sigaction(sig, &sa, NULL);
}

bool screen_begin(void)
{
	const char *term = getenv("TERM");
	size_t i;

	if (!isatty(STDOUT_FILENO) || !term || !*term || !strcmp(term, "dumb"))
		return false;
	typed_on = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		handle(ends[i], on_end);
	for (i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		handle(crashes[i], on_crash);
	handle(SIGWINCH, on_resize);
	handle(SIGTSTP, on_stop);
	atexit(leave);
	enter();
	return true;
}

void screen_end(void)
{
	leave();
}

void screen_size(unsigned *columns, unsigned *lines)
{
	struct winsize w;
	bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0;

	*columns = known && w.ws_col ? w.ws_col : 80;
	*lines = known && w.ws_row ? w.ws_row : 24;
}

/* Each line erases what is left of the one before at its place; the last newline would scroll. */
void screen_show(const char *text, size_t n)
{
	size_t size = 0, room = n * 2 + 4096, i;
	char *out = malloc(room);

	if (!out)
		return;
	size += (size_t)sprintf(out, "\033[H");
	for (i = 0; i < n && size + 16 < room; i++) {
		if (text[i] != '\n')
			out[size++] = text[i];
		else
			size += (size_t)sprintf(out + size, "\033[K%s", i + 1 < n ? "\n" : "");
	}
	size += (size_t)sprintf(out + size, "\033[J");
	say(out, size);
	free(out);
}

enum screen_event screen_wait(int ms, char *key)
{
	struct pollfd p = {.fd = typed_on ? STDIN_FILENO : -1, .events = POLLIN};
	struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
	sigset_t open, blocked;
	size_t i;
	int n = 0;

	/* A signal that comes before the sleep is not slept over. */
	sigemptyset(&blocked);
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		sigaddset(&blocked, ends[i]);
	sigaddset(&blocked, SIGWINCH);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	if (!ending && !resized)
		n = ppoll(&p, 1, &time, &open);
	sigprocmask(SIG_SETMASK, &open, NULL);
	if (ending)
		return SCREEN_ENDED;
	if (resized) {
		resized = 0;
		return SCREEN_RESIZED;
	}
	if (n <= 0)
		return SCREEN_TIME;
	if (read(STDIN_FILENO, key, 1) == 1)
		return SCREEN_KEY;
	/* The terminal is gone. */
	return SCREEN_ENDED;
}

int screen_signal(void)
{
	return ending;
}
