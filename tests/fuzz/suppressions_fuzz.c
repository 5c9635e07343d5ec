/* SPDX-License-Identifier: MIT */
/*
 * suppressions_fuzz.c - the parser and the matcher of suppressions, on whatever bytes there are.
 *
 * As record_fuzz.c: a libFuzzer target with -DRDEP_LIBFUZZER, else a TAP program that mutates
 * lines by a fixed sequence:
 *
 *	suppressions_fuzz [ROUNDS [SEED]]	mutate
 *	suppressions_fuzz --file FILE		one input
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/model.h"
#include "tests/unit/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const ids[] = {
	"lock-inversion:a.c:lock_a,a.c:lock_b", "self-deadlock:lock@outer,inner", "deadlock:x,y",
	"held-freed:operator*",			"unlock-unheld:back\\slash?",	  "scope-leaked:NOFS ",
};

#define IDS (sizeof(ids) / sizeof(*ids))

/* What a file must do whatever stands in it. */
static void check_lines(const struct rdep_suppressions *s, const struct rdep_error *err, int rc)
{
	struct rdep_mclass c = {.name = "inode->lock", .key = "a.c:lock_a"};
	struct rdep_mframe frame = {.function = "ns::take<int, 3>", .file = "/src/fs/a.c"};
	struct rdep_mfinding f = {.cls = &c, .kind = RDEP_K_LOCK_INVERSION};
	struct rdep_medge edge = {.from = &c, .to = &c, .acquire = {&frame, 1, 0}};
	size_t i;

	if (rc < 0 && strncmp(err->text, "file:", 5))
		abort(); /* refused without the place */
	f.edges = &edge;
	f.edge_count = 1;
	for (i = 0; i < IDS; i++) {
		f.suppression_id = ids[i];
		rdep_suppress_match(s, &f);
	}
	for (i = 0; i < s->count; i++)
		if (!s->list[i].pattern[0] || !s->list[i].text[0])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rdep_suppressions s = {0};
	struct rdep_error err = {""};
	int rc = rdep_suppress_parse(&s, "file", (const char *)data, size, &err);

	check_lines(&s, &err, rc);
	rdep_suppress_free(&s);
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

/* A printed suppression is read as that, and as nothing else. */
static bool comes_back(const char *id)
{
	struct rdep_suppressions s = {0};
	struct rdep_arena a = {0};
	struct rdep_error err;
	const char *line = rdep_suppress_line(&a, id);
	bool ok = rdep_suppress_parse(&s, "file", line, strlen(line), &err) == 0 && s.count == 1 &&
		  !strcmp(s.list[0].whole, id) && rdep_suppress_exact(&s, line) == &s.list[0];

	rdep_suppress_free(&s);
	rdep_arena_free(&a);
	return ok;
}

/* The line of one finding against another about the same class. */
static bool keeps_to_itself(void)
{
	struct rdep_mclass c = {.name = "lock", .key = "a.c:lock"};
	struct rdep_medge edge = {.from = &c, .to = &c};
	struct rdep_mfinding f = {.kind = RDEP_K_SAME_CLASS_NESTING, .edges = &edge, .edge_count = 1};
	struct rdep_suppressions s = {0};
	struct rdep_error err;
	const char *line = "same-class-nesting:a.c:lock@\n";
	bool ok = rdep_suppress_parse(&s, "file", line, strlen(line), &err) == 0;

	f.suppression_id = "same-class-nesting:a.c:lock@";
	ok = ok && rdep_suppress_match(&s, &f);
	f.suppression_id = "same-class-nesting:a.c:lock,b.c:lock";
	ok = ok && !rdep_suppress_match(&s, &f);
	rdep_suppress_free(&s);
	return ok;
}

static void fuzz(unsigned long rounds)
{
	static const char seed[] = "# comment\n\nlock-inversion:a.c:lock_a,a.c:lock_b\r\n"
				   "*:*take*\n  race:foo  \ndeadlock:^std::*lock$\nmutex:inode\n"
				   "reclaim-inversion:fs/*.c\nself-deadlock:oper\\*tor\\?\\\\ \n";
	static const char bytes[] = ":*?\\#\n\r\t ^$a/\0\001\002\377\303";
	unsigned long i;

	for (i = 0; i < rounds; i++) {
		char text[2 * sizeof(seed)];
		size_t size = sizeof(seed) - 1, at, n = 1 + roll() % 12, k;

		memcpy(text, seed, size);
		while (n--) {
			at = roll() % size;
			k = roll() % 24;
			if (roll() % 3)
				text[at] = bytes[roll() % (sizeof(bytes) - 1)];
			else if (roll() % 2 && size + k < sizeof(text))
				memmove(text + at + k, text + at, size - at), size += k;
			else if (at > 8 && at + k < size)
				memmove(text + at, text + at + k, size - at - k), size -= k;
		}
		alarm(10); /* a hang is a failure */
		LLVMFuzzerTestOneInput((const uint8_t *)text, size);
	}
	alarm(0);
}

/* Stars in a row are where a matcher takes for ever. */
static void stars(void)
{
	char text[4096] = "*:";
	size_t i, n = 2;

	for (i = 0; i < 1000; i++, n += 2)
		memcpy(text + n, "*a", 2);
	memcpy(text + n, "*b\n", 3);
	alarm(10);
	LLVMFuzzerTestOneInput((const uint8_t *)text, n + 3);
	memcpy(text, "deadlock:", 9);
	LLVMFuzzerTestOneInput((const uint8_t *)text, n + 3);
	alarm(0);
}

static int read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *data = malloc(1u << 24);
	size_t n = f ? fread(data, 1, 1u << 24, f) : 0;

	LLVMFuzzerTestOneInput((const uint8_t *)data, n);
	free(data);
	return f ? fclose(f) : 1;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 30000;
	size_t i;

	if (argc > 2 && !strcmp(argv[1], "--file"))
		return read_file(argv[2]);
	if (argc > 2)
		state ^= strtoull(argv[2], NULL, 0);
	for (i = 0; i < IDS; i++)
		tap_ok(comes_back(ids[i]), "printed and read: %s", ids[i]);
	tap_ok(keeps_to_itself(), "a printed suppression is for one finding");
	stars();
	fuzz(rounds);
	tap_ok(true, "%lu mutated files are read, or refused with the place", rounds);
	return tap_done();
}

#endif
