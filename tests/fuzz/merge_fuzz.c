/* SPDX-License-Identifier: MIT */
/*
 * merge_fuzz.c - merging on whatever bytes there are: as one of two records, as they are and with their sums made
 * right. What comes out is a sound record, whatever went in, and is merged again.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/merge.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/record_maker.h"

/* In memory, where that can be: what is merged is synced to the disk. */
static char dir[64];

static const char *in_dir(const char *name)
{
	static char paths[8][128];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	snprintf(path, sizeof(*paths), "%s/%s", dir, name);
	return path;
}

static void write_file(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(data, 1, size, f) != size || fclose(f))
		fuzz_wrong("no file");
}

static void put_away(void)
{
	unlink(in_dir("a"));
	unlink(in_dir("b"));
	unlink(in_dir("out"));
	rmdir(dir);
}

/* Its samples, beside the input: what that is joined to. */
static void begin(void)
{
	static bool begun;
	struct maker m;

	if (begun)
		return;
	begun = true;
	snprintf(dir, sizeof(dir), "%s/merge_fuzz.XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(dir))
		fuzz_wrong("no directory");
	atexit(put_away);
	maker_sample(&m, 0);
	write_file(in_dir("b"), m.data, m.size);
	maker_free(&m);
}

static void ignore(void *arg, const char *text)
{
	(void)arg;
	if (!*text)
		fuzz_wrong("refused without a word");
}

static void check_sound(const char *path)
{
	struct rdep_error err = {""};
	struct rdep_record *r = rdep_record_open(path, &err);

	if (!r)
		fuzz_wrong(err.text);
	if (r->cut || r->places_damaged || r->items_bad || r->items_unknown)
		fuzz_wrong("what was merged is not sound");
	rdep_record_close(r);
}

/* names: as those of the same names too. */
static void merge(const char *a, const char *b, bool across_only, bool by_name)
{
	struct rdep_report *names = by_name ? rdep_report_new() : NULL;
	struct rdep_merge *m = rdep_merge_new(names);
	struct rdep_error err = {""};

	if (rdep_merge_name(m, a, ignore, NULL, &err) < 0 && !err.text[0])
		fuzz_wrong("refused without a word");
	if (b)
		rdep_merge_name(m, b, ignore, NULL, &err);
	rdep_merge_read(m, ignore, NULL);
	if (rdep_merge_counts(m).processes) {
		if (rdep_merge_write(m, in_dir("out"), across_only, &err) < 0)
			fuzz_wrong(err.text);
		check_sound(in_dir("out"));
	}
	rdep_merge_free(m);
	rdep_report_free(names);
}

static void merge_all(const void *data, size_t size)
{
	static unsigned turn;

	write_file(in_dir("a"), data, size);
	unlink(in_dir("out"));
	merge(in_dir("a"), in_dir("b"), false, ++turn % 4 == 0);
	if (access(in_dir("out"), F_OK) == 0)
		merge(in_dir("out"), turn % 2 ? in_dir("a") : NULL, turn % 8 == 0, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *repaired = malloc(size + 1);

	begin();
	merge_all(data, size);
	memcpy(repaired, data, size);
	maker_repair(repaired, size);
	merge_all(repaired, size);
	free(repaired);
	return 0;
}

static char *read_back(const char *path, size_t *size)
{
	FILE *f = fopen(path, "r");
	struct stat st;
	char *data;

	if (!f || fstat(fileno(f), &st) < 0)
		return NULL;
	data = malloc((size_t)st.st_size);
	*size = fread(data, 1, (size_t)st.st_size, f);
	fclose(f);
	return data;
}

/* The samples; then, of each with the first, the merged record. */
static char *seed(unsigned i, size_t *size)
{
	unsigned samples = 0;
	struct maker m;
	char *data;

	while (maker_sample(&m, samples)) {
		maker_free(&m);
		samples++;
	}
	if (i >= 2 * samples)
		return NULL;
	maker_sample(&m, i % samples);
	if (i < samples) {
		data = malloc(m.size);
		memcpy(data, m.data, m.size);
		*size = m.size;
	} else {
		begin();
		write_file(in_dir("a"), m.data, m.size);
		merge(in_dir("a"), in_dir("b"), false, false);
		data = read_back(in_dir("out"), size);
	}
	maker_free(&m);
	return data;
}

const struct fuzz fuzz = {
	.name = "merge",
	.ending = RDEP_SUFFIX,
	.good = "they are merged, or refused with a word, into records that are sound",
	.header = RDEP_HEADER_SIZE,
	.seed = seed,
};
