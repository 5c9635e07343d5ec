/* SPDX-License-Identifier: MIT */
/*
 * A daemon closes every descriptor and opens its own: they have the numbers that it expects, nobody
 * else reads from them or writes to them, and none is leaked to it.
 *
 * expect: lock-inversion certain lock_a lock_b
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include "victim.h"

#define OUT 900
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t others[100];

static void forward(void)
{
	nest(&lock_a, &lock_b);
}

static void backward(void)
{
	nest(&lock_b, &lock_a);
}

static void list_descriptors(const char *when)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	int is_open[1024] = { 0 };

	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			is_open[atoi(e->d_name) & 1023] = 1;
	closedir(dir);
	dprintf(OUT, "%s:", when);
	for (int i = 0; i < 1024; i++)
		if (is_open[i])
			dprintf(OUT, " %d", i);
	dprintf(OUT, "\n");
}

int main(void)
{
	int pair[2];
	char byte;

	must(dup2(1, OUT) == OUT, "dup2");
	nest(&others[0], &others[1]);
	list_descriptors("start");
	for (int i = 0; i < 1024; i++)
		if (i != OUT)
			close(i);
	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	dprintf(OUT, "sockets %d %d\n", pair[0], pair[1]);
	for (int i = 2; i < 100; i++) {
		char c = (char)i;

		must(write(pair[0], &c, 1) == 1, "write");
		must(write(pair[1], &c, 1) == 1, "write");
		nest(&others[i - 1], &others[i]);
		free(malloc((size_t)i));
	}
	TOGETHER(forward, backward);
	for (int i = 2; i < 100; i++) {
		must(read(pair[1], &byte, 1) == 1 && byte == i, "read");
		must(read(pair[0], &byte, 1) == 1 && byte == i, "read");
	}
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	dprintf(OUT, "nothing more %d\n", read(pair[0], &byte, 1) < 0);
	list_descriptors("end");
	dprintf(OUT, "next %d\n", open("/dev/null", O_RDONLY));
	return 0;
}
