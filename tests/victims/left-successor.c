/* SPDX-License-Identifier: MIT */
/*
 * A thread in another's place ends, and then the destructor of a thread key takes a lock and keeps it.
 *
 * options: waits=none
 * expect: held-at-exit certain
 * stack: held keep
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;

static NOINLINE void keep(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	__asm__ volatile("");
}

static void *run(void *what)
{
	pthread_setspecific(key, what);
	return NULL;
}

static NOINLINE pthread_t begin(void *arg)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, run, arg), "pthread_create");
	return t;
}

int main(void)
{
	must(!pthread_key_create(&key, keep), "pthread_key_create");
	pthread_join(begin(NULL), NULL);
	pthread_join(begin(NULL), NULL);
	pthread_join(begin(&key), NULL);
	puts("done");
	return 0;
}
