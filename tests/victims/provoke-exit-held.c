/* SPDX-License-Identifier: MIT */
/*
 * When the program ends another thread holds the shrinker's lock, for good: the shrinker is not run, and the
 * program ends.
 *
 * expect: none
 * options: provoke=shrink
 * links: gfp
 */
#include "provoke.h"

static sem_t held;

static void holder(void)
{
	pthread_mutex_lock(&cache_lock);
	sem_post(&held);
	for (;;)
		pause();
}

int main(void)
{
	pthread_t t;

	sem_init(&held, 0, 0);
	cache_start();
	must(!pthread_create(&t, NULL, victim_call, (void *)(uintptr_t)holder), "pthread_create");
	sem_wait(&held);
	puts("done");
	return 0;
}
