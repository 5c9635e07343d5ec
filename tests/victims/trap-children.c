/* SPDX-License-Identifier: MIT */
/*
 * Children by every way: fork and exec, vfork and exec (the child first takes a lock, which must not be
 * the parent's), posix_spawn, system (a shell in between), exec with an environment made from nothing.
 * Each runs this program again, and finds its own inversion; the parent's own locks go on as they were.
 *
 * expect: lock-inversion single-thread child_a child_b
 * processes: 9
 * note: the parent, the fork child before its exec twice, five children, the shell
 * state: exited
 */
#include <spawn.h>
#include <sys/wait.h>
#include "victim.h"

static pthread_mutex_t child_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t child_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t later = PTHREAD_MUTEX_INITIALIZER;
extern char **environ;

static void end(pid_t pid, const char *how)
{
	int status = -1;

	waitpid(pid, &status, 0);
	printf("%s %d\n", how, status);
}

int main(int argc, char **argv)
{
	char self[4096] = "", command[5000];
	char *args[] = { self, "child", NULL };
	char *nothing[] = { "PATH=/bin", NULL };
	pid_t pid;

	if (argc > 1) {
		nest(&child_a, &child_b);
		nest(&child_b, &child_a);
		return 0;
	}
	(void)argv;
	setbuf(stdout, NULL);
	must(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0, "readlink");
	pthread_mutex_lock(&held);

	pid = fork();
	if (!pid) {
		execv(self, args);
		_exit(1);
	}
	end(pid, "fork");

	pid = vfork();
	if (!pid) {
		pthread_mutex_lock(&later);
		pthread_mutex_unlock(&later);
		execv(self, args);
		_exit(1);
	}
	end(pid, "vfork");

	must(!posix_spawn(&pid, self, NULL, NULL, args, environ), "posix_spawn");
	end(pid, "spawn");

	snprintf(command, sizeof(command), "'%s' child", self);
	printf("system %d\n", system(command));

	pid = fork();
	if (!pid) {
		execve(self, args, nothing);
		_exit(1);
	}
	end(pid, "environment");
	pthread_mutex_unlock(&held);
	puts("done");
	return 0;
}
