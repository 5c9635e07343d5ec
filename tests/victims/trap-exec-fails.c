/* SPDX-License-Identifier: MIT */
/*
 * An exec that fails leaves the program as it was, and it goes on to its finding, until it is
 * killed.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 * exit: 137
 * state: killed
 */
#include <signal.h>
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	char *args[] = { "none", NULL };

	nest(&lock_a, &lock_b);
	printf("%d %d\n", execv("/nonexistent/none", args), errno == ENOENT);
	nest(&lock_b, &lock_a);
	fflush(stdout);
	raise(SIGKILL);
	return 0;
}
