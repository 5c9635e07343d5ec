/* SPDX-License-Identifier: MIT */
/*
 * A fork while another thread holds locks; the child takes them, with a timeout here so that it ends.
 *
 * expect: fork-held certain
 * stack: held holds
 * stack: acquire takes_mutex child
 * expect: fork-held certain
 * stack: acquire takes_rwlock child
 * processes: 2
 */
#include "victim.h"

#include <sys/wait.h>
#include <time.h>

static pthread_mutex_t mutex;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t took, over;
static const struct timespec past = {1, 0};

static void *holds(void *arg)
{
	pthread_mutex_lock(&mutex);
	pthread_rwlock_rdlock(&rwlock);
	sem_post(&took);
	sem_wait(&over);
	pthread_rwlock_unlock(&rwlock);
	pthread_mutex_unlock(&mutex);
	return arg;
}

static NOINLINE void takes_mutex(void)
{
	must(pthread_mutex_timedlock(&mutex, &past) == ETIMEDOUT, "pthread_mutex_timedlock");
	/* Once is enough. */
	must(pthread_mutex_timedlock(&mutex, &past) == ETIMEDOUT, "pthread_mutex_timedlock");
}

static NOINLINE void takes_rwlock(void)
{
	must(!pthread_rwlock_tryrdlock(&rwlock), "pthread_rwlock_tryrdlock");
	pthread_rwlock_unlock(&rwlock);
	must(pthread_rwlock_timedwrlock(&rwlock, &past) == ETIMEDOUT, "pthread_rwlock_timedwrlock");
}

static NOINLINE void child(void)
{
	takes_mutex();
	takes_rwlock();
}

int main(void)
{
	pthread_t t;
	int status;
	pid_t pid;

	pthread_mutex_init(&mutex, NULL);
	sem_init(&took, 0, 0);
	sem_init(&over, 0, 0);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	must(!pthread_create(&t, NULL, holds, NULL), "pthread_create");
	sem_wait(&took);
	pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0) {
		child();
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid && status == 0, "the child");
	sem_post(&over);
	pthread_join(t, NULL);
	puts("done");
	return 0;
}
