/* SPDX-License-Identifier: MIT */
/*
 * A vfork child runs on its parent's memory: its locks and its exec are not the parent's, whose record
 * goes on as before, until it is killed.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 * exit: 137
 * state: killed
 * processes: 2
 */
#include <signal.h>
#include <sys/wait.h>
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t childs = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

int main(void)
{
	char *args[] = { "sh", "-c", ":", NULL };
	int status = -1;
	pid_t pid;

	nest(&lock_a, &lock_b);
	pid = vfork();
	if (!pid) {
		pthread_rwlock_rdlock(&childs);
		execv("/bin/sh", args);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	printf("%d\n", status);
	/* The child's hold is not this thread's: there is no order of childs before lock_c. */
	pthread_mutex_lock(&lock_c);
	pthread_rwlock_rdlock(&childs);
	pthread_rwlock_unlock(&childs);
	pthread_mutex_unlock(&lock_c);
	nest(&lock_b, &lock_a);
	fflush(stdout);
	raise(SIGKILL);
	return 0;
}
