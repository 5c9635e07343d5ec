/* SPDX-License-Identifier: MIT */
/*
 * A child that is forked while another thread holds the shrinker's lock: nobody there gives it back, so the
 * child runs no shrinker that it inherited. One that has the process for itself does, and one with new ones.
 *
 * expect: none
 * options: provoke=shrink:1
 * processes: 2..3
 * links: gfp
 */
#include <sys/wait.h>
#include "provoke.h"

static sem_t held, forked;

static void holder(void)
{
	pthread_mutex_lock(&cache_lock);
	sem_post(&held);
	sem_wait(&forked);
	pthread_mutex_unlock(&cache_lock);
}

static void child(void)
{
	static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
	int status;

	if (!fork()) {
		pthread_mutex_lock(&own);
		pthread_mutex_unlock(&own);
		work(10);
		_exit(0);
	}
	must(wait(&status) > 0 && status == 0, "the child");
}

int main(void)
{
	pthread_t t;

	cache_start();
	work(3);
	child();
	sem_init(&held, 0, 0);
	sem_init(&forked, 0, 0);
	must(!pthread_create(&t, NULL, victim_call, (void *)(uintptr_t)holder), "pthread_create");
	sem_wait(&held);
	child();
	sem_post(&forked);
	pthread_join(t, NULL);
	puts("done");
	return 0;
}
