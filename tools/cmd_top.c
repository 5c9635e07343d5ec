/* SPDX-License-Identifier: MIT */
/*
 * cmd_top.c - `reclaimdep top`: the lock classes of a process that runs, again and again.
 */
#include "tools.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "reports/top.h"
#include "screen.h"

#define KEYS "q quit, sort by: w wait, a acquired, c contended, h hold, n name"

struct top_options {
	unsigned long pid, count; /* count: 0: until it ends */
	double interval;
	bool batch;
	int color;
	struct rdep_top_view view;
};

static int usage(FILE *out)
{
	fputs("usage: reclaimdep top --pid=PID [--interval=SECONDS] [--sort=wait|acquired|contended|hold|name]\n"
	      "                      [--batch] [--count=N] [--color=auto|always|never]\n\n"
	      "Shows the lock classes of a process that runs under reclaimdep, and who waits now, again and\n"
	      "again; nothing is stopped. Of a launcher it shows the children. The counts are those of stat=1:\n"
	      "acquisitions a second, the share that found the lock taken, waiting and holding times (average\n"
	      "since the last look, longest of the run), and threads that have and want one.\n\n"
	      "  --pid=PID           the process: of the same user, or any with CAP_SYS_PTRACE\n"
	      "  --interval=SECONDS  from look to look (2)\n"
	      "  --sort=KEY          what is most first (wait): of the time since the last look\n"
	      "  --batch             plain text, one look below the other; so it is without a terminal\n"
	      "  --count=N           N looks, then the end\n\n"
	      "Keys: q quits; w, a, c, h, n sort; blank looks now.\n"
	      "Exit status: 0; 125 when the process can't be looked at.\n",
	      out);
	return 0;
}

/* ---- flags ---- */

static int bad(const char *flag, const char *value, const char *wanted)
{
	tool_say("top: %s=%s: it is %s", flag, value, wanted);
	return RDEP_EXIT_TROUBLE;
}

static int key_of(const char *word)
{
	static const char *const keys[] = {"wait", "acquired", "contended", "hold", "name"};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!strcmp(word, keys[i]))
			return (int)i;
	return -1;
}

static int read_value(struct top_options *o, const char *flag, const char *value)
{
	char *end = NULL;
	int key;

	if (!strcmp(flag, "--pid") || !strcmp(flag, "-p")) {
		o->pid = strtoul(value, &end, 10);
		if (!o->pid || *end || o->pid > INT32_MAX || *value == '-')
			return bad(flag, value, "the number of a process that runs");
	} else if (!strcmp(flag, "--interval") || !strcmp(flag, "-d")) {
		o->interval = strtod(value, &end);
		if (end == value || *end || !(o->interval >= 0.05 && o->interval <= 86400))
			return bad(flag, value, "seconds, 0.05 to 86400");
	} else if (!strcmp(flag, "--count") || !strcmp(flag, "-n")) {
		o->count = strtoul(value, &end, 10);
		if (!o->count || *end || *value == '-')
			return bad(flag, value, "a number, at least 1");
	} else if (!strcmp(flag, "--sort")) {
		key = key_of(value);
		if (key < 0)
			return bad(flag, value, "one of " RDEP_STATS_KEYS);
		o->view.key = (enum rdep_stats_key)key;
	} else if (!strcmp(flag, "--color")) {
		o->color = !strcmp(value, "auto") ? 0 : !strcmp(value, "always") ? 1 : !strcmp(value, "never") ? 2 : -1;
		if (o->color < 0)
			return bad(flag, value, "one of auto|always|never");
	} else {
		return tool_unknown_option("top", flag, NULL);
	}
	return -1;
}

/* Returns -1, or an exit status. */
static int read_options(struct top_options *o, int argc, char **argv)
{
	int i, rc = -1;

	for (i = 1; i < argc && rc < 0; i++) {
		char *equals = !strncmp(argv[i], "--", 2) ? strchr(argv[i], '=') : NULL;

		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return usage(stdout);
		if (!strcmp(argv[i], "--batch") || !strcmp(argv[i], "-b")) {
			o->batch = true;
			continue;
		}
		if (argv[i][0] != '-') {
			rc = read_value(o, "--pid", argv[i]);
			continue;
		}
		if (equals) {
			*equals = 0;
			rc = read_value(o, argv[i], equals + 1);
		} else if (i + 1 < argc) {
			rc = read_value(o, argv[i], argv[i + 1]);
			i++;
		} else {
			rc = tool_unknown_option("top", argv[i], NULL);
		}
	}
	if (rc < 0 && !o->pid) {
		tool_say("top: which process? give --pid=PID");
		usage(stderr);
		rc = RDEP_EXIT_TROUBLE;
	}
	return rc;
}

/* ---- looking again and again ---- */

/* New images too: another program after exec, a launcher's new children. */
static void look(struct rdep_report *r, struct rdep_top *t, const struct top_options *o)
{
	struct rdep_error told, err;

	rdep_report_add_pid(r, (uint32_t)o->pid, &told, &err);
	rdep_top_sample(t);
}

static void sleep_for(double seconds)
{
	struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

static int run_batch(struct rdep_report *r, struct rdep_top *t, const struct top_options *o)
{
	unsigned long n;

	for (n = 0;;) {
		look(r, t, o);
		if (n)
			putchar('\n');
		rdep_top_print(t, stdout, &o->view);
		if (fflush(stdout) || ferror(stdout)) {
			tool_say("top: can't write to the standard output");
			return RDEP_EXIT_TROUBLE;
		}
		if (++n == o->count)
			return 0;
		if (!rdep_top_runs(t))
			break;
		sleep_for(o->interval);
	}
	printf("process %lu has ended\n", o->pid);
	return 0;
}

static void show(struct rdep_top *t, struct top_options *o)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out;

	screen_size(&o->view.columns, &o->view.lines);
	out = open_memstream(&text, &n);
	if (!out)
		return;
	rdep_top_print(t, out, &o->view);
	fclose(out);
	screen_show(text, n);
	free(text);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* False: it is to end. */
static bool take_key(struct top_options *o, char key, uint64_t *next)
{
	static const char keys[] = {'w', 'a', 'c', 'h', 'n'}; /* in the order of enum rdep_stats_key */
	size_t i;

	if (key == 'q' || key == 'Q' || key == 4)
		return false;
	for (i = 0; i < sizeof(keys); i++)
		if (key == keys[i])
			o->view.key = (enum rdep_stats_key)i;
	if (key == ' ' || key == '\n')
		*next = 0;
	return true;
}

static int run_screen(struct rdep_report *r, struct rdep_top *t, struct top_options *o)
{
	uint64_t next = 0, now;
	unsigned long n = 0;
	bool ended = false;
	char key;

	o->view.interval = o->interval;
	o->view.keys = KEYS;
	for (;;) {
		now = now_ms();
		if (now >= next) {
			look(r, t, o);
			next = now + (uint64_t)(o->interval * 1000);
			n++;
			ended = !rdep_top_runs(t);
		}
		show(t, o);
		if (ended || (o->count && n >= o->count))
			break;
		now = now_ms();
		switch (screen_wait(next > now ? (int)(next - now) : 0, &key)) {
		case SCREEN_KEY:
			if (take_key(o, key, &next))
				continue;
			break;
		case SCREEN_ENDED:
			break;
		default:
			continue;
		}
		break;
	}
	screen_end();
	if (ended || o->count) {
		/* What was seen last stays. */
		o->view.keys = NULL;
		rdep_top_print(t, stdout, &o->view);
	}
	if (ended)
		printf("process %lu has ended\n", o->pid);
	fflush(stdout);
	if (screen_signal()) {
		signal(screen_signal(), SIG_DFL);
		raise(screen_signal());
	}
	return 0;
}

int rdep_cmd_top(int argc, char **argv)
{
	struct top_options o = {.interval = 2, .view = {.key = RDEP_STATS_WAIT}};
	struct rdep_error told = {""}, err = {""};
	int rc = read_options(&o, argc, argv);
	struct rdep_report *r;
	struct rdep_top *t;

	if (rc >= 0)
		return rc;
	r = rdep_report_new();
	if (rdep_report_add_pid(r, (uint32_t)o.pid, &told, &err) < 0) {
		tool_say("top: %s", err.text);
		rdep_report_free(r);
		return RDEP_EXIT_TROUBLE;
	}
	if (told.text[0])
		tool_say("top: %s", told.text);
	o.view.color = tool_color(o.color, stdout);
	t = rdep_top_new(r);
	rc = !o.batch && screen_begin() ? run_screen(r, t, &o) : run_batch(r, t, &o);
	rdep_top_free(t);
	rdep_report_free(r);
	return rc;
}
