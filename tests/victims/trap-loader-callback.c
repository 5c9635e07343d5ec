/* SPDX-License-Identifier: MIT */
/*
 * A loader callback waits for a mutex, while its owner makes new dependencies, whose stacks are walked:
 * whoever asks the loader for its lock then never returns.
 *
 * expect: none
 */
#include <link.h>
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t others[200];
static sem_t owned, in_callback;
static volatile int waiting;

static int callback(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)info;
	(void)size;
	(void)arg;
	sem_post(&in_callback);
	waiting = 1;
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	return 1;
}

static void *owner(void *arg)
{
	void *blocks[20];

	pthread_mutex_lock(&lock);
	sem_post(&owned);
	sem_wait(&in_callback);
	while (!waiting)
		;
	usleep(20000);
	for (int i = 1; i < 200; i++)
		nest(&others[i - 1], &others[i]);
	for (int i = 0; i < 20; i++)
		blocks[i] = malloc(100);
	for (int i = 0; i < 20; i++)
		free(blocks[i]);
	pthread_mutex_unlock(&lock);
	return arg;
}

int main(void)
{
	pthread_t t;

	sem_init(&owned, 0, 0);
	sem_init(&in_callback, 0, 0);
	pthread_create(&t, NULL, owner, NULL);
	sem_wait(&owned);
	dl_iterate_phdr(callback, NULL);
	pthread_join(t, NULL);
	puts("done");
	return 0;
}
