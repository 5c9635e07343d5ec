/* SPDX-License-Identifier: MIT */
/*
 * A handler on a small alternate stack takes locks and allocates nothing: new dependencies are made
 * there.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * status: 0
 */
#include <signal.h>
#include "victim.h"

static pthread_mutex_t locks[20];
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void handler(int sig)
{
	(void)sig;
	for (int i = 1; i < 20; i++)
		nest(&locks[i - 1], &locks[i]);
}

int main(void)
{
	size_t size = (size_t)sysconf(_SC_MINSIGSTKSZ) + 4096;
	stack_t stack = { .ss_sp = malloc(size), .ss_size = size };
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	must(!sigaltstack(&stack, NULL), "sigaltstack");
	sigaction(SIGUSR1, &action, NULL);
	pthread_mutex_lock(&held);
	raise(SIGUSR1);
	pthread_mutex_unlock(&held);
	raise(SIGUSR1);
	puts("done");
	return 0;
}
