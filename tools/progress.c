/* SPDX-License-Identifier: MIT */
/* progress.c - see progress.h. */
#include "progress.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "reports/progress.h"

#define FIRST_MS 1000 /* shorter work needs no word */
#define NEXT_MS 100

static const char *name;
static uint64_t next_ms; /* when it may be drawn again */
static bool drawn;

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Of the terminal, where a byte is at most a column. */
static int columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

static void show(const char *what, uint64_t done, uint64_t total)
{
	uint64_t now = now_ms();
	char line[512];
	int n;

	if (now < next_ms)
		return;
	next_ms = now + NEXT_MS;
	n = snprintf(line, sizeof(line), "reclaimdep: %s: %s", name, what);
	if (total && n > 0 && (size_t)n < sizeof(line))
		snprintf(line + n, sizeof(line) - (size_t)n, ": %llu of %llu (%u %%)",
			 (unsigned long long)done, (unsigned long long)total,
			 (unsigned)(done < total ? (double)done * 100 / (double)total : 100));
	else if (done && n > 0 && (size_t)n < sizeof(line))
		snprintf(line + n, sizeof(line) - (size_t)n, ": %llu", (unsigned long long)done);
	/* One line: a wrapped one could not be erased. */
	n = columns() - 1;
	if (n < (int)strlen(line)) {
		while (n > 0 && (line[n] & 0xc0) == 0x80)
			n--;
		line[n] = 0;
	}
	fprintf(stderr, "\r\033[K%s", line);
	fflush(stderr);
	drawn = true;
}

/* A terminal that understands being erased, with somebody before it. */
static bool somebody_looks(void)
{
	const char *term = getenv("TERM"), *ci = getenv("CI");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") && !(ci && *ci);
}

void progress_begin(const char *command)
{
	if (rdep_progress_told || !somebody_looks())
		return;
	name = command;
	next_ms = now_ms() + FIRST_MS;
	rdep_progress_told = show;
}

void progress_erase(void)
{
	if (!drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	drawn = false;
}

void progress_end(void)
{
	rdep_progress_told = NULL;
	progress_erase();
}

void progress_output(void)
{
	if (isatty(STDOUT_FILENO))
		progress_end();
}
