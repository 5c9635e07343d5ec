/* SPDX-License-Identifier: MIT */
/*
 * Silent: an ordinary producer and consumer, and waits of every form, with the held stack right after
 * each; the mutex counts as held by the waiter again only when it is.
 *
 * expect: none
 */
#include <time.h>
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t full = PTHREAD_COND_INITIALIZER, empty = PTHREAD_COND_INITIALIZER;
static int item;

static void *producer(void *arg)
{
	for (int i = 1; i <= 100; i++) {
		pthread_mutex_lock(&lock);
		while (item)
			pthread_cond_wait(&empty, &lock);
		item = i;
		pthread_cond_signal(&full);
		pthread_mutex_unlock(&lock);
		nest(&outer, &lock);
	}
	return arg;
}

int main(void)
{
	struct timespec past = { 0, 0 };
	pthread_t t;
	int sum = 0;

	pthread_create(&t, NULL, producer, NULL);
	for (int i = 1; i <= 100; i++) {
		pthread_mutex_lock(&lock);
		while (!item)
			pthread_cond_wait(&full, &lock);
		sum += item;
		item = 0;
		pthread_mutex_lock(&inner);
		pthread_mutex_unlock(&inner);
		pthread_cond_broadcast(&empty);
		pthread_mutex_unlock(&lock);
	}
	pthread_join(t, NULL);
	pthread_mutex_lock(&lock);
	pthread_cond_timedwait(&full, &lock, &past);
	pthread_cond_clockwait(&full, &lock, CLOCK_MONOTONIC, &past);
	pthread_mutex_unlock(&lock);
	nest(&outer, &inner);
	printf("%d\n", sum);
	return 0;
}
