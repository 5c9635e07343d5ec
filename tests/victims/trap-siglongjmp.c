/* SPDX-License-Identifier: MIT */
/*
 * A timer's handler jumps out of whatever it interrupted, three hundred times, with new locks each time.
 * The locks that were left are given back, if the jump left them locked. Then the others go on.
 *
 * expect: lock-inversion certain lock_a lock_b
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include "victim.h"

#define ROUNDS 300
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static struct {
	pthread_mutex_t outer, inner;
} own[ROUNDS];
static sigjmp_buf back;

static void handler(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

static void give_back(pthread_mutex_t *m)
{
	pthread_mutex_trylock(m);
	pthread_mutex_unlock(m);
}

static void forward(void)
{
	nest(&lock_a, &lock_b);
}

static void backward(void)
{
	nest(&lock_b, &lock_a);
}

int main(void)
{
	struct sigaction action = { .sa_handler = handler };
	struct itimerval soon = { .it_value = { 0, 300 } };
	static volatile int round;

	sigaction(SIGALRM, &action, NULL);
	for (round = 0; round < ROUNDS; round++) {
		if (!sigsetjmp(back, 1)) {
			setitimer(ITIMER_REAL, &soon, NULL);
			for (;;)
				nest(&own[round].outer, &own[round].inner);
		}
		give_back(&own[round].inner);
		give_back(&own[round].outer);
	}
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
