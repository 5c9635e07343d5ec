/* SPDX-License-Identifier: MIT */
/*
 * Three locks that are taken before a fork and given back after it, in the parent and in the child, by handlers that each
 * register their own: prepare runs in the reverse order of registration. In the child one is set up anew instead.
 *
 * expect: none
 * processes: 3
 */
#include "victim.h"
#include <sys/wait.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;

#define HANDLERS(x, anew)                                                                          \
	static void prepare_##x(void)                                                              \
	{                                                                                          \
		pthread_mutex_lock(&lock_##x);                                                     \
	}                                                                                          \
	static void parent_##x(void)                                                               \
	{                                                                                          \
		pthread_mutex_unlock(&lock_##x);                                                   \
	}                                                                                          \
	static void child_##x(void)                                                                \
	{                                                                                          \
		if (anew)                                                                          \
			pthread_mutex_init(&lock_##x, NULL);                                       \
		else                                                                               \
			pthread_mutex_unlock(&lock_##x);                                           \
	}
HANDLERS(a, 0)
HANDLERS(b, 1)
HANDLERS(c, 0)

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

/* C, the last one registered, is taken first. */
static void all_three(void)
{
	pthread_mutex_lock(&lock_c);
	nest(&lock_b, &lock_a);
	pthread_mutex_unlock(&lock_c);
}

static void fork_again(void)
{
	all_three();
	fork_and(all_three);
	all_three();
}

int main(void)
{
	pthread_atfork(prepare_a, parent_a, child_a);
	pthread_atfork(prepare_b, parent_b, child_b);
	pthread_atfork(prepare_c, parent_c, child_c);
	fork_and(fork_again);
	in_thread(all_three);
	puts("done");
	return 0;
}
