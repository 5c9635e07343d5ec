/* SPDX-License-Identifier: MIT */
/*
 * server.c - a program that stands still, for live.test: one thread has a lock, one waits for it, and one waits on a
 * condition, until its input ends. It says "ready" when all of them do.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "reclaimdep/annotate.h"

static pthread_mutex_t contested = PTHREAD_MUTEX_INITIALIZER, alone = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t named = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t over = PTHREAD_COND_INITIALIZER;
static volatile int waiter, sleeper;

static __attribute__((noinline)) void want(void)
{
	pthread_mutex_lock(&contested);
	pthread_mutex_unlock(&contested);
}

static void *wait_for_lock(void *arg)
{
	waiter = (int)syscall(SYS_gettid);
	want();
	return arg;
}

static void *wait_on_condition(void *arg)
{
	pthread_mutex_lock(&alone);
	sleeper = (int)syscall(SYS_gettid);
	pthread_cond_wait(&over, &alone);
	pthread_mutex_unlock(&alone);
	return arg;
}

/* Once it has said who it is, it sleeps for that alone. */
static void until_it_sleeps(volatile int *tid)
{
	char path[64], state = 0;
	FILE *f;

	while (!*tid)
		usleep(1000);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", *tid);
	while (state != 'S') {
		f = fopen(path, "r");
		if (!f || fscanf(f, "%*d %*s %c", &state) != 1)
			exit(1);
		fclose(f);
		usleep(1000);
	}
}

static __attribute__((noinline)) void have(void)
{
	pthread_mutex_lock(&contested);
}

int main(void)
{
	pthread_t threads[2];
	char c;
	int i;

	reclaimdep_lock_class(&named, "evil\033[31m\033]0;title\007");
	for (i = 0; i < 3; i++) {
		pthread_mutex_lock(&named);
		pthread_mutex_unlock(&named);
	}
	have();
	if (pthread_create(&threads[0], NULL, wait_for_lock, NULL) ||
	    pthread_create(&threads[1], NULL, wait_on_condition, NULL))
		return 1;
	until_it_sleeps(&waiter);
	until_it_sleeps(&sleeper);
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	pthread_mutex_unlock(&contested);
	pthread_mutex_lock(&alone);
	pthread_cond_signal(&over);
	pthread_mutex_unlock(&alone);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
