/* SPDX-License-Identifier: MIT */
/* debuginfod.c - see debuginfod.h. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "reports/debuginfod.h"
#include "reports/module_search.h"
#include "reports/progress.h"

#define SONAME "libdebuginfod.so.1"
#define SONAME_PACKAGE "libdebuginfod1"
/* Unless the variables are set: libdebuginfod's own (90 seconds, three times) is long for a report.
 */
#define TIMEOUT_S "30" /* DEBUGINFOD_TIMEOUT: a server that says nothing for so long */
#define RETRIES "0"    /* DEBUGINFOD_RETRY_LIMIT */
#define ALL_S 120      /* DEBUGINFOD_MAXTIME: here for everything together */

struct client; /* libdebuginfod's */

struct rdep_debuginfod {
	struct client *client;
	struct client *(*begin)(void);
	void (*end)(struct client *c);
	int (*find[2])(struct client *c, const unsigned char *build_id, int len, char **path);
	void (*set_progress)(struct client *c, int (*f)(struct client *c, long a, long b));
	void (*set_data)(struct client *c, void *data);
	struct rdep_arena arena;
	const char *trouble;
	bool off;
	bool print;		     /* DEBUGINFOD_PROGRESS */
	bool late;		     /* the question was given up */
	double left, began, printed; /* seconds */
	const char *asked;	     /* for, clean */
	size_t unknown, too_large, wrong;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_of(const char *variable, double otherwise)
{
	const char *text = getenv(variable);
	double v = text ? strtod(text, NULL) : 0;

	return v > 0 && v < 86400 ? v : otherwise;
}

static struct rdep_debuginfod *(*user_of)(struct client *c);

/* ---- loading ---- */

static bool load(struct rdep_debuginfod *d)
{
	/* Never closed: what it stands on (curl, TLS) may not be loaded twice. */
	void *lib = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);

	if (!lib)
		return false;
	*(void **)&d->begin = dlsym(lib, "debuginfod_begin");
	*(void **)&d->end = dlsym(lib, "debuginfod_end");
	*(void **)&d->find[RDEP_DEBUGINFOD_EXECUTABLE] = dlsym(lib, "debuginfod_find_executable");
	*(void **)&d->find[RDEP_DEBUGINFOD_DEBUGINFO] = dlsym(lib, "debuginfod_find_debuginfo");
	*(void **)&d->set_progress = dlsym(lib, "debuginfod_set_progressfn");
	*(void **)&d->set_data = dlsym(lib, "debuginfod_set_user_data");
	*(void **)&user_of = dlsym(lib, "debuginfod_get_user_data");
	return d->begin && d->end && d->find[0] && d->find[1] && d->set_progress && d->set_data &&
	       user_of;
}

/* Called while it waits: anything but 0 ends the question. total: 0 until a server answers. */
static int on_progress(struct client *c, long done, long total)
{
	struct rdep_debuginfod *d = user_of(c);
	double t = now() - d->began;

	if (t > d->left) {
		d->late = true;
		return 1;
	}
	rdep_progress(d->asked, total > 0 ? (uint64_t)done : 0, total > 0 ? (uint64_t)total : 0);
	/* Who asked for it wants it in a log, too. */
	if (d->print && !rdep_progress_told && t - d->printed >= 1) {
		d->printed = t;
		fprintf(stderr, "reclaimdep: %s: %ld of %ld\n", d->asked, total > 0 ? done : 0,
			total);
	}
	return 0;
}

static void start(struct rdep_debuginfod *d)
{
	const char *urls = getenv("DEBUGINFOD_URLS"), *progress = getenv("DEBUGINFOD_PROGRESS");

	d->off = !urls || !urls[strspn(urls, " ")];
	if (d->off)
		return;
	d->off = true;
	if (!load(d)) {
		d->trouble =
			"DEBUGINFOD_URLS is set, but " SONAME
			" is not here (the Debian package " SONAME_PACKAGE "): nothing was fetched";
		return;
	}
	d->client = d->begin();
	if (!d->client) {
		d->trouble = "libdebuginfod did not start: nothing was fetched";
		return;
	}
	d->off = false;
	d->set_data(d->client, d);
	d->set_progress(d->client, on_progress);
	d->print = progress && *progress;
	d->left = seconds_of("DEBUGINFOD_MAXTIME", ALL_S);
}

void rdep_debuginfod_free(struct rdep_debuginfod *d)
{
	if (!d)
		return;
	if (d->client)
		d->end(d->client);
	rdep_arena_free(&d->arena);
	free(d);
}

/* ---- asking ---- */

static const char *clean(struct rdep_debuginfod *d, const char *text)
{
	return rdep_clean(&d->arena, text, strlen(text));
}

/* The answer "not known" is no trouble; with any other one the next question would fare no better.
 */
static void take_error(struct rdep_debuginfod *d, int error, const char *build_id)
{
	if (error == ENOENT && !d->late) {
		d->unknown++;
		return;
	}
	if (error == EFBIG) {
		d->too_large++;
		return;
	}
	d->off = true;
	d->trouble = rdep_arena_printf(
		&d->arena, "%s (build-id %s): %s: %s; it was not asked for more", d->asked,
		build_id, clean(d, getenv("DEBUGINFOD_URLS")),
		d->late || error == ETIME ? "no answer in time" : strerror(error));
}

/* What the library keeps under that name. */
static char *cache_name(enum rdep_debuginfod_kind kind, const char *build_id)
{
	const char *dir = getenv("DEBUGINFOD_CACHE_PATH"), *cache = getenv("XDG_CACHE_HOME"),
		   *home = getenv("HOME");
	const char *what = kind == RDEP_DEBUGINFOD_EXECUTABLE ? "executable" : "debuginfo";
	char *name = NULL;
	int n;

	if (dir && *dir)
		n = asprintf(&name, "%s/%s/%s", dir, build_id, what);
	else if (cache && *cache)
		n = asprintf(&name, "%s/debuginfod_client/%s/%s", cache, build_id, what);
	else
		n = asprintf(&name, "%s/.cache/debuginfod_client/%s/%s", home ? home : "", build_id,
			     what);
	return n < 0 ? NULL : name;
}

/* The library keeps a question that was given up as one that was answered with no. */
static void forget_given_up(enum rdep_debuginfod_kind kind, const char *build_id)
{
	char *name = cache_name(kind, build_id);
	struct stat st;

	if (name && lstat(name, &st) == 0 && S_ISREG(st.st_mode) && !st.st_size)
		unlink(name);
	free(name);
}

/* Sets what nobody set: true when it is to be unset again. */
static bool preset(const char *variable, const char *value)
{
	return !getenv(variable) && setenv(variable, value, 0) == 0;
}

static int ask(struct rdep_debuginfod *d, enum rdep_debuginfod_kind kind, const char *build_id,
	       char **path)
{
	bool timeout = preset("DEBUGINFOD_TIMEOUT", TIMEOUT_S),
	     retries = preset("DEBUGINFOD_RETRY_LIMIT", RETRIES);
	int fd;

	d->late = false;
	d->printed = 0;
	d->began = now();
	fd = d->find[kind](d->client, (const unsigned char *)build_id, 0, path);
	d->left -= now() - d->began;
	if (timeout)
		unsetenv("DEBUGINFOD_TIMEOUT");
	if (retries)
		unsetenv("DEBUGINFOD_RETRY_LIMIT");
	if (d->late)
		forget_given_up(kind, build_id);
	return fd;
}

bool rdep_debuginfod_open(struct rdep_debuginfod **where, enum rdep_debuginfod_kind kind,
			  const char *path, const char *build_id, struct rdep_module_file *f)
{
	const struct rdep_module_proof proof = {.build_id = build_id};
	enum rdep_module_state state = RDEP_MODULE_MISSING;
	struct rdep_debuginfod *d = *where;
	const char *base = rdep_basename(path);
	char *cached = NULL;
	bool found;
	int fd;

	if (!d) {
		d = *where = rdep_alloc(sizeof(*d));
		start(d);
	}
	/* When a server is out of reach, there is still what was fetched before. */
	if (d->trouble && (cached = cache_name(kind, build_id))) {
		found = rdep_module_take(open(cached, O_PATH | O_CLOEXEC), cached, &proof, f,
					 &state);
		free(cached);
		return found;
	}
	if (d->off)
		return false;
	d->asked = rdep_arena_printf(&d->arena, "debuginfod: %s", clean(d, base));
	fd = ask(d, kind, build_id, &cached);
	if (fd < 0) {
		take_error(d, -fd, build_id);
		return false;
	}
	close(fd);
	/* Looked at like any other: a server is not believed either. */
	found = cached &&
		rdep_module_take(open(cached, O_PATH | O_CLOEXEC), cached, &proof, f, &state);
	d->wrong += !found;
	free(cached);
	return found;
}

/* ---- telling ---- */

const char *rdep_debuginfod_said(struct rdep_debuginfod *d, size_t i)
{
	const struct {
		size_t count;
		const char *what;
	} counts[] = {
		{d->unknown, "questions had no answer: nothing of that build-id is known there"},
		{d->wrong, "answers were no ELF file of the build-id that was asked for"},
		{d->too_large, "files are larger than DEBUGINFOD_MAXSIZE"},
	};
	size_t k;

	if (d->trouble && i-- == 0)
		return d->trouble;
	for (k = 0; k < sizeof(counts) / sizeof(*counts); k++)
		if (counts[k].count && i-- == 0)
			return rdep_arena_printf(&d->arena, "debuginfod: %zu %s", counts[k].count,
						 counts[k].what);
	return NULL;
}
