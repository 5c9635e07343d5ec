/* SPDX-License-Identifier: MIT */
/*
 * main ends by pthread_exit; a thread goes on, finds, and ends the program.
 *
 * expect: lock-inversion certain lock_a lock_b
 * state: exited
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static sem_t go;

static void *stays(void *arg)
{
	sem_wait(&go);
	usleep(10000);
	nest(&lock_b, &lock_a);
	puts("done");
	return arg;
}

int main(void)
{
	pthread_t t;

	sem_init(&go, 0, 0);
	pthread_create(&t, NULL, stays, NULL);
	nest(&lock_a, &lock_b);
	sem_post(&go);
	pthread_exit(NULL);
}
