/* SPDX-License-Identifier: MIT */
/* baseline_fuzz.c - saved JSON reports, as a baseline and as both sides of a diff. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "reports/reports.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *null;
	const struct rdep_text_options text = {.verbosity = 2};
	struct rdep_report *r = rdep_report_new(), *in = rdep_report_new();
	struct rdep_error err = {""}, other = {""};
	struct rdep_diff *d;
	int fd = memfd_create("json", MFD_CLOEXEC);
	bool good;
	char path[64];

	if (!null)
		null = fopen("/dev/null", "w");
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fuzz_wrong("no memory for the input");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	good = rdep_report_baseline(r, path, &err) == 0;
	if (!good && !err.text[0])
		fuzz_wrong("refused without a word");
	rdep_report_text(r, null, &text);
	rdep_report_json(r, null);
	d = rdep_diff(path, path, in, &other);
	if (good != !!d)
		fuzz_wrong("taken as a baseline or in a diff alone");
	if (d) {
		if (rdep_diff_fails(d, RDEP_FAIL_WARNING))
			fuzz_wrong("new since itself");
		rdep_diff_text(d, null, &text);
		rdep_diff_json(d, null);
		rdep_diff_free(d);
	}
	rdep_report_free(r);
	rdep_report_free(in);
	close(fd);
	return 0;
}

static char *seed(unsigned i, size_t *size)
{
	static const char *const seeds[] = {
		"{\"schema_version\": 1, \"findings\": []}",
		"{\"schema_version\": 1, \"generator\": \"x\", \"findings\": [{\"fingerprint\": "
		"\"0123456789abcdef\", \"kind\": "
		"\"lock-inversion\", \"verdict\": \"certain\", \"severity\": \"error\", \"title\": "
		"\"a \\u001b[31m\", "
		"\"suppression\": \"lock-inversion:a,b\", \"suppressed\": {\"by\": \"x\"}}, "
		"{\"fingerprint\": "
		"\"fedcba9876543210\"}]}",
		"[1, 2.5e3, true, null, \"\\ud83d\\ude00\"]",
	};

	return i < sizeof(seeds) / sizeof(*seeds) ? fuzz_text(seeds[i], size) : NULL;
}

static const char *const words[] = {"{",
				    "}",
				    "[",
				    "]",
				    "\"findings\": ",
				    "\"fingerprint\": ",
				    "\"schema_version\": ",
				    "\"0123456789abcdef\"",
				    "\"suppression\": ",
				    "\"severity\": ",
				    "\"error\"",
				    "null",
				    "\\u0000",
				    "\\udc00",
				    "1e999",
				    "99999999999999999999",
				    "RECLMDEP",
				    NULL};

const struct fuzz fuzz = {
	.name = "baseline",
	.good = "they are taken, or refused with the place",
	.text = true,
	.words = words,
	.seed = seed,
};
