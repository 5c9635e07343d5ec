/* SPDX-License-Identifier: MIT */
/*
 * fingerprint_test.c - what makes two findings the same one, how heavy they are, and what
 * they are called. The test's own program is the module that is named.
 */
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "reports/model.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

/* Its own module has no build-id here, and so must be older than the run. */
#define AFTER_BUILD 4000000000000000000u

static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER, second_lock, third_lock;
static struct {
	int count;
	pthread_mutex_t lock[2];
} pair[3];

static char dir[256], exe[1024];

/* Where this program is mapped, less what its file says. */
static uint64_t own_bias(void)
{
	const ElfW(Phdr) *p = (const void *)getauxval(AT_PHDR);
	size_t i, n = getauxval(AT_PHNUM);

	for (i = 0; i < n; i++)
		if (p[i].p_type == PT_PHDR)
			return (uint64_t)p - p[i].p_vaddr;
	return 0;
}

static uint64_t file_address(const void *p)
{
	return (uint64_t)p - own_bias();
}

static __attribute__((noinline)) uint64_t return_address(void)
{
	return file_address(__builtin_return_address(0));
}

static __attribute__((noinline)) uint64_t other_return_address(void)
{
	__asm__ volatile("");
	return file_address(__builtin_return_address(0));
}

static __attribute__((noinline)) void something_else(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Two calls to one function, told apart by their place in the order, and the first to another. */
static __attribute__((noinline)) void init_all(uint64_t site[3])
{
	something_else();
	site[0] = return_address();
	something_else();
	site[1] = return_address();
	site[2] = other_return_address();
	__asm__ volatile("" ::: "memory");
}

struct shape {
	uint32_t pid;
	uint64_t bias;
	unsigned rotation, verdict;
	bool swapped; /* the third lock in the first's place */
};

static const char *record_path(uint32_t pid)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/t.%u.rdep", dir, pid);
	return path;
}

/* A cycle over three static locks of this program. */
static void write_cycle(const struct shape *s, const struct shape *again)
{
	const uint64_t pcs[] = {s->bias + return_address(), s->bias + return_address()};
	uint32_t mod, stack, cls[3], edges[3], cycle[3];
	struct maker m;
	unsigned i;

	maker_init(&m, s->pid);
	m.header.start_realtime_ns = AFTER_BUILD;
	maker_exe(&m, exe, "t", 2);
	mod = maker_module(&m, exe, s->bias, s->bias + (1u << 30), s->bias);
	stack = maker_stack(&m, 2, pcs);
	cls[0] = maker_class_static(&m, mod,
				    file_address(s->swapped ? &pair[1].lock[1] : &first_lock));
	cls[1] = maker_class_static(&m, mod, file_address(&second_lock));
	cls[2] = maker_class_static(&m, mod, file_address(&third_lock));
	for (i = 0; i < 3; i++)
		edges[i] = maker_edge(&m, cls[i], cls[(i + 1) % 3], stack, stack, 1);
	for (i = 0; i < 3; i++)
		cycle[i] = edges[(i + s->rotation) % 3];
	maker_cycle(&m, 0, 0, RDEP_K_LOCK_INVERSION, s->verdict, 3, cycle);
	if (again) {
		for (i = 0; i < 3; i++)
			cycle[i] = edges[(i + again->rotation) % 3];
		maker_cycle(&m, 0, 0, RDEP_K_LOCK_INVERSION, again->verdict, 3, cycle);
	}
	maker_write(&m, record_path(s->pid));
	maker_free(&m);
}

static struct rdep_report *read_report(const uint32_t *pids, size_t n)
{
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err;
	size_t i;

	for (i = 0; i < n; i++) {
		if (rdep_report_add(r, record_path(pids[i]), &err) < 0)
			tap_note("%s", err.text);
		unlink(record_path(pids[i]));
	}
	rdep_model_join(r);
	return r;
}

static struct rdep_report *report_of(const struct shape *s, const struct shape *again)
{
	write_cycle(s, again);
	return read_report(&s->pid, 1);
}

static void fingerprint_of(struct shape s, char *out)
{
	struct rdep_report *r = report_of(&s, NULL);

	strcpy(out, r->finding_count == 1 ? r->findings[0]->fingerprint : "none");
	rdep_report_free(r);
}

static void test_same(void)
{
	const struct shape usual = {.pid = 10, .bias = 0x550000000000, .verdict = RDEP_CERTAIN};
	struct shape other = usual;
	char a[32], b[32];

	fingerprint_of(usual, a);
	tap_ok(strlen(a) == 16 && strspn(a, "0123456789abcdef") == 16, "a fingerprint: %s", a);
	other.bias = 0x560000123000;
	other.pid = 77;
	fingerprint_of(other, b);
	tap_ok(!strcmp(a, b), "the same at another address, in another process: %s", b);
	other.rotation = 1;
	fingerprint_of(other, b);
	tap_ok(!strcmp(a, b), "the same whichever edge closed the cycle: %s", b);
	other.rotation = 2;
	other.verdict = RDEP_SINGLE_THREAD;
	fingerprint_of(other, b);
	tap_ok(!strcmp(a, b), "the same with another verdict: %s", b);
	other.swapped = true;
	fingerprint_of(other, b);
	tap_ok(strcmp(a, b), "another one for another lock: %s", b);
}

static void test_names(void)
{
	const struct shape s = {
		.pid = 11, .bias = 0x10000000, .swapped = true, .verdict = RDEP_POSSIBLE};
	struct rdep_report *r = report_of(&s, NULL);
	const struct rdep_mfinding *f = r->finding_count ? r->findings[0] : NULL;

	if (!tap_ok(f && f->edge_count == 3, "the finding is there"))
		return;
	tap_ok(!strcmp(f->edges[1].from->name, "second_lock"),
	       "a static lock has its variable's name: %s", f->edges[1].from->name);
	tap_ok(!strncmp(f->edges[0].from->name, "pair", 4), "and its member's: %s",
	       f->edges[0].from->name);
#ifdef __OPTIMIZE__
	tap_note("members need debug information: %d", f->edges[0].from->name[4] == '[');
#endif
	tap_ok(strstr(f->suppression, "lock-inversion:") == f->suppression &&
		       strstr(f->suppression, "fingerprint_test.c:second_lock") &&
		       !strchr(f->suppression, '/'),
	       "the suppression id says what it is about: %s", f->suppression);
	tap_ok(f->acquire.count == 0 && f->edges[0].acquire.count == 2 &&
		       f->edges[0].acquire.frames[0].function &&
		       !strcmp(f->edges[0].acquire.frames[0].function, "write_cycle"),
	       "a frame has its function's name");
	rdep_report_free(r);
}

/* Init calls in one function: each is a class, whatever lines they stand on and whatever they call. */
static void test_ordinal(void)
{
	struct rdep_report *r;
	const struct rdep_mclass *a, *b, *c;
	uint32_t pid = 12, one, two, other;
	uint64_t site[3];
	struct maker m;

	init_all(site);
	maker_init(&m, pid);
	m.header.start_realtime_ns = AFTER_BUILD;
	maker_module(&m, exe, 0, 1u << 30, 0);
	one = maker_class_init(&m, maker_stack(&m, 1, &site[0]));
	two = maker_class_init(&m, maker_stack(&m, 1, &site[1]));
	other = maker_class_init(&m, maker_stack(&m, 1, &site[2]));
	maker_write(&m, record_path(pid));
	maker_free(&m);
	r = read_report(&pid, 1);
	a = rdep_model_class(r->processes[0], one);
	b = rdep_model_class(r->processes[0], two);
	c = rdep_model_class(r->processes[0], other);
	tap_ok(!strcmp(a->key, "fingerprint_test.c:init_all#1:return_address") &&
		       !strcmp(b->key, "fingerprint_test.c:init_all#2:return_address"),
	       "init calls are told apart by their order: %s, %s", a->key, b->key);
	tap_ok(!strcmp(c->key, "fingerprint_test.c:init_all#1:other_return_address"),
	       "and by what they call: %s", c->key);
	rdep_report_free(r);
}

static void test_counts(void)
{
	struct shape a = {.pid = 20, .bias = 0x1000000, .verdict = RDEP_SINGLE_THREAD};
	struct shape again = a, b = a;
	const uint32_t pids[] = {20, 21};
	struct rdep_report *r;
	const struct rdep_mfinding *f;

	again.rotation = 2;
	again.verdict = RDEP_POSSIBLE;
	b.pid = 21;
	b.verdict = RDEP_CERTAIN;
	write_cycle(&a, &again);
	write_cycle(&b, NULL);
	r = read_report(pids, 2);
	f = r->findings[0];
	tap_ok(r->finding_count == 1 && f->count == 3 && f->processes == 2,
	       "one finding, three occurrences, two processes (%zu, %zu, %zu)", r->finding_count,
	       f->count, f->processes);
	tap_ok(f->verdict == RDEP_CERTAIN && f->process->record->header.pid == 21,
	       "the weightiest occurrence is shown");
	rdep_model_join(r);
	tap_ok(r->finding_count == 1 && r->findings[0]->count == 3,
	       "joining again counts nothing twice");
	tap_ok(rdep_report_add(r, record_path(99), &(struct rdep_error){""}) < 0,
	       "(no such record)");
	rdep_report_free(r);
}

/* While a process runs: a revision is the same finding, and is seen. */
static void test_revised(void)
{
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err;
	uint32_t edges[2];
	struct maker m;

	maker_init(&m, 50);
	m.header.start_realtime_ns = AFTER_BUILD;
	edges[0] = maker_edge(&m, 20, 21, 0, 0, 1);
	edges[1] = maker_edge(&m, 21, 20, 0, 0, 1);
	maker_cycle(&m, 0, 0, RDEP_K_LOCK_INVERSION, RDEP_SINGLE_THREAD, 2, edges);
	maker_write(&m, record_path(50));
	rdep_report_add(r, record_path(50), &err);
	rdep_model_join(r);
	r->findings[0]->told = true;
	maker_cycle(&m, 1, 1, RDEP_K_LOCK_INVERSION, RDEP_CERTAIN, 2, edges);
	maker_write(&m, record_path(50));
	rdep_record_poll(r->processes[0]->record, &err);
	rdep_model_join(r);
	tap_ok(r->finding_count == 1 && r->findings[0]->count == 1,
	       "a revision is no second finding (%zu)", r->findings[0]->count);
	tap_ok(r->findings[0]->verdict == RDEP_CERTAIN && !r->findings[0]->told,
	       "it is to be told again when it is graver");
	rdep_report_free(r);
	unlink(record_path(50));
	maker_free(&m);
}

static void test_same_record_twice(void)
{
	struct shape a = {.pid = 30, .bias = 0x1000000, .verdict = RDEP_CERTAIN};
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err;

	write_cycle(&a, NULL);
	rdep_report_add(r, record_path(30), &err);
	rdep_report_add(r, record_path(30), &err);
	unlink(record_path(30));
	rdep_model_join(r);
	tap_ok(rdep_report_records(r) == 1 && r->findings[0]->count == 1,
	       "a record that is named twice is read once");
	rdep_report_free(r);
}

static void test_severity(void)
{
	static const struct {
		unsigned verdict;
		enum rdep_severity severity;
		bool fails[4]; /* certain, possible, warning, never */
	} rows[] = {
		{RDEP_CERTAIN, RDEP_ERROR, {true, true, true, false}},
		{RDEP_POSSIBLE, RDEP_ERROR, {false, true, true, false}},
		{RDEP_SINGLE_THREAD, RDEP_WARNING, {false, false, true, false}},
		{RDEP_ORDERED, RDEP_WARNING, {false, false, true, false}},
		{RDEP_GUARDED, RDEP_NOTE_SEVERITY, {false, false, false, false}},
	};
	size_t i;
	int line;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct shape s = {.pid = 40, .bias = 0x1000000, .verdict = rows[i].verdict};
		struct rdep_report *r = report_of(&s, NULL);
		bool good = r->findings[0]->severity == rows[i].severity;

		for (line = 0; line < 4; line++)
			good &= rdep_report_fails(r, (enum rdep_fail_on)line) ==
				rows[i].fails[line];
		tap_ok(good, "%s is a %s, and fails what it should", r->findings[0]->verdict_id,
		       rdep_severity_id(r->findings[0]->severity));
		rdep_report_free(r);
	}
}

int main(void)
{
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return 1;
	exe[n] = 0;
	snprintf(dir, sizeof(dir), "/tmp/reclaimdep-fingerprint-test.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	test_same();
	test_names();
	test_ordinal();
	test_counts();
	test_revised();
	test_same_record_twice();
	test_severity();
	rmdir(dir);
	return tap_done();
}
