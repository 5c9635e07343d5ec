/* SPDX-License-Identifier: MIT */
/*
 * suppressions_fuzz.c - the parser and the matcher of suppressions, on whatever bytes there are.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/model.h"
#include "tests/fuzz/fuzz.h"

static const char *const ids[] = {
	"lock-inversion:a.c:lock_a,a.c:lock_b",
	"self-deadlock:lock@outer,inner",
	"deadlock:x,y",
	"held-freed:operator*",
	"unlock-unheld:back\\slash?",
	"scope-leaked:NOFS ",
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
		fuzz_wrong("refused without the place");
	f.edges = &edge;
	f.edge_count = 1;
	for (i = 0; i < IDS; i++) {
		f.suppression_id = ids[i];
		rdep_suppress_match(s, &f);
	}
	for (i = 0; i < s->count; i++)
		if (!s->list[i].pattern[0] || !s->list[i].text[0])
			fuzz_wrong("an empty pattern");
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
	struct rdep_mfinding f = {
		.kind = RDEP_K_SAME_CLASS_NESTING, .edges = &edge, .edge_count = 1};
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

static void more(void)
{
	size_t i;

	for (i = 0; i < IDS; i++)
		fuzz_ok(comes_back(ids[i]), "printed and read", ids[i]);
	fuzz_ok(keeps_to_itself(), "a printed suppression", "for one finding");
	stars();
}

static char *seed(unsigned i, size_t *size)
{
	return i ? NULL
		 : fuzz_text("# comment\n\nlock-inversion:a.c:lock_a,a.c:lock_b\r\n*:*take*\n  "
			     "race:foo  \n"
			     "deadlock:^std::*lock$\nmutex:inode\nreclaim-inversion:fs/*.c\n"
			     "self-deadlock:oper\\*tor\\?\\\\ \n",
			     size);
}

static const char *const words[] = {
	"lock-inversion:", "deadlock:", "*:", "mutex:", "race:", "\\*", "@", "a.c:lock_a", NULL};

const struct fuzz fuzz = {
	.name = "suppressions",
	.good = "they are read, or refused with the place",
	.text = true,
	.words = words,
	.seed = seed,
	.more = more,
};
