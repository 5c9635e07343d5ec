/* SPDX-License-Identifier: MIT */
/*
 * Two thousand threads in turn, then fifty at once, three times, some detached: the first and the last
 * close a circle.
 *
 * expect: lock-inversion ordered lock_a lock_b
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
static sem_t gone;

static void forward(void)
{
	nest(&lock_a, &lock_b);
}

static void backward(void)
{
	nest(&lock_b, &lock_a);
}

static void *other(void *arg)
{
	nest(&lock_b, &lock_c);
	sem_post(&gone);
	return arg;
}

int main(void)
{
	pthread_t t[50];

	sem_init(&gone, 0, 0);
	for (int i = 0; i < 2000; i++)
		in_thread(forward);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 50; i++) {
			must(!pthread_create(&t[i], NULL, other, NULL), "pthread_create");
			if (i % 2)
				pthread_detach(t[i]);
		}
		for (int i = 0; i < 50; i += 2)
			pthread_join(t[i], NULL);
		for (int i = 0; i < 50; i++)
			sem_wait(&gone);
	}
	in_thread(backward);
	puts("done");
	return 0;
}
