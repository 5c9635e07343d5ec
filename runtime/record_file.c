// SPDX-License-Identifier: MIT
/* record_file.c - see record_file.h. */
#include "record_file.h"
#include "sys.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static int fail(struct rd_record_file *f, const char *what, const char *path, long err)
{
	static const struct {
		int err;
		const char *text;
	} known[] = {
		{EACCES, "permission denied"},	{ENOSPC, "no space left"},   {EDQUOT, "over quota"},
		{EROFS, "read-only file system"}, {EMFILE, "no descriptor left"}, {ENFILE, "no descriptor left"},
		{ENOENT, "not there"},		{ENOTDIR, "not a directory"}, {ELOOP, "a symbolic link"},
		{EFBIG, "over the file size limit"}, {ENAMETOOLONG, "name too long"}, {EPERM, "not permitted"},
	};
	struct rd_text t = rd_text_in(f->error, sizeof(f->error));
	size_t i;

	rd_text_str(&t, what);
	if (path) {
		rd_text_str(&t, " ");
		rd_text_str(&t, path);
	}
	rd_text_str(&t, ": ");
	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].err == -err) {
			rd_text_str(&t, known[i].text);
			return -1;
		}
	}
	rd_text_str(&t, "error ");
	rd_text_dec(&t, (uint64_t)-err);
	return -1;
}

static int fail_text(struct rd_record_file *f, const char *text, const char *path)
{
	struct rd_text t = rd_text_in(f->error, sizeof(f->error));

	rd_text_str(&t, text);
	rd_text_str(&t, path);
	return -1;
}

static const char *environment(const char *name, size_t n)
{
	extern char **environ;
	char **e;

	for (e = environ; e && *e; e++) {
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	}
	return "";
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Expands %p %h %b %q{VAR} %%; -1 on any other %. */
static int expand(struct rd_text *t, const char *s, const char *exe, uint32_t pid)
{
	struct utsname host;
	const char *end;

	for (; *s; s++) {
		if (*s != '%') {
			rd_text_char(t, *s);
			continue;
		}
		switch (*++s) {
		case '%':
			rd_text_char(t, '%');
			break;
		case 'p':
			rd_text_dec(t, pid);
			break;
		case 'b':
			rd_text_str(t, base_name(exe));
			break;
		case 'h':
			if (rd_sys_failed(rd_sys(SYS_uname, &host)))
				return -1;
			rd_text_str(t, host.nodename);
			break;
		case 'q':
			end = s[1] == '{' ? strchr(s, '}') : NULL;
			if (!end)
				return -1;
			rd_text_str(t, environment(s + 2, (size_t)(end - s - 2)));
			s = end;
			break;
		default:
			return -1;
		}
	}
	return 0;
}

static int absolute(struct rd_record_file *f, const char *output, const char *exe, uint32_t pid)
{
	struct rd_text t = rd_text_in(f->dir, sizeof(f->dir));

	if (output[0] != '/') {
		long n = rd_sys(SYS_getcwd, f->dir, sizeof(f->dir));

		/* A deleted directory is told as "(unreachable)/...". */
		if (rd_sys_failed(n) || f->dir[0] != '/')
			return fail_text(f, "the working directory is gone: give output= an absolute path, not ", output);
		t.len = (size_t)n - 1;
		rd_text_char(&t, '/');
	}
	if (expand(&t, output, exe, pid))
		return fail_text(f, "output= knows %p %h %b %q{VAR} and %%, not what is in ", output);
	if (t.len + 1 >= t.size)
		return fail_text(f, "output= is too long: ", output);
	while (t.len > 1 && f->dir[t.len - 1] == '/')
		f->dir[--t.len] = 0;
	return 0;
}

static int make_dirs(struct rd_record_file *f)
{
	char *p;
	long err;

	for (p = f->dir + 1;; p++) {
		char c = *p;

		if (c != '/' && c != 0)
			continue;
		*p = 0;
		err = rd_sys(SYS_mkdir, f->dir, 0700);
		if (rd_sys_failed(err) && err != -EEXIST) {
			struct stat st;

			/* Parents that can't be written to, or made, but are there. */
			if (rd_sys_failed(rd_sys(SYS_stat, f->dir, &st)) || !S_ISDIR(st.st_mode))
				return fail(f, "can't make the record directory", f->dir, err);
		}
		*p = c;
		if (c == 0)
			return 0;
	}
}

/* It is there mostly. */
static int open_dir(struct rd_record_file *f)
{
	long fd = rd_sys(SYS_open, f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	struct stat st;
	long err;

	if (rd_sys_failed(fd) && make_dirs(f))
		return -1;
	if (rd_sys_failed(fd))
		fd = rd_sys(SYS_open, f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (rd_sys_failed(fd))
		return fail(f, "can't open the record directory", f->dir, fd);
	err = rd_sys(SYS_fstat, fd, &st);
	if (!rd_sys_failed(err) && st.st_uid == (uid_t)rd_sys(SYS_geteuid))
		return (int)fd;
	rd_sys(SYS_close, fd);
	if (rd_sys_failed(err))
		return fail(f, "can't look at the record directory", f->dir, err);
	return fail_text(f, "the record directory belongs to another user: ", f->dir);
}

static void file_name(struct rd_text *t, const char *exe, uint32_t pid, unsigned again)
{
	const char *s = base_name(exe);
	size_t n;

	for (n = 0; *s && n < 100; s++, n++) {
		int plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
			    *s == '_' || *s == '-' || *s == '+' || (*s == '.' && n);

		rd_text_char(t, plain ? *s : '_');
	}
	if (!n)
		rd_text_str(t, "unknown");
	rd_text_char(t, '.');
	rd_text_dec(t, pid);
	if (again) {
		rd_text_char(t, '.');
		rd_text_dec(t, again);
	}
	rd_text_str(t, ".rdep");
}

int rd_record_file_create(struct rd_record_file *f, const char *output, const char *exe, uint32_t pid)
{
	unsigned again;
	struct stat st;
	long dir, fd = -EEXIST;

	f->path[0] = f->error[0] = 0;
	f->created = 0;
	f->ahead = 0;
	f->begin = NULL;
	if (absolute(f, output, exe, pid))
		return -1;
	dir = open_dir(f);
	if (dir < 0)
		return -1;
	/* An earlier image of this pid (exec) or an earlier run may have left its own. */
	for (again = 0; fd == -EEXIST && again < 100000; again++) {
		struct rd_text t = rd_text_in(f->path, sizeof(f->path));

		file_name(&t, exe, pid, again);
		fd = rd_sys(SYS_openat, dir, f->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	}
	rd_sys(SYS_close, dir);
	if (!rd_sys_failed(fd)) {
		char name[256];
		struct rd_text t;

		rd_sys(SYS_fstat, fd, &st);
		f->created = (int)fd + 1;
		f->dev = st.st_dev;
		f->ino = st.st_ino;
		strcpy(name, f->path);
		t = rd_text_in(f->path, sizeof(f->path));
		rd_text_str(&t, f->dir);
		rd_text_char(&t, '/');
		rd_text_str(&t, name);
		return 0;
	}
	fail(f, "can't make a record in", f->dir, fd);
	f->path[0] = 0;
	return -1;
}

static int size_allowed(uint64_t end)
{
	struct rlimit limit;

	if (rd_sys_failed(rd_sys(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &limit)))
		return 1;
	return limit.rlim_cur == RLIM_INFINITY || end <= limit.rlim_cur;
}

/* Room that a store can't fail on. */
static long reserve(const struct rd_record_file *f, long fd, uint64_t offset, uint64_t size, int *populate)
{
	long err = rd_sys(SYS_fallocate, fd, 0, offset, size);

	*populate = 0;
	if (err != -EOPNOTSUPP && err != -ENOSYS)
		return err;
	*populate = 1;
	return offset + size > f->ahead ? rd_sys(SYS_ftruncate, fd, offset + size) : 0;
}

/* A descriptor of the very file that was made, or an error. */
static long open_file(struct rd_record_file *f)
{
	long fd = f->created - 1, err;
	struct stat st;

	f->created = 0;
	if (fd >= 0)
		return fd;
	fd = rd_sys(SYS_open, f->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0);
	if (rd_sys_failed(fd))
		return fd;
	err = rd_sys(SYS_fstat, fd, &st);
	if (!rd_sys_failed(err) && st.st_dev == f->dev && st.st_ino == f->ino)
		return fd;
	rd_sys(SYS_close, fd);
	return rd_sys_failed(err) ? err : -ENOENT;
}

static long map_by(const struct rd_record_file *f, long fd, uint64_t offset, uint64_t size, int *populate)
{
	long err = reserve(f, fd, offset, size, populate);

	return rd_sys_failed(err) ? err : rd_sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
}

/* A shared mapping that is remapped from no size is mapped once more, and may be larger then. */
static long map_by_its_begin(const struct rd_record_file *f, uint64_t offset, uint64_t size)
{
	long p = rd_sys(SYS_mremap, f->begin, 0, offset + size, MREMAP_MAYMOVE);

	if (rd_sys_failed(p))
		return p;
	rd_sys(SYS_munmap, p, offset);
	return p + (long)offset;
}

void *rd_record_file_map(struct rd_record_file *f, uint64_t offset, uint64_t size)
{
	long fd, p = -EFBIG;
	int populate = 1;

	if (!f->path[0])
		return NULL;
	fd = open_file(f);
	if (rd_sys_failed(fd))
		p = f->begin && offset && offset + size <= f->ahead ? map_by_its_begin(f, offset, size) : fd;
	else if (size_allowed(offset + size))
		p = map_by(f, fd, offset, size, &populate);
	if (!rd_sys_failed(fd))
		rd_sys(SYS_close, fd);
	/* At the start two pages are touched, not the 32 that would be read around the first. */
	if (!rd_sys_failed(p) && !offset)
		rd_sys(SYS_madvise, p, size, MADV_RANDOM);
	if (!rd_sys_failed(p) && populate && rd_sys_failed(rd_sys(SYS_madvise, p, size, MADV_POPULATE_WRITE))) {
		rd_sys(SYS_munmap, p, size);
		p = -ENOSPC;
	}
	if (rd_sys_failed(p)) {
		fail(f, "the record can't grow", f->path, p);
		return NULL;
	}
	if (!offset)
		f->begin = (void *)p;
	return (void *)p;
}

void rd_record_file_foresee(struct rd_record_file *f, uint64_t used, uint64_t more)
{
	long fd = f->path[0] && !f->ahead ? open_file(f) : -1;

	if (rd_sys_failed(fd))
		return;
	while (more >= 4096 && !size_allowed(used + more))
		more /= 2;
	if (more >= 4096 && !rd_sys_failed(rd_sys(SYS_ftruncate, fd, used + more)))
		f->ahead = used + more;
	rd_sys(SYS_close, fd);
}

void rd_record_file_remove(struct rd_record_file *f)
{
	if (f->created)
		rd_sys(SYS_close, f->created - 1);
	f->created = 0;
	if (f->path[0])
		rd_sys(SYS_unlink, f->path);
	f->path[0] = 0;
}
