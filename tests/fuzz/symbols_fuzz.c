/* SPDX-License-Identifier: MIT */
/*
 * symbols_fuzz.c - names, lines, members, calls and imports out of a module's file. An attacker who
 * can forge a record can also lay the file beside it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/coverage_modules.h"
#include "reports/symbols.h"
#include "tests/fuzz/fuzz.h"

static const char *module_file(const uint8_t *data, size_t size)
{
	static char path[] = "/tmp/symbols_fuzz.XXXXXX";
	int fd;

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fuzz_wrong("no file for the input");
	close(fd);
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rdep_module_scan scan;
	const char *path = module_file(data, size);
	struct rdep_symbols *s = rdep_symbols_new(NULL);
	struct rdep_symbol_module *m = rdep_symbols_module(s, path, NULL, 0, UINT64_MAX);
	uint64_t a;

	for (a = 0x1000; a < 0x1200; a += 13) {
		rdep_symbols_code(m, a);
		rdep_symbols_callee(m, a);
		rdep_symbols_ordinal(m, a);
	}
	for (a = 0x3f00; a < 0x4100; a += 24)
		rdep_symbols_data(m, a);
	rdep_module_scan(m, true, &scan);
	rdep_symbols_free(s);
	unlink(path);
	return 0;
}

/* The seeds are in the corpus. */
static char *seed(unsigned i, size_t *size)
{
	(void)i;
	(void)size;
	return NULL;
}

const struct fuzz fuzz = {
	.name = "symbols",
	.good = "they are read, as far as that goes",
	.seed = seed,
};
