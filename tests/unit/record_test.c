/* SPDX-License-Identifier: MIT */
/*
 * record_test.c - the reader of records: what is sound is read, and whatever else a file
 * holds ends in a message or in less, never in a crash, a hang or a huge allocation.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "reports/model.h"
#include "runtime/crc32c.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

static char path[256];

static void write_bytes(const char *data, size_t n)
{
	FILE *f = fopen(path, "w");

	if (!f || (n && fwrite(data, 1, n, f) != n) || fclose(f)) {
		perror(path);
		exit(1);
	}
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Reads and renders everything, to nowhere; the message when it can't be read. */
static const char *render(const char *data, size_t n)
{
	static struct rdep_error err;
	struct rdep_text_options all = {.verbosity = 2};
	const struct rdep_graph_options whole = {0};
	struct rdep_report *r = rdep_report_new();
	FILE *null = fopen("/dev/null", "w");

	write_bytes(data, n);
	err.text[0] = 0;
	if (rdep_report_add(r, path, &err) > 0) {
		rdep_report_text(r, null, &all);
		rdep_report_json(r, null);
		rdep_report_graph(r, null, RDEP_GRAPH_DOT, &whole, &err);
		rdep_report_info(r, null, &all);
	}
	fclose(null);
	rdep_report_free(r);
	return err.text;
}

static void test_sound(void)
{
	struct rdep_error err = {""};
	struct rdep_record *r;
	struct maker m;

	maker_sample(&m, 0);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	if (!tap_ok(r != NULL, "a sound record opens %s", err.text))
		return;
	tap_ok(r->class_count == 2 && r->stack_count == 2 && r->edge_count == 2 &&
		       r->thread_count == 2 && r->module_count == 1 && r->note_count == 1,
	       "all its items are there");
	tap_ok(r->finding_count == 1 && r->findings[0].raw->verdict == RDEP_CERTAIN &&
		       r->findings[0].raw->revision == 1,
	       "of a finding's revisions the highest stands");
	tap_ok(!r->places_damaged && !r->items_bad && !r->items_unknown && !r->cut,
	       "nothing is called damaged");
	tap_ok(r->stacks[0].modules[0] == 1 && r->stacks[0].modules[2] == 0,
	       "a pc has its module, or none");
	rdep_record_close(r);
	maker_free(&m);
}

/* Revisions may come in any order after a merge: the number counts. */
static void test_revisions(void)
{
	struct rdep_error err;
	struct rdep_record *r;
	uint32_t edges[2];
	struct maker m;

	maker_init(&m, 1);
	edges[0] = maker_edge(&m, 20, 21, 0, 0, 1);
	edges[1] = maker_edge(&m, 21, 20, 0, 0, 1);
	maker_cycle(&m, 1, 2, RDEP_K_LOCK_INVERSION, RDEP_CERTAIN, 2, edges);
	maker_cycle(&m, 1, 1, RDEP_K_LOCK_INVERSION, RDEP_GUARDED, 2, edges);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	tap_ok(r && r->finding_count == 1 && r->findings[0].raw->revision == 2,
	       "the highest revision stands, not the last");
	rdep_record_close(r);
	maker_free(&m);
}

static void test_header(void)
{
	static const struct {
		const char *what, *wanted;
		size_t offset;
		uint32_t value;
		bool repair;
	} cases[] = {
		{"no magic", "not a reclaimdep record", 0, 0x41414141, true},
		{"another byte order", "another byte order", 16, 0x04030201, true},
		{"a later version", "newer reclaimdep", 12, 99, true},
		{"a damaged header", "header is damaged", 40, 7, false},
		{"a header of no size", "header of 3 bytes", 20, 3, true},
		{"32-bit pointers", "32-bit", 28, 32, true},
	};
	struct maker m;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *said;

		maker_sample(&m, 0);
		memcpy(m.data + cases[i].offset, &cases[i].value, 4);
		if (cases[i].repair)
			maker_repair(m.data, m.size);
		said = render(m.data, m.size);
		tap_ok(strstr(said, cases[i].wanted) && strstr(said, path), "%s: %s", cases[i].what,
		       said);
		maker_free(&m);
	}
}

static void test_cut(void)
{
	struct rdep_error err;
	unsigned opened = 0, wrong = 0;
	struct maker m;
	size_t n;

	maker_sample(&m, 1);
	for (n = 0; n < m.size; n += n < RDEP_HEADER_SIZE ? 61 : 1) {
		struct rdep_record *r;

		write_bytes(m.data, n);
		r = rdep_record_open(path, &err);
		opened += r != NULL;
		if (!r && n >= sizeof(struct rdep_header))
			wrong++;
		if (r && !r->cut)
			wrong++;
		rdep_record_close(r);
	}
	tap_ok(!wrong && opened > 500,
	       "cut at every byte it opens from the header on, and says so (%u)", opened);
	tap_ok(strstr(render(m.data, 100), "cut short"), "a cut header: %s", render(m.data, 100));
	maker_free(&m);
}

static size_t items_of(const struct rdep_record *r)
{
	return r->module_count + r->stack_count + r->class_count + r->edge_count +
	       r->finding_count + r->thread_count + r->note_count + (r->exe != NULL) +
	       (r->options != NULL);
}

/* One flipped bit costs one item, and those that refer to it at most their names. */
static void test_flips(void)
{
	struct rdep_record *r;
	unsigned unopened = 0, costly = 0, unnoticed = 0;
	struct rdep_error err;
	struct maker m;
	size_t i, all, whole;

	maker_sample(&m, 1);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	all = items_of(r);
	whole = m.size;
	rdep_record_close(r);
	for (i = RDEP_HEADER_SIZE; i < whole; i++) {
		m.data[i] ^= 0x20;
		write_bytes(m.data, m.size);
		r = rdep_record_open(path, &err);
		m.data[i] ^= 0x20;
		if (!r) {
			unopened++;
			continue;
		}
		costly += items_of(r) + 1 < all;
		unnoticed += items_of(r) < all && !r->places_damaged;
		rdep_record_close(r);
	}
	tap_ok(!unopened && !costly && !unnoticed,
	       "a flipped bit anywhere costs one item, and is noticed (%u, %u, %u of %zu)",
	       unopened, costly, unnoticed, whole - RDEP_HEADER_SIZE);
	maker_free(&m);
}

static void test_lost_page(void)
{
	struct rdep_error err;
	struct rdep_record *r;
	struct maker m;
	unsigned i;

	maker_init(&m, 1);
	for (i = 0; i < 400; i++)
		maker_class_named(&m, "a class with a name of some length");
	maker_seal(&m);
	memset(m.data + RDEP_HEADER_SIZE + 4096 * 3, 0, 4096);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	tap_ok(r && r->class_count > 300 && r->class_count < 400 && r->places_damaged &&
		       r->first_damage >= RDEP_HEADER_SIZE + 4096 * 3,
	       "a page that never reached the disk costs what was in it (%zu of 400 left)",
	       r ? r->class_count : 0);
	rdep_record_close(r);
	maker_free(&m);
}

static void test_unknown(void)
{
	struct rdep_error err;
	struct rdep_record *r;
	struct maker m;

	maker_init(&m, 1);
	maker_text(&m, 999, "from a later version");
	maker_class_named(&m, "after it");
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	tap_ok(r && r->items_unknown == 1 && r->class_count == 1 && !r->places_damaged,
	       "an item of unknown type is skipped by its size");
	rdep_record_close(r);
	maker_free(&m);
}

/* Lengths and counts that the payload does not have, under good sums. */
static void test_forged(void)
{
	struct rdep_module mod = {.id = 1, .path_len = 0xfffffff0};
	struct rdep_module id_len = {.id = 2, .build_id_len = 0xffffffff};
	struct rdep_class cls = {.id = 20, .origin = RDEP_BY_NAME, .name_len = 0xffffffff};
	struct rdep_stack stack = {.id = 1, .count = 65535};
	struct rdep_finding finding = {.id = 1, .kind = 2, .edge_count = 0x20000001};
	struct rdep_exe exe = {.path_len = 0xffffffff, .cmdline_len = 2};
	struct rdep_board board = {.slot_size = 2048, .count = 0xffffffff, .slots_at = 1u << 30};
	struct rdep_error err;
	struct rdep_record *r;
	struct maker m;

	maker_init(&m, 1);
	maker_put(&m, RDEP_MODULE, &mod, sizeof(mod), sizeof(mod));
	maker_put(&m, RDEP_MODULE, &id_len, sizeof(id_len), sizeof(id_len));
	maker_put(&m, RDEP_CLASS, &cls, sizeof(cls), sizeof(cls));
	maker_put(&m, RDEP_STACK, &stack, sizeof(stack), sizeof(stack));
	maker_put(&m, RDEP_FINDING, &finding, sizeof(finding), sizeof(finding));
	maker_put(&m, RDEP_EXE, &exe, sizeof(exe), sizeof(exe));
	maker_put(&m, RDEP_BOARD, &board, sizeof(board), sizeof(board));
	maker_put(&m, RDEP_EDGE, "short", 5, 5);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	tap_ok(r && r->items_bad == 8 && items_of(r) == 0,
	       "forged lengths and counts are left out (%d)", r ? (int)r->items_bad : -1);
	rdep_record_close(r);
	tap_ok(!*render(m.data, m.size), "and what is left can be rendered");
	maker_free(&m);
}

/* A finding that names itself, edges and classes that are not there. */
static void test_dangling(void)
{
	uint32_t edges[] = {1, 77, 0, 0xffffffff};
	struct maker m;

	maker_init(&m, 1);
	maker_edge(&m, 500, 600, 700, 800, 900);
	maker_cycle(&m, 0, 0, RDEP_K_LOCK_INVERSION, RDEP_CERTAIN, 4, edges);
	maker_cycle(&m, 0, 0, RDEP_K_RECLAIM_INVERSION, 200, 0, NULL);
	maker_cycle(&m, 0, 0, 250, 0, 1, edges);
	maker_self_deadlock(&m, 4000, 5000, 6000);
	maker_class_static(&m, 12345, 0x10);
	maker_class_init(&m, 4444);
	maker_seal(&m);
	tap_ok(!*render(m.data, m.size), "references to nothing can be rendered");
	maker_free(&m);
}

static void test_sparse(void)
{
	struct rdep_error err;
	struct rdep_record *r;
	double start = now();
	struct maker m;
	int fd;

	maker_sample(&m, 0);
	m.header.journal_end = 1ull << 40;
	m.header.header_crc = rdep_header_crc(&m.header);
	memcpy(m.data, &m.header, sizeof(m.header));
	write_bytes(m.data, m.size);
	fd = open(path, O_WRONLY);
	tap_ok(fd >= 0 && ftruncate(fd, 1ll << 36) == 0, "(a file of 64 GiB, nearly all hole)");
	close(fd);
	r = rdep_record_open(path, &err);
	tap_ok(r && r->class_count == 2 && now() - start < 5, "a huge hole costs no time (%.2f s)",
	       now() - start);
	rdep_record_close(r);
	tap_ok(truncate(path, 0) == 0, "(and is given back)");
	maker_free(&m);
}

/* Every 8 bytes begin an item of nearly a megabyte with a wrong sum. */
/* What lies behind a hole that is too long to be looked through is found. */
static void test_behind_hole(void)
{
	const size_t far = 3ull << 30;
	struct rdep_chunk c = {.magic = RDEP_CHUNK_MAGIC, .offset = far, .size = 4096};
	struct rdep_error err;
	struct rdep_record *r;
	struct maker m, tail;
	int fd;

	maker_sample(&m, 0);
	maker_init(&tail, 1);
	maker_class_named(&tail, "far");
	((struct rdep_class *)(tail.data + RDEP_HEADER_SIZE + sizeof(c) + sizeof(struct rdep_item)))
		->id = 99;
	maker_repair(tail.data, tail.size);
	c.crc = rdep_chunk_crc(&c);
	m.header.journal_end = far + tail.size - RDEP_HEADER_SIZE;
	m.header.header_crc = rdep_header_crc(&m.header);
	memcpy(m.data, &m.header, sizeof(m.header));
	write_bytes(m.data, m.size);
	fd = open(path, O_WRONLY);
	tap_ok(pwrite(fd, &c, sizeof(c), (off_t)far) == sizeof(c) &&
		       pwrite(fd, tail.data + RDEP_HEADER_SIZE + sizeof(c),
			      tail.size - RDEP_HEADER_SIZE - sizeof(c),
			      (off_t)(far + sizeof(c))) > 0,
	       "(a record with a hole of 3 GiB)");
	close(fd);
	r = rdep_record_open(path, &err);
	tap_ok(r && r->class_count == 3, "what lies behind a hole is found (%zu)",
	       r ? r->class_count : 0);
	rdep_record_close(r);
	maker_free(&m);
	maker_free(&tail);
}

static void test_false_starts(void)
{
	struct rdep_item item = {
		.magic = RDEP_ITEM_MAGIC, .type = RDEP_CLASS, .size = 1u << 19, .fixed = 1u << 18};
	size_t i, n = 4u << 20;
	double start;
	struct maker m;
	char *p;

	maker_sample(&m, 0);
	p = malloc(m.size + n);
	memcpy(p, m.data, m.size);
	for (i = 0; i + 16 <= n; i += 16)
		memcpy(p + m.size + i, &item, sizeof(item));
	m.header.journal_end = m.size + n;
	m.header.header_crc = rdep_header_crc(&m.header);
	memcpy(p, &m.header, sizeof(m.header));
	start = now();
	render(p, m.size + n);
	tap_ok(now() - start < 5, "a file of false starts costs no more than its length (%.2f s)",
	       now() - start);
	free(p);
	maker_free(&m);
}

static void test_growing(void)
{
	struct rdep_error err;
	struct rdep_record *r;
	struct maker m;
	int first, second, third;

	maker_init(&m, 1);
	maker_class_named(&m, "one");
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	first = (int)r->class_count;
	tap_ok(rdep_record_poll(r, &err) == 0, "nothing new is nothing new");
	maker_class_named(&m, "two");
	maker_write(&m, path);
	tap_ok(rdep_record_poll(r, &err) == 1, "a published item is news");
	second = (int)r->class_count;
	/* Written, but not published. */
	maker_class_named(&m, "three");
	write_bytes(m.data, m.size);
	tap_ok(rdep_record_poll(r, &err) == 0, "an item beyond journal_end is not taken");
	third = (int)r->class_count;
	tap_ok(first == 1 && second == 2 && third == 2, "one, two, two (%d, %d, %d)", first, second,
	       third);
	if (truncate(path, 100) < 0)
		abort();
	tap_ok(rdep_record_poll(r, &err) == -1 && r->class_count == 2,
	       "a file that shrinks is told, and what was read stays: %s", err.text);
	rdep_record_close(r);
	maker_free(&m);
}

static void test_reloaded(void)
{
	const uint64_t pc = 0x10500;
	struct rdep_error err;
	struct rdep_record *r;
	struct maker m;
	uint32_t a, all;

	maker_init(&m, 1);
	a = maker_module(&m, "/nowhere/a.so", 0x10000, 0x11000, 0x10000);
	maker_stack(&m, 1, &pc);
	maker_module_gone(&m, a);
	maker_stack(&m, 1, &pc);
	maker_module(&m, "/nowhere/b.so", 0x10000, 0x12000, 0x10000);
	maker_stack(&m, 1, &pc);
	maker_module(&m, "/nowhere/c.so", 0x10400, 0x10800, 0x10000);
	maker_stack(&m, 1, &pc);
	all = maker_module(&m, "/nowhere/all.so", 0x10000, 0x20000, 0x10000);
	maker_stack(&m, 1, &pc);
	maker_module_gone(&m, all);
	maker_stack(&m, 1, &pc);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	tap_ok(r && r->stack_count == 6 && r->stacks[0].modules[0] == 1 &&
		       r->stacks[1].modules[0] == 0 && r->stacks[2].modules[0] == 2 &&
		       r->stacks[3].modules[0] == 3,
	       "a pc belongs to the module that was there then");
	tap_ok(r && r->stacks[4].modules[0] == 4 && r->stacks[5].modules[0] == 0,
	       "a module that takes the place of others ends them");
	rdep_record_close(r);
	maker_free(&m);
}

static void test_board(void)
{
	struct rdep_error err;
	struct rdep_rslot *slots;
	struct rdep_record *r;
	struct maker m;
	size_t n;

	maker_sample(&m, 2);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	n = rdep_record_slots(r, &slots);
	tap_ok(n == 2 && slots[0].held_count == 2 && slots[0].held[1].address == 0x6000,
	       "the board tells who holds what");
	rdep_record_slots_free(slots, n);
	rdep_record_close(r);
	maker_free(&m);
}

static void test_stats(void)
{
	struct rdep_error err;
	struct rdep_rstat *stats;
	struct rdep_record *r;
	struct rdep_stat all;
	struct maker m;
	size_t n;

	maker_sample(&m, 4);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	n = rdep_record_stats(r, &stats);
	tap_ok(rdep_record_counts(r) && n == 2 && stats[0].of[0].acquisitions == 20 && stats[0].of[0].wait_ns == 10000 &&
		       stats[0].of[1].acquisitions == 3 && stats[1].cls == stats[0].cls + 1,
	       "the counters of all threads are summed, by class");
	all = n ? rdep_stat_all(&stats[0]) : (struct rdep_stat){0};
	tap_ok(all.acquisitions == 23 && all.wait_max_ns == 4500 && all.wait_site == 0x401300 &&
		       all.hold_site == 0x401200,
	       "the longest of all is the longest, with its place");
	free(stats);
	rdep_record_close(r);
	maker_free(&m);
}

/* A table that would end behind its item, or begin before it. */
static void test_stats_forged(void)
{
	struct rdep_stat one[2] = {{.acquisitions = 1}};
	struct rdep_stats *s;
	struct rdep_error err;
	struct rdep_rstat *stats;
	struct rdep_record *r;
	struct maker m;
	size_t at[4];
	int i;

	maker_init(&m, 1000);
	for (i = 0; i < 4; i++)
		at[i] = maker_stats(&m, RDEP_FIRST_CLASS, 1, one);
	for (i = 0; i < 4; i++) {
		s = (void *)(m.data + at[i] + sizeof(struct rdep_item));
		if (i == 0)
			s->count = 0x40000000;
		else if (i == 1)
			s->at = 4096;
		else if (i == 2)
			s->first = UINT32_MAX;
	}
	maker_seal(&m);
	maker_repair(m.data, m.size);
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	tap_ok(r && rdep_record_stats(r, &stats) == 1 && stats[0].of[0].acquisitions == 1 && r->items_bad == 3,
	       "tables that lie outside of their items are left out");
	free(stats);
	rdep_record_close(r);
	maker_free(&m);
}

/* Three threads, of which the first two stand as holders of one mutex; the third as one of another lock's life. */
static size_t two_holders(struct rdep_rslot **slots, bool more)
{
	struct rdep_slot slot = {.state = RDEP_SLOT_LIVE, .tid = 1001, .thread = 1};
	struct rdep_error err;
	struct rdep_record *r;
	struct maker m;
	size_t at, i, n;

	maker_init(&m, 1000);
	at = maker_board(&m, 3);
	slot.held[0] = (struct rdep_held){.address = 0x5000, .site = 0x401100, .kind = RDEP_MUTEX};
	for (i = 0; i < 3; i++) {
		slot.held[0].generation = i == 2;
		slot.held[1] = (struct rdep_held){.address = more && i == 0 ? 0x6000 : 0, .kind = RDEP_MUTEX};
		memcpy(m.data + at + i * sizeof(slot), &slot, sizeof(slot));
	}
	maker_write(&m, path);
	r = rdep_record_open(path, &err);
	n = rdep_record_slots(r, slots);
	rdep_record_close(r);
	maker_free(&m);
	return n;
}

static void test_doubt(void)
{
	struct rdep_rslot *s;
	size_t n = two_holders(&s, false);

	tap_ok(n == 3 && s[0].doubt && s[1].doubt && !s[2].doubt && !(s[0].held[0].flags & RDEP_HELD_WAITING),
	       "of two holders of one mutex it is not known which one waits");
	rdep_record_slots_free(s, n);
	n = two_holders(&s, true);
	tap_ok(n == 3 && !s[0].doubt && !s[1].doubt && !(s[0].held[0].flags & RDEP_HELD_WAITING) &&
		       s[1].held[0].flags & RDEP_HELD_WAITING,
	       "the one that went on with it has it, the other waits");
	rdep_record_slots_free(s, n);
}

static void test_no_file(void)
{
	struct rdep_error err = {""};
	char fifo[300];

	tap_ok(!rdep_record_open("/nowhere/x.rdep", &err) && strstr(err.text, "/nowhere/x.rdep"),
	       "no such file: %s", err.text);
	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	unlink(fifo);
	tap_ok(mkfifo(fifo, 0600) == 0 && !rdep_record_open(fifo, &err) &&
		       strstr(err.text, "not a file"),
	       "a fifo is not waited for: %s", err.text);
	unlink(fifo);
	tap_ok(!rdep_record_open("/dev/null", &err), "nor is a device: %s", err.text);
}

static void test_crc(void)
{
	tap_ok(rdep_crc32c(0, "123456789", 9) == 0xe3069283, "CRC-32C of 123456789");
	tap_ok(rdep_crc32c(rdep_crc32c(0, "12345", 5), "6789", 4) == 0xe3069283, "it chains");
}

static void test_clean(void)
{
	struct rdep_arena a = {0};

	tap_ok(!strcmp(rdep_clean(&a, "a\033[31mb\n\x7f", 8), "a?[31mb?"), "controls become ?");
	tap_ok(!strcmp(rdep_clean(&a, "\xc3\xa9\xff\xc3", 4), "\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd"),
	       "invalid UTF-8 becomes U+FFFD, the valid stays");
	tap_ok(!strcmp(rdep_clean(&a,
				  "\xe2\x80\xae"
				  "x\xc2\x9b",
				  6),
		       "?x?"),
	       "direction overrides and C1 controls become ?");
	rdep_arena_free(&a);
}

/* Counted places: what stands behind the struct is bounded by the payload, whatever its counts say.
 */
static void test_counted(void)
{
	static const struct {
		const char *what;
		uint32_t held, scopes, text;
		bool good;
	} cases[] = {
		{"none held", 0, 0, 0, true},
		{"as many as there are", 2, RDEP_SITE_SCOPES, 0, true},
		{"one too many", 3, 0, 0, false},
		{"so many that their size wraps", 0xaaaaaaab, 0, 0, false},
		{"the most", 0xffffffff, 0, 0, false},
		{"too many scopes", 0, RDEP_SITE_SCOPES + 1, 0, false},
		{"text to the end", 0, 0, 2 * sizeof(struct rdep_site_held), true},
		{"text past it", 1, 0, 2 * sizeof(struct rdep_site_held), false},
		{"the most text", 0, 0, 0xffffffff, false},
	};
	struct {
		union {
			struct rdep_site site;
			struct rdep_scope scope;
		};
		struct rdep_site_held held[2];
		uint64_t count;
	} item;
	size_t i, bad = 0;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool site = !cases[i].text;
		size_t head = site ? sizeof(item.site) : sizeof(item.scope);
		size_t n = head + sizeof(item.held) + sizeof(item.count);
		struct rdep_error err;
		struct rdep_record *r;
		struct maker m;
		char payload[sizeof(item)];

		memset(&item, 0, sizeof(item));
		memset(payload, 0, sizeof(payload));
		if (site) {
			item.site.id = 1;
			item.site.held_count = cases[i].held;
			item.site.scope_count = cases[i].scopes;
		} else {
			item.scope.id = 1;
			item.scope.held_count = cases[i].held;
			item.scope.reason_len = cases[i].text;
		}
		memcpy(payload, &item, head);
		maker_init(&m, 1);
		maker_put(&m, site ? RDEP_SITE : RDEP_SCOPE, payload, n, n - sizeof(item.count));
		maker_write(&m, path);
		maker_free(&m);
		r = rdep_record_open(path, &err);
		if (!r || (site ? r->site_count : r->scope_count) != cases[i].good ||
		    r->items_bad != !cases[i].good) {
			tap_note("%s", cases[i].what);
			bad++;
		}
		if (r)
			rdep_record_close(r);
	}
	tap_ok(!bad, "counts in a counted place are held against its payload");
}

int main(void)
{
#ifndef __SANITIZE_ADDRESS__
	struct rlimit memory = {2ull << 30, 2ull << 30};

	/* What is allocated follows what was read: two gigabytes are plenty. */
	setrlimit(RLIMIT_AS, &memory);
#endif
	snprintf(path, sizeof(path), "/tmp/reclaimdep-record-test.%d", (int)getpid());
	test_crc();
	test_clean();
	test_sound();
	test_revisions();
	test_header();
	test_cut();
	test_flips();
	test_lost_page();
	test_unknown();
	test_forged();
	test_dangling();
	test_sparse();
	test_behind_hole();
	test_false_starts();
	test_growing();
	test_reloaded();
	test_board();
	test_stats();
	test_stats_forged();
	test_doubt();
	test_no_file();
	test_counted();
	unlink(path);
	return tap_done();
}
