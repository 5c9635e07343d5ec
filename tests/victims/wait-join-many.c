/* SPDX-License-Identifier: MIT */
/*
 * Two thousand threads of one kind, each of which takes the lock, one after the other; only the
 * last is joined under it.
 *
 * expect: wait-inversion possible
 * class: thread worker
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t worked;

static void *worker(void *arg)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	sem_post(&worked);
	return arg;
}

int main(void)
{
	pthread_t t;

	sem_init(&worked, 0, 0);
	for (int i = 0; i < 2000; i++) {
		must(!pthread_create(&t, NULL, worker, NULL), "pthread_create");
		sem_wait(&worked);
		if (i == 1999)
			pthread_mutex_lock(&lock);
		pthread_join(t, NULL);
	}
	pthread_mutex_unlock(&lock);
	puts("done");
	return 0;
}
