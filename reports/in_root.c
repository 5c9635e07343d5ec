/* SPDX-License-Identifier: MIT */
/* in_root.c - see in_root.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "reports/in_root.h"
#include "reports/util.h"

#define LINKS_MAX 40u
#define DEPTH_MAX 256u

/* ---- by hand ---- */

struct walk {
	int dirs[DEPTH_MAX]; /* [0]: the root */
	unsigned depth, links;
	char rest[2 * PATH_MAX];
};

static void up_to(struct walk *w, unsigned depth)
{
	while (w->depth > depth)
		close(w->dirs[w->depth--]);
}

/* Puts what a link says before what is left of the path. */
static int take_link(struct walk *w, int link)
{
	char target[2 * PATH_MAX];
	ssize_t n = readlinkat(link, "", target, PATH_MAX - 1);
	size_t rest = strlen(w->rest);

	close(link);
	if (n <= 0)
		return n < 0 ? errno : ENOENT;
	if (++w->links > LINKS_MAX)
		return ELOOP;
	if ((size_t)n + rest + 2 > sizeof(w->rest))
		return ENAMETOOLONG;
	if (target[0] == '/')
		up_to(w, 0);
	target[n] = '/';
	memcpy(target + n + 1, w->rest, rest + 1);
	memcpy(w->rest, target, (size_t)n + rest + 2);
	return 0;
}

/* The next part of the path into name: false at its end. */
static bool next_part(struct walk *w, char *name)
{
	const char *p = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(p, "/");

	if (!n)
		return false;
	if (n > NAME_MAX)
		n = NAME_MAX + 1; /* no such name: the kernel says so */
	memcpy(name, p, n);
	name[n] = 0;
	memmove(w->rest, p + n, strlen(p + n) + 1);
	return true;
}

/* Goes one part on: 0, or an errno. */
static int step(struct walk *w, const char *name)
{
	struct stat st;
	int fd;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		up_to(w, w->depth ? w->depth - 1 : 0);
		return 0;
	}
	fd = openat(w->dirs[w->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (fstat(fd, &st) == 0 && S_ISLNK(st.st_mode))
		return take_link(w, fd);
	if (w->depth + 1 == DEPTH_MAX) {
		close(fd);
		return ENAMETOOLONG;
	}
	w->dirs[++w->depth] = fd;
	return 0;
}

int rdep_in_root_by_hand(int root, const char *path)
{
	struct walk *w;
	char name[NAME_MAX + 2];
	int error = 0, fd = -1;

	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	w = rdep_alloc(sizeof(*w));
	w->dirs[0] = root;
	strcpy(w->rest, path);
	while (!error && next_part(w, name))
		error = step(w, name);
	if (!error) {
		fd = fcntl(w->dirs[w->depth], F_DUPFD_CLOEXEC, 0);
		error = errno;
	}
	up_to(w, 0);
	free(w);
	if (fd < 0)
		errno = error;
	return fd;
}

/* ---- by the kernel ---- */

int rdep_in_root(int root, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;
	int i;

	/* EAGAIN: something was renamed meanwhile. */
	for (i = 0; i < 4; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN || errno == EINVAL))
		return rdep_in_root_by_hand(root, path);
	return (int)fd;
}

int rdep_open_found(int fd)
{
	struct stat st;
	char name[64];
	int opened = -1, error = EINVAL;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		opened = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		error = errno;
	}
	close(fd);
	if (opened < 0)
		errno = error;
	return opened;
}
