/* SPDX-License-Identifier: MIT */
/*
 * tables_test.c - the engine's small structures against naive ones: memory, the map that is
 * read without a lock, checksums, options (what is written is read back; whatever stands in the environment),
 * wrappers' patterns, sets of classes, and the order that thread creation and join make.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "runtime/checksum.h"
#include "runtime/class_set.h"
#include "runtime/crc32c.h"
#include "runtime/map.h"
#include "runtime/mem.h"
#include "runtime/options.h"
#include "runtime/thread_table.h"
#include "runtime/glob.h"
#include "runtime/wrapper.h"
#include "tests/unit/tap.h"

static uint64_t state = 88172645463325252u;

static uint64_t roll(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* ---- memory ---- */

static void test_memory(void)
{
	enum { BLOCKS = 2000 };
	static struct {
		unsigned char *p;
		size_t n;
		unsigned char fill;
	} b[BLOCKS];
	bool zeroed = true, kept = true, aligned = true;

	for (int round = 0; round < 40000; round++) {
		unsigned i = roll() % BLOCKS;

		if (b[i].p) {
			for (size_t k = 0; k < b[i].n; k++)
				kept &= b[i].p[k] == b[i].fill;
			rd_mem_free(b[i].p, b[i].n);
			b[i].p = NULL;
			continue;
		}
		b[i].n = roll() % 8 ? roll() % 300 + 1 : roll() % 200000 + 1;
		b[i].p = rd_mem_alloc(b[i].n);
		b[i].fill = (unsigned char)roll();
		for (size_t k = 0; k < b[i].n; k++)
			zeroed &= b[i].p[k] == 0;
		aligned &= (uintptr_t)b[i].p % 16 == 0;
		memset(b[i].p, b[i].fill, b[i].n);
	}
	tap_ok(zeroed, "memory comes zeroed");
	tap_ok(kept, "blocks do not overlap");
	tap_ok(aligned, "blocks are aligned to 16");
}

static void test_array(void)
{
	static struct rd_array a = RD_ARRAY(sizeof(uint64_t));
	bool same = true, stays = true;
	uint64_t *first = rd_array_need(&a, 0);

	for (uint32_t i = 0; i < 100000; i++)
		*(uint64_t *)rd_array_need(&a, i) = i * 7919u;
	for (uint32_t i = 0; i < 100000; i++)
		same &= *(uint64_t *)rd_array_at(&a, i) == i * 7919u;
	stays = rd_array_at(&a, 0) == first;
	tap_ok(same, "an array's elements keep their values as it grows");
	tap_ok(stays, "an array's elements do not move");
}

/* ---- map ---- */

static void test_map(void)
{
	enum { KEYS = 5000 };
	static uint32_t naive[KEYS];
	struct rd_map_of m = {0};
	bool same = true;

	for (int round = 0; round < 200000; round++) {
		uint64_t k = roll() % KEYS;

		if (roll() % 3) {
			naive[k] = roll() % 4 ? (uint32_t)roll() | 1 : 0;
			same &= rd_map_set(&m, k * 4096, k ^ 5, naive[k]);
		}
		same &= rd_map_get(&m, k * 4096, k ^ 5) == naive[k];
		same &= rd_map_get(&m, k * 4096, k ^ 4) == 0 || k >= KEYS;
	}
	tap_ok(same, "a map answers as an array does");
}

static struct rd_map_of shared;
static volatile int reading = 1;

static void *reader(void *wrong)
{
	while (reading) {
		uint64_t k = roll() % 20000;
		uint32_t v = rd_map_get(&shared, k, k * 3);

		if (v && v != (uint32_t)(k * 11 + 1))
			*(int *)wrong = 1;
	}
	return NULL;
}

static void test_map_readers(void)
{
	int wrong = 0;
	pthread_t t;

	pthread_create(&t, NULL, reader, &wrong);
	for (uint64_t k = 0; k < 20000; k++)
		rd_map_set(&shared, k, k * 3, (uint32_t)(k * 11 + 1));
	reading = 0;
	pthread_join(t, NULL);
	tap_ok(!wrong, "a reader without a lock sees the right value or none");
}

/* ---- options ---- */

static void test_options(void)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"outptu=x", "unknown option 'outptu'"},
		{"record_max=0", "'record_max' can't be '0'"},
		{"record_max=-1", "'record_max' can't be '-1'"},
		{"record_max=99999999999999999999", "'record_max' can't be"},
		{"tag=2", "'tag' can't be '2'"},
		{"tag=", "'tag' can't be ''"},
		{"tag", "'tag' needs a value"},
		{"fail_on=certai", "certain|possible|warning|never"},
		{"fail_on=certain:nosuch=1", "'nosuch'"},
	};
	struct rd_options o, again;
	char error[2048], text[8192];

	tap_ok(!rd_options_parse(&o, NULL, error, sizeof(error)) && o.follow == 1, "no options: the defaults");
	tap_ok(!rd_options_parse(&o, "tag=0::output=a\\:b\\\\c:fail_on=warning:", error, sizeof(error)) && o.tag == 0 &&
		       !strcmp(o.output, "a:b\\c") && o.fail_on == 2,
	       "values, escapes, empty fields");
	rd_options_format(&o, text, sizeof(text));
	tap_ok(!rd_options_parse(&again, text, error, sizeof(error)) && !strcmp(again.output, o.output) &&
		       again.tag == o.tag && again.fail_on == o.fail_on && again.record_max == o.record_max,
	       "what is written is read back");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		tap_ok(rd_options_parse(&o, bad[i].text, error, sizeof(error)) == -1 && strstr(error, bad[i].says),
		       "refused: %s", bad[i].text);
}

/* Fragments that a mutated text is made of. */
static void test_options_fuzz(void)
{
	static const char *const parts[] = {"output=", "tag=", "=", ":", "\\", "record_max=", "fail_on=", "certain", "0",
					    "1",       "99",   "%", "x", "help=", "follow=0", "::", "wrapper=*", "\xff"};
	struct rd_options o, again;
	bool said = true, stable = true;
	char text[4096], error[64], written[8192];

	for (int round = 0; round < 30000; round++) {
		size_t n = 0, long_one = roll() % 64 == 0 ? 40 : 8;

		text[0] = 0;
		for (unsigned k = roll() % (long_one * 4); k; k--) {
			const char *p = parts[roll() % (sizeof(parts) / sizeof(*parts))];

			if (n + strlen(p) < sizeof(text))
				n += (size_t)sprintf(text + n, "%s", p);
		}
		if (rd_options_parse(&o, text, error, sizeof(error))) {
			said &= error[0] != 0 && memchr(error, 0, sizeof(error));
			continue;
		}
		rd_options_format(&o, written, sizeof(written));
		stable &= rd_options_parse(&again, written, error, sizeof(error)) == 0;
		stable &= memcmp(&again.tag, &o.tag, sizeof(o.tag)) == 0 && strcmp(again.output, o.output) == 0;
	}
	tap_ok(said, "whatever is refused is refused with a word, which fits");
	tap_ok(stable, "whatever is taken can be written and taken again");
}

/* ---- patterns ---- */

static bool naive_match(const char *p, const char *end, const char *s)
{
	if (p == end)
		return !*s;
	if (*p == '*')
		return naive_match(p + 1, end, s) || (*s && naive_match(p, end, s + 1));
	return *s && (*p == '?' || *p == *s) && naive_match(p + 1, end, s + 1);
}

static void test_patterns(void)
{
	bool same = true;

	for (int round = 0; round < 200000 && same; round++) {
		char p[8], s[10];
		size_t n = roll() % 7, m = roll() % 9, i;

		for (i = 0; i < n; i++)
			p[i] = "ab*?"[roll() % 4];
		for (i = 0; i < m; i++)
			s[i] = "ab"[roll() % 2];
		s[m] = 0;
		same = rd_glob(p, p + n, s) == naive_match(p, p + n, s);
	}
	tap_ok(same, "patterns match as a naive matcher does");
}

/* ---- creation and join ---- */

/*
 * A random history of nested creations and joins, each event in a list; "before" by walking all
 * chains of program order, creation and join.
 */
#define THREADS 12
#define EVENTS 60
static struct {
	uint32_t thread, clock;
	int next_of[3]; /* program order, creation, join: index of the event that follows, -1 */
} events[EVENTS];
static int event_count, last_of[THREADS + 1];

static int add_event(uint32_t thread, uint32_t clock)
{
	int e = event_count++;

	events[e].thread = thread;
	events[e].clock = clock;
	events[e].next_of[0] = events[e].next_of[1] = events[e].next_of[2] = -1;
	if (last_of[thread] >= 0)
		events[last_of[thread]].next_of[0] = e;
	last_of[thread] = e;
	return e;
}

static bool reaches(int from, int to)
{
	if (from == to)
		return true;
	for (int k = 0; k < 3; k++)
		if (events[from].next_of[k] >= 0 && reaches(events[from].next_of[k], to))
			return true;
	return false;
}

static void one_history(bool *sound, bool *complete)
{
	uint32_t clock[THREADS + 1] = {0}, alive[THREADS + 1], alive_count = 1, made = 1;
	uint32_t parent[THREADS + 1] = {0};

	rd_thread_table_reset();
	event_count = 0;
	for (int i = 0; i <= THREADS; i++)
		last_of[i] = -1;
	alive[0] = rd_thread_new();
	while (event_count < EVENTS - 3) {
		uint32_t t = alive[roll() % alive_count], pick = (uint32_t)(roll() % 4);

		if (pick == 0 && made < THREADS) {
			uint32_t child = rd_thread_new();
			int before = add_event(t, clock[t]);

			clock[t]++;
			rd_thread_info_at(child)->parent = t;
			rd_thread_info_at(child)->parent_clock = clock[t];
			parent[child] = t;
			alive[alive_count++] = child;
			events[before].next_of[1] = add_event(child, 0);
			made++;
		} else if (pick == 1 && alive_count > 1) {
			/* Its parent joins it, as fork-join programs do. */
			uint32_t i = 1 + (uint32_t)(roll() % (alive_count - 1)), child = alive[i], p = parent[child], k;

			for (k = 0; k < alive_count && alive[k] != p; k++)
				;
			if (k == alive_count || last_of[child] < 0)
				continue;
			clock[p]++;
			rd_thread_info_at(child)->joiner = p;
			rd_thread_info_at(child)->joiner_clock = clock[p];
			events[last_of[child]].next_of[2] = add_event(p, clock[p]);
			alive[i] = alive[--alive_count];
		} else {
			add_event(t, clock[t]);
		}
	}
	for (int a = 0; a < event_count; a++) {
		for (int b = 0; b < event_count; b++) {
			bool told, is;

			if (events[a].thread == events[b].thread)
				continue;
			told = rd_thread_before(events[a].thread, events[a].clock, events[b].thread, events[b].clock);
			is = reaches(a, b);
			if (told && !is)
				*sound = false;
			if (is && !told)
				*complete = false;
		}
	}
}

/* What an occurrence names, and what runs still. */
static bool named[THREADS + 1], running[THREADS + 1];

static void each_named(void (*refers)(uint32_t id))
{
	for (uint32_t t = 1; t <= THREADS; t++)
		if (named[t])
			refers(t);
}

static bool told_before(int a, int b)
{
	return rd_thread_before(events[a].thread, events[a].clock, events[b].thread, events[b].clock);
}

/* Forgetting the others changes nothing between those that stay. */
static void test_collect(void)
{
	static bool was[EVENTS][EVENTS];
	bool sound = true, complete = true, same = true, kept = true, forgot = false;

	for (int round = 0; round < 300; round++) {
		uint32_t made = 0, left = 0;

		one_history(&sound, &complete);
		for (uint32_t t = 1; t <= THREADS && rd_thread_info_at(t); t++) {
			struct rd_thread_info *i = rd_thread_info_at(t);

			made++;
			named[t] = roll() % 4 == 0;
			running[t] = !i->joiner && roll() % 2;
			i->coming = 0;
			i->state = running[t] ? (struct rd_thread *)&running[t] : NULL;
		}
		for (int a = 0; a < event_count; a++)
			for (int b = 0; b < event_count; b++)
				was[a][b] = told_before(a, b);
		rd_thread_collect(each_named);
		for (uint32_t t = 1; t <= made; t++) {
			left += rd_thread_info_at(t) != NULL;
			kept &= !(named[t] || running[t]) || rd_thread_info_at(t);
		}
		forgot |= left < made;
		kept &= rd_thread_infos() == left;
		for (int a = 0; a < event_count; a++) {
			uint32_t ta = events[a].thread;

			for (int b = 0; b < event_count; b++) {
				uint32_t tb = events[b].thread;

				if (ta != tb && (named[ta] || running[ta]) && (named[tb] || running[tb]) &&
				    (named[ta] || named[tb]))
					same &= told_before(a, b) == was[a][b];
			}
		}
	}
	tap_ok(kept, "a thread that runs or is named by an occurrence is kept");
	tap_ok(forgot, "others are forgotten");
	tap_ok(same, "what is kept is ordered as before");
}

static void test_names(void)
{
	uint32_t a, b;

	rd_thread_table_reset();
	a = rd_thread_new();
	b = rd_thread_new();
	rd_thread_name_pthread(0x7000, a);
	rd_thread_name_pthread(0x7000, b);
	tap_ok(rd_thread_by_pthread(0x7000) == b && !rd_thread_info_at(a)->pthread, "a pthread_t is its last owner's");
	rd_thread_name_pthread(0x7000, 0);
	tap_ok(!rd_thread_by_pthread(0x7000), "and nobody's after it was joined");
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t id = rd_thread_new();

		rd_thread_info_at(id)->coming = 0;
		if (i % 2)
			rd_thread_name_pthread(0x8000 + i * 64, id);
	}
	tap_ok(rd_thread_collectable(0) && !rd_thread_collectable(1u << 20), "when to forget goes by what is to be looked through");
	rd_thread_collect(each_named);
	tap_ok(rd_thread_by_pthread(0x8000 + 4999 * 64) && rd_thread_infos() >= 2500 && rd_thread_infos() < 2600,
	       "who may be joined is kept");
}

static void test_order(void)
{
	bool sound = true, complete = true;

	for (int round = 0; round < 300; round++)
		one_history(&sound, &complete);
	tap_ok(sound, "what is told to come before does");
	tap_ok(complete, "in fork-join histories, what comes before is told to");
}

/* ---- checksums ---- */

/* The processor's own instruction against plain C, of all lengths from each place in a word. */
static void test_checksum(void)
{
	unsigned char text[256];
	long wrong = 0;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)roll();
	for (size_t from = 0; from < 8; from++) {
		for (size_t n = 0; n + from < sizeof(text); n++) {
			uint32_t begin = n & 1 ? 0 : (uint32_t)roll();

			wrong += rd_crc32c(begin, text + from, n) != rdep_crc32c(begin, text + from, n);
		}
	}
	tap_ok(!wrong, "checksums by either way are the same (%ld are not)", wrong);
	tap_ok(rd_crc32c(rd_crc32c(0, "12345", 5), "6789", 4) == 0xe3069283, "and chain");
}

/* ---- sets of classes ---- */

static void test_class_set(void)
{
	enum { CLASSES = 1 << 20 };
	struct rd_class_set few = {.words = NULL}, more = {.words = NULL};
	bool *in = calloc(CLASSES, 1), *in_more = calloc(CLASSES, 1), same = true, joined = true;
	uint32_t i;

	tap_ok(!rd_class_set_has(&few, 0) && !rd_class_set_has(&few, 77777), "an empty set has nothing");
	for (i = 0; i < 40000; i++) {
		uint32_t a = roll() % CLASSES, b = i % 2 ? roll() % CLASSES : 500000 + i / 4;

		rd_class_set_add(&few, a);
		rd_class_set_add(&more, b);
		in[a] = in_more[b] = true;
	}
	for (i = 0; i < CLASSES; i++)
		same &= rd_class_set_has(&few, i) == in[i] && rd_class_set_has(&more, i) == in_more[i];
	tap_ok(same, "a set has what was put into it, and nothing else");
	joined &= rd_class_set_join(&few, &more);
	for (i = 0; i < CLASSES; i++)
		joined &= rd_class_set_has(&few, i) == (in[i] || in_more[i]);
	tap_ok(joined, "two sets in one");
	rd_class_set_free(&few);
	tap_ok(!few.room && !rd_class_set_has(&few, 500000) && rd_class_set_has(&more, 500000), "a set that is given back is empty");
	rd_class_set_free(&more);
	free(in);
	free(in_more);
}

int main(void)
{
	test_memory();
	test_array();
	test_map();
	test_map_readers();
	test_checksum();
	test_options();
	test_options_fuzz();
	test_patterns();
	test_order();
	test_collect();
	test_names();
	test_class_set();
	return tap_done();
}
