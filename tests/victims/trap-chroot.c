/* SPDX-License-Identifier: MIT */
/*
 * The program goes into a chroot where nothing is, and forks there: it and its child go on.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 * needs: root
 * processes: 1..2
 */
#include <sys/stat.h>
#include <sys/wait.h>
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	char dir[] = "/tmp/victim-XXXXXX";
	int status = -1;
	pid_t pid;

	must(mkdtemp(dir) != NULL, "mkdtemp");
	must(!chdir(dir) && !rmdir(dir) && !chroot("."), "chroot");
	nest(&lock_a, &lock_b);
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
