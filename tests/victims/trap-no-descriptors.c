/* SPDX-License-Identifier: MIT */
/*
 * No descriptor is left, by limit, when the program goes on, forks and finds: it and its child go on.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 * processes: 1..2
 */
#include <sys/resource.h>
#include <sys/wait.h>
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t others[60];

int main(void)
{
	struct rlimit none = { 3, 3 };
	int status = -1;
	pid_t pid;

	nest(&lock_a, &lock_b);
	must(!setrlimit(RLIMIT_NOFILE, &none), "setrlimit");
	for (int i = 1; i < 60; i++)
		nest(&others[i - 1], &others[i]);
	pid = fork();
	if (!pid) {
		nest(&lock_b, &lock_a);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("%d\n", status);
	nest(&lock_b, &lock_a);
	return 0;
}
