/* SPDX-License-Identifier: MIT */
/*
 * record_fuzz.c - everything that reads a record, on whatever bytes there are.
 *
 * With clang -fsanitize=fuzzer (and -DRDEP_LIBFUZZER) it is a libFuzzer target; as it is, a
 * TAP program that mutates made records by a fixed sequence, a few seconds long:
 *
 *	record_fuzz [ROUNDS [SEED]]	mutate
 *	record_fuzz --corpus DIR	write the seeds to DIR, for libFuzzer
 *	record_fuzz --file FILE		one input
 *
 * Each input is read as it is, and again with its sums made right, so that mutations reach
 * what lies behind the checksums.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "reports/reports.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every format of the graph, of every part that can be asked for. */
static void draw_all(struct rdep_report *r, FILE *null)
{
	static const char *const around[] = {"*"};
	static const struct rdep_graph_options parts[] = {
		{0}, {.cycles = true}, {.reclaim = true}, {.around = around, .around_count = 1, .distance = 1}};
	struct rdep_error err;
	size_t i, format;

	for (format = 0; format <= RDEP_GRAPH_TEXT; format++)
		for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
			rdep_report_graph(r, null, (enum rdep_graph_format)format, &parts[i], &err);
}

static void read_all(const void *data, size_t size)
{
	static FILE *null;
	struct rdep_text_options all = {.verbosity = 2, .color = true};
	const struct rdep_format_options options = {.text = all};
	const struct rdep_format *format;
	struct rdep_report *r = rdep_report_new();
	struct rdep_audit *a;
	struct rdep_error err;
	size_t i;
	int fd = memfd_create("record", MFD_CLOEXEC);
	char path[64];

	if (!null)
		null = fopen("/dev/null", "w");
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (rdep_report_add(r, path, &err) > 0) {
		for (i = 0; (format = rdep_format(i)); i++)
			rdep_report_write(r, null, format, &options);
		draw_all(r, null);
		rdep_report_info(r, null, &all);
		a = rdep_audit(r, true);
		rdep_audit_text(a, null, &all);
		rdep_audit_json(a, null);
		rdep_audit_free(a);
	} else if (!err.text[0]) {
		abort(); /* refused without a word */
	}
	close(fd);
	rdep_report_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *repaired = malloc(size + 1);

	read_all(data, size);
	memcpy(repaired, data, size);
	maker_repair(repaired, size);
	read_all(repaired, size);
	free(repaired);
	return 0;
}

#ifndef RDEP_LIBFUZZER

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t roll(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

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

static void mutate(char *p, size_t *size)
{
	/* The journal more often than the header's page, most of which is nothing. */
	size_t from = roll() % 8 && *size > RDEP_HEADER_SIZE ? RDEP_HEADER_SIZE : 0;
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

static void fuzz(unsigned long rounds)
{
	struct maker seeds[8];
	unsigned count = 0;
	unsigned long i;

	while (count < 8 && maker_sample(&seeds[count], count))
		count++;
	for (i = 0; i < rounds; i++) {
		const struct maker *seed = &seeds[roll() % count];
		size_t size = seed->size;
		char *p = malloc(size);
		unsigned n = 1 + (unsigned)(roll() % 8);

		memcpy(p, seed->data, size);
		while (n--)
			mutate(p, &size);
		alarm(10); /* a hang is a failure */
		LLVMFuzzerTestOneInput((const uint8_t *)p, size);
		free(p);
	}
	alarm(0);
	while (count--)
		maker_free(&seeds[count]);
}

static int write_corpus(const char *dir)
{
	struct maker m;
	unsigned i;
	char path[512];

	for (i = 0; maker_sample(&m, i); i++) {
		snprintf(path, sizeof(path), "%s/sample%u.rdep", dir, i);
		maker_write(&m, path);
		maker_free(&m);
	}
	return 0;
}

static int read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *data = malloc(1u << 26);
	size_t n = f ? fread(data, 1, 1u << 26, f) : 0;

	LLVMFuzzerTestOneInput((const uint8_t *)data, n);
	free(data);
	return f ? fclose(f) : 1;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 2000;

	if (argc > 2 && !strcmp(argv[1], "--corpus"))
		return write_corpus(argv[2]);
	if (argc > 2 && !strcmp(argv[1], "--file"))
		return read_file(argv[2]);
	if (argc > 2)
		state ^= strtoull(argv[2], NULL, 0);
	fuzz(rounds);
	tap_ok(true, "%lu mutated records are read, or refused with a word", rounds);
	return tap_done();
}

#endif
