/* SPDX-License-Identifier: MIT */
/*
 * core_fuzz.c - everything that reads a core dump, on whatever bytes there are.
 *
 * Each input is read as it is, and again with the sums of the runtime's root and of the record made
 * right.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "reports/reports.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/core_maker.h"

/* Is a certain finding told in it? -1: the core was refused. */
static int read_core(const void *data, size_t size)
{
	static FILE *null;
	const struct rdep_text_options all = {.verbosity = 2, .color = true};
	const struct rdep_format_options options = {.text = all};
	const struct rdep_core_options core = {0};
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err = {""};
	int fd = memfd_create("core", MFD_CLOEXEC), found = -1;
	char path[64];

	if (!null)
		null = fopen("/dev/null", "w");
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fuzz_wrong("no memory for the input");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (rdep_report_add_core(r, path, &core, &err) == 0) {
		rdep_report_write(r, null, rdep_format_find("text", 4), &options);
		rdep_report_write(r, null, rdep_format_find("json", 4), &options);
		rdep_report_info(r, null, &all);
		found = rdep_report_fails(r, RDEP_FAIL_CERTAIN);
	} else if (!err.text[0]) {
		fuzz_wrong("refused without a word");
	}
	close(fd);
	rdep_report_free(r);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *repaired = malloc(size + 1);

	read_core(data, size);
	memcpy(repaired, data, size);
	core_repair(repaired, size);
	read_core(repaired, size);
	free(repaired);
	return 0;
}

static char *seed(unsigned i, size_t *size)
{
	struct core_maker c;

	if (!core_sample(&c, i))
		return NULL;
	*size = c.size;
	return c.data;
}

/* Where nothing of the record is at hand no class is known, and no lock by it. */
static void find_deadlocks(void)
{
	struct core_maker c;
	unsigned i, wrong = 0;

	for (i = 0; core_sample(&c, i); i++) {
		int found = read_core(c.data, c.size);

		wrong += found < 0 || (i % 3 != 2 && found != 1);
		core_free(&c);
	}
	fuzz_ok(!wrong && i, "the deadlock of each core is told", "made cores");
}

const struct fuzz fuzz = {
	.name = "core",
	.good = "they are read, or refused with a word",
	.seed = seed,
	.more = find_deadlocks,
};
