/* SPDX-License-Identifier: MIT */
/*
 * in_root_test.c - paths in another root: by openat2 and by hand they lead to the same file, which
 * is never one outside.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/in_root.h"
#include "reports/util.h"
#include "tests/unit/tap.h"

static char top[] = "/tmp/in_root_test.XXXXXX";

static void make(const char *name, const char *link)
{
	int fd;

	if (link && !*link ? mkdir(name, 0700) : link ? symlink(link, name) : 0)
		abort();
	if (!link) {
		fd = open(name, O_WRONLY | O_CREAT, 0600);
		if (fd < 0 || write(fd, name, strlen(name)) < 0 || close(fd))
			abort();
	}
}

/* Where a path leads: the file's name below `top`, or the error. */
static const char *led(int fd, char *text)
{
	char name[64], real[4096];
	ssize_t n;

	if (fd < 0)
		return strcpy(text, strerror(errno));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, real, sizeof(real) - 1);
	real[n > 0 ? n : 0] = 0;
	close(fd);
	return strcpy(text, strncmp(real, top, strlen(top)) ? real : real + strlen(top));
}

int main(void)
{
	static const struct {
		const char *path, *leads;
	} cases[] = {
		{"/lib/a", "/root/lib/a"},
		{"lib//./a", "/root/lib/a"},
		{"/lib/../lib/a", "/root/lib/a"},
		{"/../../../lib/a", "/root/lib/a"},
		{"/absolute/a", "/root/lib/a"},
		{"/up/a", "/root/lib/a"},
		{"/chain/a", "/root/lib/a"},
		{"/lib/link", "/root/lib/a"},
		{"/out", "No such file or directory"},
		{"/etc/passwd", "No such file or directory"},
		{"/up/../../outside", "No such file or directory"},
		{"/loop/a", "Too many levels of symbolic links"},
		{"/lib/a/b", "Not a directory"},
		{"/lib/nothing", "No such file or directory"},
		{"/", "/root"},
		{"/lib/fifo", "/root/lib/fifo"},
		{"/empty", "/root/lib/a"},
	};
	char text[4096], hand[4096], longest[5000];
	size_t i;
	int root, fd;

	if (!mkdtemp(top) || chdir(top))
		abort();
	make("root", "");
	make("outside", NULL);
	make("root/lib", "");
	make("root/lib/a", NULL);
	make("root/lib/link", "a");
	make("root/absolute", "/lib");
	make("root/up", "../../../../../../../lib");
	make("root/chain", "absolute/../up/.");
	make("root/out", "../outside");
	make("root/loop", "/loop");
	make("root/empty", "lib/link");
	if (mkfifo("root/lib/fifo", 0600))
		abort();
	root = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		led(rdep_in_root(root, cases[i].path), text);
		led(rdep_in_root_by_hand(root, cases[i].path), hand);
		if (!tap_ok(!strcmp(text, cases[i].leads) && !strcmp(hand, cases[i].leads), "%s",
			    cases[i].path))
			tap_note("by the kernel: %s; by hand: %s; wanted: %s", text, hand,
				 cases[i].leads);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	fd = rdep_in_root_by_hand(root, longest);
	tap_ok(fd < 0 && errno == ENAMETOOLONG, "a name that is too long");
	for (i = 0; i < 2400; i += 2)
		memcpy(longest + i, "x/", 2);
	longest[i] = 0;
	fd = rdep_in_root_by_hand(root, longest);
	tap_ok(fd < 0 && errno == ENOENT, "a path that is deep");
	fd = rdep_open_found(rdep_in_root(root, "/lib/fifo"));
	tap_ok(fd < 0 && errno == EINVAL, "a FIFO is not opened");
	fd = rdep_open_found(open("/dev/null", O_PATH));
	tap_ok(fd < 0 && errno == EINVAL, "nor a device");
	fd = rdep_open_found(rdep_in_root(root, "/lib/a"));
	tap_ok(fd >= 0 && read(fd, text, 4) == 4 && !memcmp(text, "root", 4), "a regular file is");
	fd = rdep_open_found(rdep_in_root(root, "/lib/nothing"));
	tap_ok(fd < 0 && errno == ENOENT, "one that is not there");
	if (chdir("/") == 0 && snprintf(text, sizeof(text), "rm -rf %s", top) > 0 && system(text))
		abort();
	return tap_done();
}
