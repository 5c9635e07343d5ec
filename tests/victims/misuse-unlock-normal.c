/* SPDX-License-Identifier: MIT */
/*
 * A normal mutex is unlocked twice: libc says nothing.
 *
 * expect: unlock-unheld certain lock
 * stack: acquire give_back_again main
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE int give_back_again(void)
{
	return pthread_mutex_unlock(&lock);
}

int main(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	printf("%d\n", give_back_again());
	return 0;
}
