/* SPDX-License-Identifier: MIT */
/* live.c - see live.h. */
#include "reports/live.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/model.h"
#include "reports/record_items.h"

#define DELETED " (deleted)"
#define MAPPINGS_MAX 65536u /* of records, that are looked at */
#define COPY_MAX (4ull << 30)

/* A part of a record that the process has mapped. */
struct mapping {
	uint64_t start, end, offset, inode;
	char *path; /* without DELETED */
	bool deleted;
};

struct mappings {
	struct mapping *list;
	size_t count;
	bool library; /* the runtime is there */
};

struct rdep_live_copy {
	uint32_t pid;
	uint64_t inode;
	int fd; /* of the copy, which has no name */
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

static bool cut_end(char *s, const char *end)
{
	if (!ends_with(s, end))
		return false;
	s[strlen(s) - strlen(end)] = 0;
	return true;
}

/* ---- what it has mapped ---- */

/* /proc writes a newline of a name as \012. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (strncmp(s, "\\012", 4) == 0) {
			*to++ = '\n';
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
}

static void take_line(struct mappings *m, char *line)
{
	unsigned long long start, end, offset, inode;
	char shared;
	int at = 0;
	bool deleted;

	line[strcspn(line, "\n")] = 0;
	if (sscanf(line, "%llx-%llx %*c%*c%*c%c %llx %*s %llu %n", &start, &end, &shared, &offset, &inode, &at) < 5 ||
	    !at || line[at] != '/')
		return;
	unescape(line + at);
	deleted = cut_end(line + at, DELETED);
	if (strcmp(rdep_basename(line + at), "libreclaimdep.so") == 0)
		m->library = true;
	if (shared != 's' || !ends_with(line + at, RDEP_SUFFIX) || m->count >= MAPPINGS_MAX)
		return;
	RDEP_GROW(m->list, m->count);
	m->list[m->count++] = (struct mapping){.start = start,
					       .end = end,
					       .offset = offset,
					       .inode = inode,
					       .path = rdep_strdup(line + at),
					       .deleted = deleted};
}

static void mappings_free(struct mappings *m)
{
	size_t i;

	for (i = 0; i < m->count; i++)
		free(m->list[i].path);
	free(m->list);
}

/* -1 with errno. */
static int mappings_read(uint32_t pid, struct mappings *m)
{
	char path[64], *line = NULL;
	size_t room = 0;
	FILE *f;

	memset(m, 0, sizeof(*m));
	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	errno = 0;
	while (getline(&line, &room, f) > 0)
		take_line(m, line);
	if (ferror(f)) {
		int was = errno;

		fclose(f);
		free(line);
		mappings_free(m);
		errno = was ? was : EIO;
		return -1;
	}
	fclose(f);
	free(line);
	return 0;
}

/* ---- a copy out of its memory ---- */

static bool copy_range(int mem, int to, const struct mapping *m)
{
	static char buf[1 << 16];
	uint64_t at;

	if (m->offset > COPY_MAX || m->end - m->start > COPY_MAX)
		return false;
	for (at = m->start; at < m->end;) {
		uint64_t n = m->end - at < sizeof(buf) ? m->end - at : sizeof(buf);
		ssize_t got = pread(mem, buf, n, (off_t)at);

		if (got <= 0 || pwrite(to, buf, (size_t)got, (off_t)(m->offset + (at - m->start))) != got)
			return false;
		at += (uint64_t)got;
	}
	return true;
}

/* The header, or all but the header. */
static bool copy_part(const struct rdep_live_copy *c, int mem, bool header)
{
	struct mappings m;
	bool ok = true;
	size_t i;

	if (mappings_read(c->pid, &m) < 0)
		return false;
	for (i = 0; ok && i < m.count; i++)
		if (m.list[i].inode == c->inode && !m.list[i].offset == header)
			ok = copy_range(mem, c->fd, &m.list[i]);
	mappings_free(&m);
	return ok;
}

static bool copy_all(const struct rdep_live_copy *c)
{
	char path[64];
	bool ok;
	int mem;

	snprintf(path, sizeof(path), "/proc/%u/mem", c->pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	if (mem < 0)
		return false;
	/* What the header says is published is there afterwards, in chunks that are mapped by then. */
	ok = copy_part(c, mem, true) && copy_part(c, mem, false);
	close(mem);
	return ok;
}

void rdep_live_copy_refresh(struct rdep_live_copy *c)
{
	copy_all(c);
}

void rdep_live_copy_free(struct rdep_live_copy *c)
{
	if (!c)
		return;
	close(c->fd);
	free(c);
}

static struct rdep_live_copy *copy_new(uint32_t pid, uint64_t inode)
{
	struct rdep_live_copy *c;
	int was, fd = memfd_create("reclaimdep-record", MFD_CLOEXEC);

	if (fd < 0)
		return NULL;
	c = rdep_alloc(sizeof(*c));
	*c = (struct rdep_live_copy){.pid = pid, .inode = inode, .fd = fd};
	if (copy_all(c))
		return c;
	was = errno;
	rdep_live_copy_free(c);
	errno = was;
	return NULL;
}

/* ---- opening ---- */

/* The process's own pid, in the innermost namespace; as its record has it. */
static uint32_t inner_pid(uint32_t pid)
{
	char path[64], *line = NULL, *last;
	size_t room = 0;
	uint32_t inner = pid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	f = fopen(path, "re");
	while (f && getline(&line, &room, f) > 0) {
		if (strncmp(line, "NSpid:", 6))
			continue;
		last = strrchr(line, '\t');
		if (last)
			inner = (uint32_t)strtoul(last + 1, NULL, 10);
		break;
	}
	if (f)
		fclose(f);
	free(line);
	return inner;
}

static bool is_that_file(const char *path, uint64_t inode)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_ino == inode && access(path, R_OK) == 0;
}

/* A path that leads to the mapped file from here; NULL: none does. */
static char *path_here(uint32_t pid, const struct mapping *m)
{
	char *path = NULL;

	if (!m->deleted && is_that_file(m->path, m->inode))
		return rdep_strdup(m->path);
	if (asprintf(&path, "/proc/%u/root%s", pid, m->path) < 0)
		return NULL;
	if (!m->deleted && is_that_file(path, m->inode))
		return path;
	free(path);
	if (asprintf(&path, "/proc/%u/map_files/%llx-%llx", pid, (unsigned long long)m->start,
		     (unsigned long long)m->end) < 0)
		return NULL;
	if (is_that_file(path, m->inode))
		return path;
	free(path);
	return NULL;
}

static struct rdep_record *open_copy(uint32_t pid, const struct mapping *m, struct rdep_error *err)
{
	struct rdep_live_copy *c = copy_new(pid, m->inode);
	struct rdep_record *r;
	char path[64];

	if (!c) {
		rdep_error_set(err,
			       "process %u: its record %s can't be reached by name, and not by its memory: %s: this takes the "
			       "right to trace it (CAP_SYS_PTRACE, or kernel.yama.ptrace_scope=0)",
			       pid, m->path, strerror(errno));
		return NULL;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", c->fd);
	r = rdep_record_open(path, err);
	if (r)
		r->copy = c;
	else
		rdep_live_copy_free(c);
	return r;
}

static struct rdep_record *open_mapped(uint32_t pid, const struct mapping *m, struct rdep_error *err)
{
	char *path = path_here(pid, m);
	struct rdep_record *r = path ? rdep_record_open(path, err) : open_copy(pid, m, err);

	free(path);
	if (r)
		r->live_pid = pid;
	return r;
}

static void why_not(uint32_t pid, struct rdep_error *err)
{
	if (errno == ENOENT || errno == ESRCH)
		rdep_error_set(err, "process %u: there is none", pid);
	else if (errno == EACCES || errno == EPERM)
		rdep_error_set(err,
			       "process %u: no right to look at it: be its user, or have CAP_SYS_PTRACE (a program that gave up "
			       "privileges may be looked at by root only)",
			       pid);
	else
		rdep_error_set(err, "process %u: can't read its mappings: %s", pid, strerror(errno));
}

static void not_under(uint32_t pid, const struct mappings *m, struct rdep_error *err)
{
	if (m->library)
		rdep_error_set(err,
			       "process %u has reclaimdep in it, but writes no record: it could not be made (see what it "
			       "said at its start), or the process was forked and took no lock since",
			       pid);
	else
		rdep_error_set(err,
			       "process %u does not run under reclaimdep, which can't be put in later: start it by "
			       "`reclaimdep COMMAND`",
			       pid);
}

struct rdep_record *rdep_live_open(uint32_t pid, bool *none, struct rdep_error *err)
{
	struct rdep_error first = {""}, one = {""};
	struct rdep_record *r = NULL;
	struct mappings m;
	size_t i;

	*none = false;
	if (mappings_read(pid, &m) < 0) {
		why_not(pid, err);
		return NULL;
	}
	for (i = 0; i < m.count && !r; i++) {
		if (m.list[i].offset)
			continue;
		r = open_mapped(pid, &m.list[i], &one);
		/* What a fork child has of its parent, as long as it has none of its own. */
		if (r && r->header.pid != inner_pid(pid)) {
			rdep_record_close(r);
			r = NULL;
		} else if (!r && !first.text[0]) {
			first = one;
		}
	}
	*none = !r && !first.text[0];
	if (*none)
		not_under(pid, &m, err);
	else if (!r)
		*err = first;
	mappings_free(&m);
	return r;
}

/* ---- children ---- */

struct family {
	uint32_t pid, parent;
};

static bool parent_of(uint32_t pid, uint32_t *parent)
{
	char text[2048];
	const char *p = rdep_process_stat(pid, text, sizeof(text));

	return p && sscanf(p, " %*c %u", parent) == 1;
}

static size_t everybody(struct family **all)
{
	DIR *dir = opendir("/proc");
	const struct dirent *d;
	size_t n = 0;

	*all = NULL;
	while (dir && (d = readdir(dir))) {
		uint32_t pid = (uint32_t)strtoul(d->d_name, NULL, 10), parent;

		if (!pid || !parent_of(pid, &parent))
			continue;
		RDEP_GROW(*all, n);
		(*all)[n++] = (struct family){pid, parent};
	}
	if (dir)
		closedir(dir);
	return n;
}

static bool is_in(const uint32_t *pids, size_t n, uint32_t pid)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

size_t rdep_live_children(uint32_t pid, uint32_t *pids, size_t max)
{
	struct family *all;
	size_t i, k, n = everybody(&all), found = 0;

	/* Each that is found may have some. */
	for (k = 0; k <= found && found < max; k++) {
		uint32_t parent = k ? pids[k - 1] : pid;

		for (i = 0; i < n && found < max; i++)
			if (all[i].parent == parent && !is_in(pids, found, all[i].pid))
				pids[found++] = all[i].pid;
	}
	free(all);
	return found;
}

/* ---- into a report ---- */

#define CHILDREN_MAX 4096u

static void say_which(struct rdep_buf *b, const struct rdep_process *p, struct rdep_arena *a)
{
	const struct rdep_record *r = p->record;

	rdep_buf_printf(b, "%s%u (%s)", b->len ? ", " : "", r->live_pid,
			rdep_clean(a, r->exe ? rdep_basename(r->exe) : "?", strlen(r->exe ? rdep_basename(r->exe) : "?")));
}

/* Is its image of now among those that are there? */
static bool is_read(const struct rdep_report *r, uint32_t pid)
{
	size_t i;

	for (i = 0; i < r->process_count; i++) {
		const struct rdep_record *record = r->processes[i]->record;

		if (record->live_pid == pid && record->header.state == RDEP_RUNNING && rdep_record_alive(record))
			return true;
	}
	return false;
}

int rdep_report_add_pid(struct rdep_report *r, uint32_t pid, struct rdep_error *told, struct rdep_error *err)
{
	uint32_t *pids;
	struct rdep_buf which = {0};
	struct rdep_process *p;
	struct rdep_record *record;
	struct rdep_error one;
	bool none;
	size_t i, n;
	int found = 0;

	told->text[0] = 0;
	if (is_read(r, pid))
		return 0;
	record = rdep_live_open(pid, &none, err);
	if (record)
		return rdep_model_add(r, record) ? 1 : 0;
	if (!none)
		return -1;
	pids = rdep_alloc(CHILDREN_MAX * sizeof(*pids));
	n = rdep_live_children(pid, pids, CHILDREN_MAX);
	for (i = 0; i < n; i++) {
		record = is_read(r, pids[i]) ? NULL : rdep_live_open(pids[i], &none, &one);
		p = record ? rdep_model_add(r, record) : NULL;
		if (!p)
			continue;
		say_which(&which, p, &r->arena);
		found++;
	}
	free(pids);
	if (found)
		rdep_error_set(told, "process %u has no record of its own: reading %s of its children: %.600s", pid,
			       found > 1 ? "those" : "that", which.text);
	rdep_buf_free(&which);
	return found ? found : -1;
}
