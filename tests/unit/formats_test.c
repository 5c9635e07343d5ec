/* SPDX-License-Identifier: MIT */
/*
 * formats_test.c - the formats for machines: hostile names stay names, one fingerprint in all,
 * and what services would refuse is left out and said. --hostile FILE writes a record with such names.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/formats.h"
#include "reports/location.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

static char dir[256];

/* What breaks out of one format or another. */
static const char *const hostile[] = {
	"a\"b'c</failure>]]><script>alert(1)</script>",
	"x\n::error file=pwned::y\r\n##[add-mask]z",
	"::stop-commands::pwned, a=b%0A%25 100% [link](http://evil) {0} {{1}} &amp; <!--",
	"\033[31mred\033]0;title\a \xff\xfe\xc3\x28 \xed\xa0\x80 \xe2\x80\xaetxt.c \xc2\x85 \xef\xbf\xbf",
};
#define HOSTILE (sizeof(hostile) / sizeof(*hostile))

static void hostile_record(const char *path)
{
	static const char cmdline[] = "pro\"gram<\n\0--x=]]>\xff\0::error::";
	uint32_t mod, stack, cls[HOSTILE], edges[HOSTILE], thread[HOSTILE];
	const uint64_t pcs[] = {0x1010, 0x1020};
	struct maker m;
	size_t i;

	maker_init(&m, 77);
	maker_exe(&m, "/no\nwhere/<b>%0A::e\"xe&", cmdline, sizeof(cmdline));
	maker_text(&m, RDEP_NOTE, hostile[1]);
	mod = maker_module(&m, "/no\nwhere/li\"b<c>,x:y%0A::d\xff.so", 0x1000, 0x2000, 0x1000);
	(void)mod;
	stack = maker_stack(&m, 2, pcs);
	for (i = 0; i < HOSTILE; i++) {
		cls[i] = maker_class_named(&m, hostile[i]);
		thread[i] = maker_thread(&m, hostile[i]);
	}
	for (i = 0; i < HOSTILE; i++)
		edges[i] = maker_edge(&m, cls[i], cls[(i + 1) % HOSTILE], stack, stack, thread[i]);
	maker_cycle(&m, 0, 0, RDEP_K_LOCK_INVERSION, RDEP_CERTAIN, HOSTILE, edges);
	maker_self_deadlock(&m, cls[2], stack, stack);
	maker_write(&m, path);
	maker_free(&m);
}

/* ---- the same, in each format ---- */

static struct rdep_report *read_one(const char *path)
{
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err = {""};

	if (rdep_report_add(r, path, &err) != 1)
		tap_note("%s", err.text);
	return r;
}

static char *written(struct rdep_report *r, const char *format, int verbosity)
{
	const struct rdep_format_options o = {
		.text.verbosity = verbosity, .fail_on = RDEP_FAIL_POSSIBLE, .source_root = "/src"};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	tap_ok(rdep_report_write(r, out, rdep_format_find(format, strlen(format)), &o) == 0, "%s is written", format);
	fclose(out);
	return text;
}

static size_t times(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f)
			return false;
	return true;
}

static bool is_utf8(const char *text)
{
	json_t *value = json_string(text);
	bool good = value != NULL;

	json_decref(value);
	return good;
}

static json_t *loaded(const char *name, const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	tap_ok(value != NULL, "%s is JSON", name);
	return value;
}

/* No line that the runner could take for another command. */
static void check_commands(const char *text, const char *fingerprint)
{
	size_t lines = 0;
	bool good = true, ends = false;

	for (; *text; text += strcspn(text, "\n") + (text[strcspn(text, "\n")] != 0)) {
		size_t n = strcspn(text, "\n"), k = strlen(fingerprint);

		lines++;
		good &= strncmp(text, "::error title=", 14) == 0;
		ends |= n > k && strncmp(text + n - k, fingerprint, k) == 0;
	}
	tap_ok(good && lines == 2, "github: each line is a command of ours (%zu)", lines);
	tap_ok(ends, "github: a command ends with the fingerprint");
}

static void check_sarif(const char *text, const char *fingerprint)
{
	json_t *log = loaded("sarif", text), *run, *result;
	const char *said;

	run = json_array_get(json_object_get(log, "runs"), 0);
	result = json_array_get(json_object_get(run, "results"), 0);
	said = json_string_value(json_object_get(json_object_get(result, "message"), "text"));
	tap_ok(said && !strstr(said, "](") && !strstr(said, "{0}"), "sarif: no link and no placeholder in a message");
	tap_ok(strstr(text, "\"file:///no%3Fwhere/li%22b%3Cc%3E,x%3Ay%250A%3A%3Ad%EF%BF%BD.so\"") != NULL,
	       "sarif: a path is a URI");
	tap_ok(strstr(text, fingerprint) != NULL, "sarif: the fingerprint");
	json_decref(log);
}

static void check_hostile(void)
{
	char path[300];
	struct rdep_report *r;
	char *text;
	const char *fingerprint;
	json_t *list;
	size_t i;

	snprintf(path, sizeof(path), "%s/hostile.rdep", dir);
	hostile_record(path);
	r = read_one(path);
	for (i = 0; rdep_format(i); i++) {
		text = written(r, rdep_format(i)->name, 2);
		tap_ok(is_plain(text), "%s: no control characters", rdep_format(i)->name);
		tap_ok(is_utf8(text), "%s: is UTF-8", rdep_format(i)->name);
		free(text);
	}
	fingerprint = r->findings[0]->fingerprint;
	text = written(r, "github", 1);
	check_commands(text, fingerprint);
	free(text);
	text = written(r, "sarif", 1);
	check_sarif(text, fingerprint);
	free(text);
	text = written(r, "gitlab", 1);
	list = loaded("gitlab", text);
	tap_ok(json_array_size(list) == 2 &&
		       strcmp(json_string_value(json_object_get(json_array_get(list, 0), "fingerprint")), fingerprint) == 0,
	       "gitlab: the fingerprint");
	json_decref(list);
	free(text);
	text = written(r, "junit", 1);
	tap_ok(times(text, "<failure ") == 2 && times(text, "</failure>") == 2 && !strstr(text, "<script>") &&
		       strstr(text, "&lt;script&gt;") && !strstr(text, "]]>"),
	       "junit: two failures, and no tag of others");
	tap_ok(strstr(text, fingerprint) != NULL, "junit: the fingerprint");
	free(text);
	rdep_report_free(r);
}

/* ---- limits ---- */

/* n self-deadlocks, each of its own class. */
static struct rdep_report *many_findings(unsigned n, unsigned verdict_of_cycles)
{
	uint64_t pcs[60];
	char path[300], name[600];
	uint32_t stack, cls[2], edges[2];
	struct maker m;
	size_t i, k;

	maker_init(&m, 78);
	maker_exe(&m, "/nowhere/many", "many", 5);
	maker_module(&m, "/nowhere/many", 0x1000, 0x200000, 0x1000);
	memset(name, 'n', sizeof(name));
	for (i = 0; i < n; i++) {
		for (k = 0; k < 60; k++)
			pcs[k] = 0x1000 + 64 * i + k;
		stack = maker_stack(&m, 60, pcs);
		snprintf(name + 400, 100, "_%zu", i);
		cls[0] = maker_class_named(&m, name);
		if (!verdict_of_cycles) {
			maker_self_deadlock(&m, cls[0], stack, stack);
			continue;
		}
		name[0] = 'm';
		cls[1] = maker_class_named(&m, name);
		name[0] = 'n';
		edges[0] = maker_edge(&m, cls[0], cls[1], stack, stack, 1);
		edges[1] = maker_edge(&m, cls[1], cls[0], stack, stack, 1);
		maker_cycle(&m, 0, 0, RDEP_K_LOCK_INVERSION, verdict_of_cycles, 2, edges);
	}
	snprintf(path, sizeof(path), "%s/many.rdep", dir);
	maker_write(&m, path);
	maker_free(&m);
	return read_one(path);
}

static void check_annotations(void)
{
	struct rdep_report *r = many_findings(25, 0);
	char *text = written(r, "github", 1);

	tap_ok(times(text, "::error ") == 10, "github: ten errors");
	tap_ok(strstr(text, "::notice title=reclaimdep::Not shown as annotations: 15 errors, 0 warnings, 0 notes") != NULL,
	       "github: the rest is counted");
	free(text);
	rdep_report_free(r);
	r = many_findings(25, RDEP_SINGLE_THREAD);
	text = written(r, "github", 1);
	tap_ok(times(text, "::warning ") == 10 && !strstr(text, "::error "), "github: ten warnings");
	free(text);
	text = written(r, "junit", 1);
	tap_ok(strstr(text, "failures=\"0\"") && times(text, "<testcase ") == 1 && strstr(text, "warning: lock-inversion"),
	       "junit: warnings fail nothing, and are told");
	free(text);
	rdep_report_free(r);
	r = many_findings(25, RDEP_GUARDED);
	text = written(r, "github", 1);
	tap_ok(times(text, "::notice ") == 1, "github: notes are counted");
	free(text);
	text = written(r, "github", 2);
	tap_ok(times(text, "::notice ") == 10, "github: notes that are asked for, and what is left of them");
	free(text);
	rdep_report_free(r);
}

static size_t with_stacks(json_t *results)
{
	size_t i, n = 0;
	json_t *one;

	json_array_foreach(results, i, one) {
		json_t *flow = json_array_get(json_object_get(one, "codeFlows"), 0);
		json_t *thread = json_array_get(json_object_get(flow, "threadFlows"), 0);

		n += json_object_get(json_array_get(json_object_get(thread, "locations"), 0), "stack") != NULL;
	}
	return n;
}

static void check_size(void)
{
	const unsigned n = 3500;
	struct rdep_report *r = many_findings(n, 0);
	char *text = written(r, "sarif", 1);
	json_t *log = loaded("a big one", text);
	json_t *results = json_object_get(json_array_get(json_object_get(log, "runs"), 0), "results");
	size_t kept = json_array_size(results), full = with_stacks(results);
	char left_out[100], stackless[100];

	tap_note("%zu bytes, %zu results, %zu with stacks", strlen(text), kept, full);
	tap_ok(strlen(text) <= 10u << 20, "sarif: within 10 MB");
	tap_ok(full > 100 && full < kept && kept < n, "sarif: some in full, some without stacks, some left out");
	snprintf(left_out, sizeof(left_out), "%zu findings are left out", n - kept);
	snprintf(stackless, sizeof(stackless), "%zu findings are without the stacks", kept - full);
	tap_ok(strstr(text, left_out) != NULL, "sarif: %s, it says", left_out);
	tap_ok(strstr(text, stackless) != NULL, "sarif: %s, it says", stackless);
	json_decref(log);
	free(text);
	rdep_report_free(r);
}

static void check_long_cycle(void)
{
	enum { N = 700 };
	static uint32_t cls[N], edges[N];
	const uint64_t pc = 0x1010;
	char path[300], name[20], *text;
	struct rdep_report *r;
	struct maker m;
	uint32_t stack;
	size_t i;

	maker_init(&m, 79);
	maker_exe(&m, "/nowhere/long", "long", 5);
	stack = maker_stack(&m, 1, &pc);
	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "lock_%zu", i);
		cls[i] = maker_class_named(&m, name);
		maker_thread(&m, name);
	}
	for (i = 0; i < N; i++)
		edges[i] = maker_edge(&m, cls[i], cls[(i + 1) % N], stack, stack, (uint32_t)i + 1);
	maker_cycle(&m, 0, 0, RDEP_K_LOCK_INVERSION, RDEP_POSSIBLE, N, edges);
	snprintf(path, sizeof(path), "%s/long.rdep", dir);
	maker_write(&m, path);
	maker_free(&m);
	r = read_one(path);
	text = written(r, "sarif", 1);
	tap_ok(times(text, "\"importance\"") == 1000, "sarif: 1000 steps of a longer cycle");
	tap_ok(strstr(text, "400 more steps are left out here") && strstr(text, "400 steps of findings are left out"),
	       "sarif: the result and the run say how many are missing");
	free(text);
	rdep_report_free(r);
}

/* ---- paths ---- */

static void check_paths(void)
{
	static const struct {
		const char *path, *wanted;
		bool relative;
	} cases[] = {
		{"/src/a.c", "a.c", true},
		{"/src/sub/../b.c", "b.c", true},
		{"/src//./c.c", "c.c", true},
		{"/src2/a.c", "/src2/a.c", false},
		{"/src/../etc/passwd", "/etc/passwd", false},
		{"sub//d.c", "sub/d.c", false},
		{"../../../e.c", "e.c", false},
		{"/", "/", false},
		{"/src", "/src", false},
		{"", "", false},
	};
	struct rdep_report *r = rdep_report_new();
	struct rdep_root root;
	size_t i;

	rdep_root_init(&root, "/src/");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rdep_location l = rdep_locate_path(r, &root, cases[i].path);

		tap_ok(strcmp(l.path, cases[i].wanted) == 0 && l.relative == cases[i].relative, "'%s' is '%s'",
		       cases[i].path, l.path);
	}
	rdep_root_free(&root);
	rdep_root_init(&root, dir);
	tap_ok(rdep_locate_path(r, &root, "./many.rdep").relative, "a relative one that is there");
	tap_ok(!rdep_locate_path(r, &root, "../../etc/passwd").relative, "but not outside of the root");
	rdep_root_free(&root);
	rdep_root_init(&root, "/");
	tap_ok(!rdep_locate_path(r, &root, "/").relative && rdep_locate_path(r, &root, "/x").relative,
	       "all but the root is below it");
	rdep_root_free(&root);
	rdep_report_free(r);
}

static void check_frames(void)
{
	struct rdep_symbol_module module = {.name = "m", .clean_path = "/src/bin/m"};
	struct rdep_mframe frames[] = {
		{.function = "std::mutex::lock", .file = "/usr/include/c++/12/bits/std_mutex.h", .line = 100},
		{.module = &module, .address = 16},
		{.function = "helper", .file = "/usr/include/helper.h", .line = 7},
		{.function = "own", .file = "/src/own.c", .line = 42},
		{.function = "main", .file = "/src/main.c", .line = 1},
	};
	struct rdep_mstack s = {.frames = frames, .count = 5};
	struct rdep_report *r = rdep_report_new();
	struct rdep_root root;
	struct rdep_location l;

	rdep_root_init(&root, "/src");
	l = rdep_locate_stack(r, &root, &s);
	tap_ok(l.line == 42 && strcmp(l.path, "own.c") == 0, "the first frame below the root");
	s.count = 3;
	l = rdep_locate_stack(r, &root, &s);
	tap_ok(l.line == 7 && !l.relative, "else the first with a source that is no wrapper");
	s.count = 2;
	l = rdep_locate_stack(r, &root, &s);
	tap_ok(!l.line && l.relative && strcmp(l.path, "bin/m") == 0, "else a module");
	s.count = 0;
	l = rdep_locate_stack(r, &root, &s);
	tap_ok(!l.path && !l.frame, "else nothing");
	rdep_root_free(&root);
	rdep_report_free(r);
}

int main(int argc, char **argv)
{
	char command[300];

	if (argc == 3 && strcmp(argv[1], "--hostile") == 0) {
		hostile_record(argv[2]);
		return 0;
	}
	snprintf(dir, sizeof(dir), "/tmp/formats_test.XXXXXX");
	if (!mkdtemp(dir))
		return 99;
	check_hostile();
	check_annotations();
	check_long_cycle();
	check_size();
	check_paths();
	check_frames();
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command))
		return 99;
	return tap_done();
}
