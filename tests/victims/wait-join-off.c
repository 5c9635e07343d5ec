/* SPDX-License-Identifier: MIT */
/*
 * The same as wait-join, where joins are not to be followed.
 *
 * options: waits=none
 * expect: none
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
	must(!pthread_create(&t, NULL, worker, NULL), "pthread_create");
	sem_wait(&worked);
	pthread_mutex_lock(&lock);
	pthread_join(t, NULL);
	pthread_mutex_unlock(&lock);
	puts("done");
	return 0;
}
