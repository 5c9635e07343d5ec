/* SPDX-License-Identifier: MIT */
/*
 * The join gives up by itself, while the thread waits for the lock under which it is joined.
 *
 * expect: wait-inversion certain
 * stack: acquire main
 * stack: acquire worker
 * class: thread worker
 */
#include "asleep.h"

#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int waiter;

static void *worker(void *arg)
{
	say_tid(&waiter);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	return arg;
}

int main(void)
{
	static const struct timespec past = {1, 0};
	pthread_t thread;

	pthread_mutex_lock(&lock);
	must(!pthread_create(&thread, NULL, worker, NULL), "pthread_create");
	wait_until_asleep(&waiter);
	must(pthread_timedjoin_np(thread, NULL, &past) == ETIMEDOUT, "pthread_timedjoin_np");
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
	puts("done");
	return 0;
}
