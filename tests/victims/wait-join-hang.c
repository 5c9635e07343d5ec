/* SPDX-License-Identifier: MIT */
/*
 * It happens: the thread wants the lock under which it is joined.
 *
 * run: hangs
 * expect: wait-inversion certain
 * stack: acquire main
 * stack: acquire worker
 * expect: deadlock certain
 * class: thread worker
 */
#include "asleep.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int joiner;

static void *worker(void *arg)
{
	wait_until_asleep(&joiner);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	return arg;
}

int main(void)
{
	pthread_t thread;

	must(!pthread_create(&thread, NULL, worker, NULL), "pthread_create");
	pthread_mutex_lock(&lock);
	say_tid(&joiner);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(&lock);
	return 0;
}
