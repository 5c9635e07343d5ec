/* SPDX-License-Identifier: MIT */
/*
 * A lock is taken before each fork by a handler; a thread forks with another one held, and that one is taken under it
 * elsewhere.
 *
 * expect: lock-inversion certain heap_lock job_lock
 * stack: acquire before_fork fork_and start_job
 * stack: held start_job
 * stack: acquire sweep
 * processes: 2
 */
#include "victim.h"
#include <sys/wait.h>

static pthread_mutex_t heap_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t job_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void before_fork(void)
{
	pthread_mutex_lock(&heap_lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&heap_lock);
}

/* Forks, and waits for the child, which ends with what fn says. */
static NOINLINE void fork_and(victim_fn fn)
{
	int status;
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid == 0) {
		fn();
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid && status == 0, "the child");
}

static void nothing(void)
{
}

static NOINLINE void start_job(void)
{
	pthread_mutex_lock(&job_lock);
	fork_and(nothing);
	pthread_mutex_unlock(&job_lock);
}

static NOINLINE void sweep(void)
{
	nest(&heap_lock, &job_lock);
}

int main(void)
{
	pthread_atfork(before_fork, after_fork, after_fork);
	TOGETHER(start_job, sweep);
	puts("done");
	return 0;
}
