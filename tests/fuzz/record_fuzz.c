/* SPDX-License-Identifier: MIT */
/*
 * record_fuzz.c - everything that reads a record and renders it, on whatever bytes there are: each
 * format of formats.def, the graph, info, audit, diff, and the launcher's following.
 *
 * Each input is read as it is, and again with its sums made right, so that mutations reach
 * what lies behind the checksums.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "reports/reports.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/record_maker.h"

static FILE *nowhere(void)
{
	static FILE *null;

	if (!null)
		null = fopen("/dev/null", "w");
	return null;
}

static void render(struct rdep_report *r, unsigned turn)
{
	const struct rdep_text_options text = {.verbosity = (int)(turn % 3), .color = turn & 1};
	const struct rdep_format_options options = {.text = text, .fail_on = RDEP_FAIL_WARNING};
	const struct rdep_graph_options parts[] = {{0}, {.cycles = true}, {.reclaim = true}};
	const struct rdep_format *format;
	struct rdep_error err = {""};
	struct rdep_audit *a;
	unsigned i;

	/* Pages are large, most of each being the same. */
	for (i = 0; (format = rdep_format(i)); i++)
		if (strcmp(format->name, "html") || turn % 16 == 0)
			rdep_report_write(r, nowhere(), format, &options);
	for (i = 0; i <= RDEP_GRAPH_TEXT; i++)
		if (i != RDEP_GRAPH_HTML || turn % 16 == 8)
			rdep_report_graph(r, nowhere(), (enum rdep_graph_format)i,
					  &parts[(turn + i) % 3], &err);
	rdep_report_info(r, nowhere(), &text);
	a = rdep_audit(r, turn & 1);
	rdep_audit_text(a, nowhere(), &text);
	rdep_audit_json(a, nowhere());
	rdep_audit_free(a);
}

static void read_all(const void *data, size_t size)
{
	static unsigned turn;
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err = {""};
	int fd = memfd_create("record", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fuzz_wrong("no memory for the input");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (rdep_report_add(r, path, &err) > 0)
		render(r, ++turn);
	else if (!err.text[0])
		fuzz_wrong("refused without a word");
	close(fd);
	rdep_report_free(r);
}

/* As its own baseline, which shares nothing with the report. */
static void compare(const void *data, size_t size)
{
	const struct rdep_text_options text = {.verbosity = 2};
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err = {""};
	struct rdep_diff *d;
	int fd = memfd_create("record", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fuzz_wrong("no memory for the input");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	d = rdep_diff(path, path, r, &err);
	if (d) {
		rdep_diff_text(d, nowhere(), &text);
		rdep_diff_json(d, nowhere());
		if (rdep_diff_fails(d, RDEP_FAIL_WARNING))
			fuzz_wrong("new since itself");
		rdep_diff_free(d);
	} else if (!err.text[0]) {
		fuzz_wrong("refused without a word");
	}
	close(fd);
	rdep_report_free(r);
}

/* As a run that the launcher follows: first a part of it, then all. */
static void follow(const void *data, size_t size)
{
	char dir[] = "/tmp/record_fuzz.XXXXXX", path[64];
	const struct rdep_text_options text = {.verbosity = 1};
	const uint64_t anybody[2] = {0, 0};
	struct rdep_error err = {""};
	struct rdep_follow *f;
	FILE *out;

	if (!mkdtemp(dir))
		fuzz_wrong("no directory");
	snprintf(path, sizeof(path), "%s/a.rdep", dir);
	out = fopen(path, "w");
	if (!out)
		fuzz_wrong("no file");
	fwrite(data, 1, size / 2, out);
	fflush(out);
	f = rdep_follow_new(dir, anybody, 0);
	rdep_follow_poll(f, nowhere(), &text, &err);
	fwrite((const char *)data + size / 2, 1, size - size / 2, out);
	fclose(out);
	rdep_follow_poll(f, nowhere(), &text, &err);
	rdep_report_summary(rdep_follow_report(f), nowhere(), &text, dir);
	rdep_follow_free(f);
	unlink(path);
	rmdir(dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned turn;
	char *repaired = malloc(size + 1);

	read_all(data, size);
	memcpy(repaired, data, size);
	maker_repair(repaired, size);
	read_all(repaired, size);
	if (++turn % 4 == 0)
		compare(repaired, size);
	if (turn % 8 == 0)
		follow(repaired, size);
	free(repaired);
	return 0;
}

static char *seed(unsigned i, size_t *size)
{
	struct maker m;
	char *data;

	if (!maker_sample(&m, i))
		return NULL;
	data = malloc(m.size);
	memcpy(data, m.data, m.size);
	*size = m.size;
	maker_free(&m);
	return data;
}

const struct fuzz fuzz = {
	.name = "record",
	.ending = RDEP_SUFFIX,
	.good = "they are read and rendered, or refused with a word",
	/* Most of the first page is nothing. */
	.header = RDEP_HEADER_SIZE,
	.seed = seed,
};
