/* SPDX-License-Identifier: MIT */
/*
 * When the program ends another thread is idle: it waits on a condition, whose mutex is not held meanwhile. That is
 * no reason not to run the shrinker.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire cache_scan
 * options: provoke=shrink
 * links: gfp
 */
#include "provoke.h"

static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t idle;

static void worker(void)
{
	pthread_mutex_lock(&idle_lock);
	sem_post(&idle);
	for (;;)
		pthread_cond_wait(&never, &idle_lock);
}

int main(void)
{
	pthread_t t;

	sem_init(&idle, 0, 0);
	must(!pthread_create(&t, NULL, victim_call, (void *)(uintptr_t)worker), "pthread_create");
	sem_wait(&idle);
	pthread_mutex_lock(&idle_lock);
	pthread_mutex_unlock(&idle_lock);
	cache_start();
	cache_grow(GFP_KERNEL);
	puts("done");
	return 0;
}
