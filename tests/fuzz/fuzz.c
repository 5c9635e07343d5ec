/* SPDX-License-Identifier: MIT */
/* fuzz.c - the deterministic driver of the fuzzers; see fuzz.h. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "tests/unit/tap.h"

void fuzz_wrong(const char *why)
{
	fprintf(stderr, "%s: %s\n", fuzz.name, why);
	abort();
}

char *fuzz_text(const char *text, size_t *size)
{
	*size = strlen(text);
	return strdup(text);
}

void fuzz_ok(bool good, const char *what, const char *of)
{
	tap_ok(good, "%s: %s", what, of);
}

#ifndef RDEP_LIBFUZZER

#define FUZZERS 9u /* that share the time */
#define INPUT_MAX (1u << 22)
#define SEEDS_MAX 512u
#define HANG_S 20

struct input {
	char *data;
	size_t size;
};

static struct input seeds[SEEDS_MAX];
static size_t seed_count;
static uint64_t state = 0x9e3779b97f4a7c15u;
static const uint8_t *now_data;
static size_t now_size;

static uint64_t roll(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* ---- one input ---- */

/* Leaves what it was doing behind; by the fatal signal that came, or the alarm. */
static void on_fatal(int sig)
{
	static const char suffix[] = "_fuzz.input";
	char name[256];
	size_t n = strlen(fuzz.name);
	int fd;

	memcpy(name, fuzz.name, n);
	memcpy(name + n, suffix, sizeof(suffix));
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd >= 0 && write(fd, now_data, now_size) == (ssize_t)now_size)
		fd = -1;
	signal(sig, SIG_DFL);
	raise(sig);
}

static void run(const char *data, size_t size)
{
	/* A copy of just its size: one byte more is seen by whoever checks memory. */
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	now_data = copy;
	now_size = size;
	alarm(HANG_S);
	LLVMFuzzerTestOneInput(copy, size);
	alarm(0);
	free(copy);
}

/* ---- mutations ---- */

/* Numbers that lengths, counts and offsets go wrong at. */
static uint64_t awkward(void)
{
	static const uint64_t numbers[] = {0,
					   1,
					   7,
					   8,
					   15,
					   16,
					   255,
					   256,
					   4095,
					   4096,
					   65535,
					   65536,
					   1u << 20,
					   0x7fffffff,
					   0x80000000,
					   0xffffffff,
					   0x7fffffffffffffff,
					   ~0ull};

	return numbers[roll() % (sizeof(numbers) / sizeof(*numbers))];
}

static void mutate_bytes(char *p, size_t *size)
{
	size_t from = roll() % 8 && *size > fuzz.header ? fuzz.header : 0;
	size_t at = from + roll() % (*size - from), n, to;
	uint64_t v = awkward();

	switch (roll() % 6) {
	case 0:
		p[at] ^= (char)(1u << roll() % 8);
		break;
	case 1:
		at &= ~(size_t)3;
		if (at + 4 <= *size)
			memcpy(p + at, &v, 4);
		break;
	case 2:
		at &= ~(size_t)7;
		if (at + 8 <= *size)
			memcpy(p + at, &v, 8);
		break;
	case 3: /* a piece over another */
		n = roll() % 256;
		to = from + roll() % (*size - from);
		if (at + n <= *size && to + n <= *size)
			memmove(p + to, p + at, n);
		break;
	case 4:
		n = roll() % 64;
		if (at + n <= *size)
			memset(p + at, (int)roll(), n);
		break;
	case 5:
		if (roll() % 4 == 0 && at > 8)
			*size = at;
		break;
	}
}

static void insert(char *p, size_t *size, size_t room, size_t at, const char *piece, size_t n)
{
	if (*size + n > room)
		return;
	memmove(p + at + n, p + at, *size - at);
	memmove(p + at, piece, n);
	*size += n;
}

static void mutate_text(char *p, size_t *size, size_t room)
{
	static const char bytes[] = ":,=*?\\#\n\r\t ^$a/0129-\"'{}[]\0\001\002\177\377\303\250";
	size_t at = roll() % (*size + 1), n = 1 + roll() % 24, words = 0;
	char piece[4096];

	while (fuzz.words && fuzz.words[words])
		words++;
	switch (roll() % 7) {
	case 0:
	case 1:
		if (at < *size)
			p[at] = bytes[roll() % (sizeof(bytes) - 1)];
		break;
	case 2:
		insert(p, size, room, at, &bytes[roll() % (sizeof(bytes) - 1)], 1);
		break;
	case 3:
		if (words) {
			const char *word = fuzz.words[roll() % words];

			insert(p, size, room, at, word, strlen(word));
		}
		break;
	case 4: /* a piece again, elsewhere */
		n = at + n <= *size ? n : *size - at;
		memcpy(piece, p + at, n);
		insert(p, size, room, roll() % (*size + 1), piece, n);
		break;
	case 5: /* one byte very often */
		n = roll() % 4 ? n : roll() % sizeof(piece);
		memset(piece, at < *size ? p[at] : '*', n);
		insert(p, size, room, at, piece, n);
		break;
	case 6:
		n = at + n <= *size ? n : *size - at;
		memmove(p + at, p + at + n, *size - at - n);
		*size -= n;
		break;
	}
}

static void one_round(void)
{
	const struct input *seed = &seeds[roll() % seed_count];
	size_t size = seed->size, room = 2 * size + 8192;
	unsigned n = 1 + (unsigned)(roll() % (fuzz.text ? 12 : 8));
	char *p = malloc(room);

	memcpy(p, seed->data, size);
	while (n--) {
		if (fuzz.text)
			mutate_text(p, &size, room);
		else if (size)
			mutate_bytes(p, &size);
	}
	run(p, size);
	free(p);
}

/* ---- seeds ---- */

static void add_seed(char *data, size_t size)
{
	if (seed_count < SEEDS_MAX)
		seeds[seed_count++] = (struct input){data, size};
	else
		free(data);
}

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "r");
	char *data = f ? malloc(INPUT_MAX) : NULL;

	*size = data ? fread(data, 1, INPUT_MAX, f) : 0;
	if (f)
		fclose(f);
	return data;
}

static int is_input(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* What was found before, from the sources: in a fixed order. */
static void read_corpus(void)
{
	const char *top = getenv("abs_top_srcdir");
	struct dirent **names;
	char dir[2048], path[4096];
	int i, n;

	if (!top)
		return;
	snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", top, fuzz.name);
	n = scandir(dir, &names, is_input, alphasort);
	for (i = 0; i < n; i++) {
		size_t size;
		char *data;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		data = read_file(path, &size);
		if (data)
			add_seed(data, size);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void make_seeds(void)
{
	unsigned i;
	size_t size;
	char *data;

	for (i = 0; (data = fuzz.seed(i, &size)); i++)
		add_seed(data, size);
	read_corpus();
	if (!seed_count)
		add_seed(calloc(1, 1), 0);
}

static int write_corpus(const char *dir)
{
	char path[4096];
	unsigned i;
	size_t size;
	char *data;
	FILE *f;

	for (i = 0; (data = fuzz.seed(i, &size)); i++) {
		snprintf(path, sizeof(path), "%s/seed%u%s", dir, i, fuzz.ending ? fuzz.ending : "");
		f = fopen(path, "w");
		if (!f || fwrite(data, 1, size, f) != size || fclose(f))
			return 1;
		free(data);
	}
	return 0;
}

/* ---- the program ---- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long fuzz_for(double seconds)
{
	double end = now() + seconds;
	unsigned long n = 0;

	do
		one_round();
	while (++n % 16 || now() < end);
	return n;
}

static double share(void)
{
	const char *all = getenv("RECLAIMDEP_FUZZ_SECONDS");

	return (all && *all ? strtod(all, NULL) : 60) / FUZZERS;
}

static int run_files(int argc, char **argv)
{
	int i, bad = 0;

	for (i = 2; i < argc; i++) {
		size_t size;
		char *data = read_file(argv[i], &size);

		bad |= !data;
		if (data)
			run(data, size);
		free(data);
	}
	return bad;
}

int main(int argc, char **argv)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM};
	unsigned long rounds;
	char good[256];
	size_t i;

	for (i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		signal(fatal[i], on_fatal);
	if (argc > 2 && !strcmp(argv[1], "--corpus"))
		return write_corpus(argv[2]);
	if (argc > 2 && !strcmp(argv[1], "--file"))
		return run_files(argc, argv);
	if (argc > 2)
		state ^= strtoull(argv[2], NULL, 0);
	make_seeds();
	for (i = 0; i < seed_count; i++)
		run(seeds[i].data, seeds[i].size);
	tap_ok(true, "%zu inputs that were made or found before", seed_count);
	if (fuzz.more)
		fuzz.more();
	rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	if (rounds)
		for (i = 0; i < rounds; i++)
			one_round();
	else
		rounds = fuzz_for(share());
	snprintf(good, sizeof(good), "%lu mutations of them: %s", rounds, fuzz.good);
	tap_ok(true, "%s", good);
	for (i = 0; i < seed_count; i++)
		free(seeds[i].data);
	return tap_done();
}

#endif
