/* SPDX-License-Identifier: MIT */
/*
 * live_test.c - following the records of a run: which belong to it, and that each finding is
 * printed once, when it is there.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "reports/reports.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

static const uint64_t launcher[2] = {77, 88};
static const uint64_t since = 1600000000000000000u;
static char dir[128];

static const char *in_dir(uint32_t pid)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/p.%u.rdep", dir, pid);
	return path;
}

/* A record with that parent; with a finding about locks of that name when there is one. */
static void make(struct maker *m, uint32_t pid, const uint64_t parent[2], const char *lock)
{
	uint32_t edges[2], a, b;

	maker_init(m, pid);
	memcpy(m->header.parent_id, parent, sizeof(m->header.parent_id));
	maker_exe(m, "/nowhere/p", "p", 2);
	if (!lock)
		return;
	a = maker_class_named(m, lock);
	b = maker_class_named(m, "other");
	edges[0] = maker_edge(m, a, b, 0, 0, 1);
	edges[1] = maker_edge(m, b, a, 0, 0, 1);
	maker_cycle(m, 0, 0, RDEP_K_LOCK_INVERSION, RDEP_ORDERED, 2, edges);
}

/* Polls; the count of findings that were printed, and the text. */
static int poll_now(struct rdep_follow *f, char **text)
{
	static char *buf;
	size_t n = 0;
	FILE *out;
	int count;

	free(buf);
	buf = NULL;
	out = open_memstream(&buf, &n);
	count = rdep_follow_poll(f, out, NULL, &(struct rdep_error){""});
	fclose(out);
	*text = buf;
	return count;
}

static void test_belonging(struct rdep_follow *f)
{
	const uint64_t nobody[2] = {0, 0};
	struct maker child, grandchild, stranger, ours_by_pid;
	char *text;

	tap_ok(poll_now(f, &text) == 0 && rdep_follow_records(f) == 0, "nothing is there yet");
	make(&stranger, 1, nobody, "strange_lock");
	maker_write(&stranger, in_dir(1));
	make(&child, 2, launcher, "child_lock");
	make(&grandchild, 3, child.header.image_id, "grandchild_lock");
	maker_write(&grandchild, in_dir(3));
	tap_ok(poll_now(f, &text) == 0 && rdep_follow_records(f) == 0,
	       "a stranger, and one whose parent is not there yet, are not taken");
	maker_write(&child, in_dir(2));
	tap_ok(poll_now(f, &text) == 2 && rdep_follow_records(f) == 2, "a child and its child are");
	tap_ok(strstr(text, "child_lock") && strstr(text, "grandchild_lock") &&
		       !strstr(text, "strange_lock"),
	       "with their findings, and no others");
	tap_ok(poll_now(f, &text) == 0 && !*text, "which are not printed again");
	make(&ours_by_pid, 4, nobody, NULL);
	maker_write(&ours_by_pid, in_dir(4));
	tap_ok(poll_now(f, &text) == 0 && !rdep_follow_has_pid(f, 4), "an unknown pid is strange");
	rdep_follow_pid(f, 4);
	poll_now(f, &text);
	tap_ok(rdep_follow_has_pid(f, 4), "the launcher's own child is not, whatever it says");
	maker_free(&child);
	maker_free(&grandchild);
	maker_free(&stranger);
	maker_free(&ours_by_pid);
}

/* The file is there before its header is whole; findings come, and grow graver. */
static void test_growing(struct rdep_follow *f)
{
	const uint32_t edges[] = {1, 2};
	struct maker m;
	FILE *cut;
	char *text;

	make(&m, 5, launcher, "late_lock");
	maker_seal(&m);
	cut = fopen(in_dir(5), "w");
	fwrite(m.data, 1, 100, cut);
	fclose(cut);
	tap_ok(poll_now(f, &text) == 0 && !rdep_follow_has_pid(f, 5),
	       "half a header is waited for");
	maker_write(&m, in_dir(5));
	tap_ok(poll_now(f, &text) == 1 && strstr(text, "warning: lock-inversion"),
	       "a finding is printed when it is there");
	maker_cycle(&m, 1, 1, RDEP_K_LOCK_INVERSION, RDEP_SINGLE_THREAD, 2, edges);
	maker_write(&m, in_dir(5));
	tap_ok(poll_now(f, &text) == 0, "a revision that changes nothing for people is not");
	maker_cycle(&m, 1, 2, RDEP_K_LOCK_INVERSION, RDEP_CERTAIN, 2, edges);
	maker_write(&m, in_dir(5));
	tap_ok(poll_now(f, &text) == 1 && strstr(text, "error: lock-inversion"),
	       "one that makes it an error is");
	tap_ok(rdep_report_fails(rdep_follow_report(f), RDEP_FAIL_CERTAIN), "and fails the run");
	maker_free(&m);
}

static void test_old(struct rdep_follow *f)
{
	struct maker m;
	char *text;

	make(&m, 6, launcher, "old_lock");
	m.header.start_realtime_ns = since - 1;
	maker_write(&m, in_dir(6));
	tap_ok(poll_now(f, &text) == 0 && !rdep_follow_has_pid(f, 6),
	       "a record from before the run is not the run's");
	maker_free(&m);
}

/* A running record's bell ends the wait; without one it lasts as long as it was told. */
static void test_waiting(struct rdep_follow *f)
{
	struct timespec a, b;
	struct maker m;
	char *text;
	double took;

	make(&m, 7, launcher, NULL);
	m.header.state = RDEP_RUNNING;
	maker_write(&m, in_dir(7));
	poll_now(f, &text);
	clock_gettime(CLOCK_MONOTONIC, &a);
	rdep_follow_wait(f, 60);
	clock_gettime(CLOCK_MONOTONIC, &b);
	took = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	tap_ok(took > 0.01 && took < 5, "a wait ends by itself (%.3f s)", took);
	m.header.bell = 1;
	maker_write(&m, in_dir(7));
	clock_gettime(CLOCK_MONOTONIC, &a);
	rdep_follow_wait(f, 5000);
	clock_gettime(CLOCK_MONOTONIC, &b);
	took = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	tap_ok(took < 2, "a bell that has rung is not waited for (%.3f s)", took);
	maker_free(&m);
}

int main(void)
{
	struct rdep_follow *f;
	uint32_t pid;

	snprintf(dir, sizeof(dir), "/tmp/reclaimdep-live-test.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	f = rdep_follow_new(dir, launcher, since);
	test_belonging(f);
	test_growing(f);
	test_old(f);
	test_waiting(f);
	rdep_follow_free(f);
	for (pid = 1; pid < 10; pid++)
		unlink(in_dir(pid));
	rmdir(dir);
	return tap_done();
}
