/* SPDX-License-Identifier: MIT */
/*
 * An error-checking mutex that was never taken is unlocked: EPERM, and a finding.
 *
 * expect: unlock-unheld certain never
 * stack: acquire give_back main
 */
#include "victim.h"

static pthread_mutex_t never = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

static NOINLINE int give_back(void)
{
	return pthread_mutex_unlock(&never);
}

int main(void)
{
	printf("%d\n", give_back() == EPERM);
	return 0;
}
