/* SPDX-License-Identifier: MIT */
/*
 * follow.c - the records of a run while they are written.
 *
 * Which files of the directory belong to the run is told by their headers: descent from
 * the launcher. A file that does not belong yet may do so later, when the record of its
 * parent is there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "reports/text.h"

#define BELLS_MAX 64u
#define SHORT_STEP_MS 20

enum candidate_state {
	CANDIDATE_UNREAD,  /* no whole header yet */
	CANDIDATE_FOREIGN, /* does not belong yet */
	CANDIDATE_SETTLED, /* taken in, or never to be */
};

struct candidate {
	char *path;
	enum candidate_state state;
	struct rdep_header header;
};

/* The futex word of a running record, mapped. */
struct bell {
	struct rdep_process *process;
	const struct rdep_header *header;
};

struct rdep_follow {
	struct rdep_report *report;
	char *dir;
	uint64_t launcher[2], since;
	uint32_t pid;
	struct candidate *candidates;
	size_t candidate_count;
	struct rdep_map by_name; /* hash of the file name -> candidate + 1 */
	struct bell bells[BELLS_MAX];
	size_t bell_count;
	bool no_waitv;
};

struct rdep_follow *rdep_follow_new(const char *dir, const uint64_t launcher[2], uint64_t since_ns)
{
	struct rdep_follow *f = rdep_alloc(sizeof(*f));

	f->report = rdep_report_new();
	f->dir = rdep_strdup(dir);
	memcpy(f->launcher, launcher, sizeof(f->launcher));
	f->since = since_ns;
	return f;
}

void rdep_follow_pid(struct rdep_follow *f, uint32_t pid)
{
	f->pid = pid;
}

static void bell_drop(struct bell *b)
{
	munmap((void *)(uintptr_t)b->header, RDEP_HEADER_SIZE);
}

void rdep_follow_free(struct rdep_follow *f)
{
	size_t i;

	if (!f)
		return;
	for (i = 0; i < f->bell_count; i++)
		bell_drop(&f->bells[i]);
	for (i = 0; i < f->candidate_count; i++)
		free(f->candidates[i].path);
	free(f->candidates);
	rdep_map_free(&f->by_name);
	rdep_report_free(f->report);
	free(f->dir);
	free(f);
}

/* ---- which records ---- */

static bool same_id(const uint64_t a[2], const uint64_t b[2])
{
	return (a[0] || a[1]) && a[0] == b[0] && a[1] == b[1];
}

static bool of_the_run(const struct rdep_follow *f, const uint64_t id[2])
{
	size_t i;

	if (same_id(id, f->launcher))
		return true;
	for (i = 0; i < f->report->process_count; i++)
		if (same_id(id, f->report->processes[i]->record->header.image_id))
			return true;
	return false;
}

static bool belongs(const struct rdep_follow *f, const struct rdep_header *h)
{
	if (!f->launcher[0] && !f->launcher[1])
		return h->start_realtime_ns >= f->since;
	return of_the_run(f, h->parent_id) || of_the_run(f, h->exec_id) ||
	       (f->pid && h->pid == f->pid && h->start_realtime_ns >= f->since);
}

/* Takes a candidate one step on. Returns whether it was taken in. */
static bool consider(struct rdep_follow *f, struct candidate *c)
{
	struct rdep_record *record;

	if (c->state == CANDIDATE_UNREAD) {
		if (rdep_record_header(c->path, &c->header, NULL) < 0)
			return false;
		c->state = c->header.start_realtime_ns < f->since ? CANDIDATE_SETTLED
								  : CANDIDATE_FOREIGN;
	}
	if (c->state != CANDIDATE_FOREIGN || !belongs(f, &c->header))
		return false;
	record = rdep_record_open(c->path, NULL);
	if (!record)
		return false;
	c->state = CANDIDATE_SETTLED;
	return rdep_model_add(f->report, record) != NULL;
}

static void add_candidate(struct rdep_follow *f, const char *name)
{
	uint64_t *known = rdep_map_put(&f->by_name, rdep_hash_text(name));
	struct candidate c = {0};

	if (*known)
		return;
	if (asprintf(&c.path, "%s/%s", f->dir, name) < 0)
		return;
	RDEP_GROW(f->candidates, f->candidate_count);
	f->candidates[f->candidate_count++] = c;
	*known = f->candidate_count;
}

static int read_dir(struct rdep_follow *f, struct rdep_error *err)
{
	size_t suffix = strlen(RDEP_SUFFIX);
	DIR *d = opendir(f->dir);
	struct dirent *e;

	if (!d && errno == ENOENT)
		return 0;
	if (!d) {
		rdep_error_set(err, "%s: can't read the directory: %s", f->dir, strerror(errno));
		return -1;
	}
	while ((e = readdir(d))) {
		size_t n = strlen(e->d_name);

		if (n > suffix && strcmp(e->d_name + n - suffix, RDEP_SUFFIX) == 0)
			add_candidate(f, e->d_name);
	}
	closedir(d);
	return 0;
}

static void take_candidates(struct rdep_follow *f)
{
	bool more = true;
	size_t i;

	while (more) {
		more = false;
		for (i = 0; i < f->candidate_count; i++)
			if (f->candidates[i].state != CANDIDATE_SETTLED)
				more |= consider(f, &f->candidates[i]);
	}
}

/* ---- polling ---- */

static int print_new(struct rdep_follow *f, FILE *out, const struct rdep_text_options *options)
{
	struct rdep_text t;
	int printed = 0;
	size_t i;

	rdep_text_begin(&t, f->report, out, options);
	for (i = 0; i < f->report->finding_count; i++) {
		struct rdep_mfinding *m = f->report->findings[i];

		if (m->told || !rdep_text_shows(&t, m))
			continue;
		rdep_text_finding(&t, m);
		m->told = true;
		printed++;
	}
	rdep_text_end(&t);
	return printed;
}

int rdep_follow_poll(struct rdep_follow *f, FILE *out, const struct rdep_text_options *options,
		     struct rdep_error *err)
{
	struct rdep_error ignored;
	size_t i;

	if (read_dir(f, err) < 0)
		return -1;
	/* Ended ones too: after exit() other threads and late destructors still publish. */
	for (i = 0; i < f->report->process_count; i++)
		rdep_record_poll(f->report->processes[i]->record, &ignored);
	take_candidates(f);
	if (!out) {
		rdep_model_join(f->report);
		return 0;
	}
	return print_new(f, out, options);
}

size_t rdep_follow_records(const struct rdep_follow *f)
{
	return f->report->process_count;
}

bool rdep_follow_has_pid(const struct rdep_follow *f, uint32_t pid)
{
	size_t i;

	for (i = 0; i < f->report->process_count; i++)
		if (f->report->processes[i]->record->header.pid == pid)
			return true;
	return false;
}

size_t rdep_follow_running(const struct rdep_follow *f)
{
	size_t i, n = 0;

	for (i = 0; i < f->report->process_count; i++) {
		const struct rdep_record *r = f->report->processes[i]->record;

		n += r->header.state == RDEP_RUNNING && rdep_record_alive(r);
	}
	return n;
}

struct rdep_report *rdep_follow_report(struct rdep_follow *f)
{
	rdep_model_join(f->report);
	return f->report;
}

/* ---- waiting ---- */

static bool has_bell(const struct rdep_follow *f, const struct rdep_process *p)
{
	size_t i;

	for (i = 0; i < f->bell_count; i++)
		if (f->bells[i].process == p)
			return true;
	return false;
}

/* Maps the bells of running records. They are named to the kernel, and never read here: a
 * file that is cut would be a SIGBUS. */
static void hang_bells(struct rdep_follow *f)
{
	size_t i, kept = 0;

	for (i = 0; i < f->bell_count; i++) {
		if (f->bells[i].process->record->header.state == RDEP_RUNNING)
			f->bells[kept++] = f->bells[i];
		else
			bell_drop(&f->bells[i]);
	}
	f->bell_count = kept;
	for (i = f->report->process_count; i-- > 0 && f->bell_count < BELLS_MAX;) {
		struct rdep_process *p = f->report->processes[i];
		void *map;
		int fd;

		if (p->record->header.state != RDEP_RUNNING || has_bell(f, p))
			continue;
		fd = open(p->record->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			continue;
		map = mmap(NULL, RDEP_HEADER_SIZE, PROT_READ, MAP_SHARED, fd, 0);
		close(fd);
		if (map != MAP_FAILED)
			f->bells[f->bell_count++] = (struct bell){p, map};
	}
}

static void sleep_ms(int ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000l};

	nanosleep(&ts, NULL);
}

/* Waits on all bells; false when the kernel can't. */
static bool wait_bells(struct rdep_follow *f, int timeout_ms)
{
#if defined(SYS_futex_waitv) && defined(FUTEX_32)
	struct futex_waitv waiters[BELLS_MAX];
	struct timespec until;
	size_t i;

	memset(waiters, 0, sizeof(waiters));
	for (i = 0; i < f->bell_count; i++) {
		waiters[i].val = f->bells[i].process->record->header.bell;
		waiters[i].uaddr = (uintptr_t)&f->bells[i].header->bell;
		waiters[i].flags = FUTEX_32;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += timeout_ms % 1000 * 1000000l;
	until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (syscall(SYS_futex_waitv, waiters, (unsigned)f->bell_count, 0, &until,
		    CLOCK_MONOTONIC) >= 0)
		return true;
	/* EFAULT: a record was cut under us. */
	return errno != ENOSYS && errno != EINVAL && errno != EFAULT && errno != EPERM;
#else
	(void)f;
	(void)timeout_ms;
	return false;
#endif
}

void rdep_follow_wait(struct rdep_follow *f, int timeout_ms)
{
	hang_bells(f);
	if (f->bell_count && !f->no_waitv) {
		if (wait_bells(f, timeout_ms))
			return;
		f->no_waitv = true;
	}
	sleep_ms(timeout_ms < SHORT_STEP_MS ? timeout_ms : SHORT_STEP_MS);
}
