/* SPDX-License-Identifier: MIT */
/*
 * A timer fires all the time, into the hooks too, and its handler takes locks of its own; main takes
 * others, old and new.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-lock
 * status: 0
 */
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include "victim.h"

#define N 3000
static pthread_mutex_t locks[N];
static pthread_mutex_t handlers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t handlers_inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_spinlock_t handlers_spin;
static volatile int fired;

static void handler(int sig)
{
	int saved = errno;

	(void)sig;
	pthread_mutex_lock(&handlers_lock);
	pthread_mutex_lock(&handlers_inner);
	pthread_spin_lock(&handlers_spin);
	fired++;
	pthread_spin_unlock(&handlers_spin);
	pthread_mutex_unlock(&handlers_inner);
	pthread_mutex_unlock(&handlers_lock);
	errno = saved;
}

int main(void)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { { 0, 0 }, { 0, 0 } };

	pthread_spin_init(&handlers_spin, PTHREAD_PROCESS_PRIVATE);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 1; i < N; i++) {
		nest(&locks[i - 1], &locks[i]);
		free(malloc(100));
	}
	for (int i = 0; i < 500000 || fired < 50; i++)
		nest(&locks[i % (N - 1)], &locks[i % (N - 1) + 1]);
	setitimer(ITIMER_REAL, &never, NULL);
	puts("done");
	return 0;
}
