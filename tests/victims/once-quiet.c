/* SPDX-License-Identifier: MIT */
/*
 * What is right: a once that a thread passed before it takes what the routine takes, whether the routine was its own or
 * another thread's; one that is called under the lock its routine needs by who has passed it; locks that are set
 * up in the routine; a routine that calls for others; many of them.
 *
 * expect: none
 */
#include "victim.h"

#define MANY 200

static pthread_once_t once = PTHREAD_ONCE_INIT, inner = PTHREAD_ONCE_INIT;
static pthread_once_t many[MANY];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, made_there;
static int runs;

static NOINLINE void set_up_inner(void)
{
	runs++;
}

static NOINLINE void set_up(void)
{
	pthread_once(&inner, set_up_inner);
	pthread_mutex_init(&made_there, NULL);
	nest(&lock, &made_there);
}

static NOINLINE void set_up_one(void)
{
	pthread_mutex_lock(&lock);
	runs++;
	pthread_mutex_unlock(&lock);
}

static NOINLINE void use(void)
{
	int i;

	pthread_once(&once, set_up);
	for (i = 0; i < MANY; i++)
		pthread_once(&many[i], set_up_one);
	pthread_mutex_lock(&lock);
	pthread_once(&once, set_up);
	pthread_once(&inner, set_up_inner);
	pthread_mutex_lock(&made_there);
	pthread_once(&once, set_up);
	pthread_mutex_unlock(&made_there);
	for (i = 0; i < MANY; i++)
		pthread_once(&many[i], set_up_one);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	TOGETHER(use, use, use);
	printf("%d\n", runs);
	return 0;
}
