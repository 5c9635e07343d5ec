/* SPDX-License-Identifier: MIT */
/*
 * A lock is initialised by the thread that holds it, and while another one does.
 *
 * expect: init-held certain own
 * detail: init-held
 * stack: held hold_own main
 * stack: acquire init_own main
 * expect: init-held certain theirs
 * detail: init-held-elsewhere
 * stack: held hold_theirs
 * stack: acquire init_theirs main
 */
#include "victim.h"

static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER, theirs = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready, end;

static NOINLINE void hold_own(void)
{
	pthread_mutex_lock(&own);
}

static NOINLINE void init_own(void)
{
	pthread_mutex_init(&own, NULL);
}

static NOINLINE void hold_theirs(void)
{
	pthread_mutex_lock(&theirs);
}

static NOINLINE void init_theirs(void)
{
	pthread_mutex_init(&theirs, NULL);
}

static void *holder(void *unused)
{
	hold_theirs();
	sem_post(&ready);
	sem_wait(&end);
	pthread_mutex_unlock(&theirs);
	return unused;
}

int main(void)
{
	pthread_t thread;

	hold_own();
	init_own();
	pthread_mutex_lock(&own);
	pthread_mutex_unlock(&own);
	sem_init(&ready, 0, 0);
	sem_init(&end, 0, 0);
	must(!pthread_create(&thread, NULL, holder, NULL), "pthread_create");
	sem_wait(&ready);
	init_theirs();
	sem_post(&end);
	pthread_join(thread, NULL);
	puts("done");
	return 0;
}
