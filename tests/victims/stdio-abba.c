/* SPDX-License-Identifier: MIT */
/*
 * A stream that is locked by flockfile() around several writes, and a mutex, in two orders.
 *
 * expect: lock-inversion certain stdout lock
 * stack: acquire write_lines
 * stack: acquire log_state
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void write_lines(void)
{
	flockfile(stdout);
	pthread_mutex_lock(&lock);
	puts("one");
	pthread_mutex_unlock(&lock);
	funlockfile(stdout);
}

static NOINLINE void log_state(void)
{
	pthread_mutex_lock(&lock);
	flockfile(stdout);
	puts("two");
	funlockfile(stdout);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	TOGETHER(write_lines, log_state);
	return 0;
}
