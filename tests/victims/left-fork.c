/* SPDX-License-Identifier: MIT */
/*
 * A fork while another thread holds locks; the child takes them, with a timeout here so that it ends.
 *
 * expect: fork-held certain
 * stack: held take
 * stack: acquire take takes_mutex child
 * expect: fork-held certain
 * stack: acquire takes_rwlock child
 * processes: 2
 */
#include "victim.h"

#include <sys/wait.h>
#include <time.h>

static pthread_mutex_t mutex, sibling;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t took, over;
static const struct timespec past = {1, 0};

/* All locks of the kind are taken here, many times before: nothing about that is new. */
static NOINLINE int take(pthread_mutex_t *m)
{
	return pthread_mutex_timedlock(m, &past);
}

static void *holds(void *arg)
{
	must(!take(&mutex), "taking");
	pthread_rwlock_rdlock(&rwlock);
	sem_post(&took);
	sem_wait(&over);
	pthread_rwlock_unlock(&rwlock);
	pthread_mutex_unlock(&mutex);
	return arg;
}

static void use(pthread_mutex_t *m)
{
	for (int i = 0; i < 1000; i++) {
		must(!take(m), "taking");
		pthread_mutex_unlock(m);
	}
}

static NOINLINE void takes_mutex(void)
{
	use(&sibling);
	must(take(&mutex) == ETIMEDOUT, "pthread_mutex_timedlock");
	/* Once is enough. */
	must(take(&mutex) == ETIMEDOUT, "pthread_mutex_timedlock");
}

static NOINLINE void set_up(pthread_mutex_t *m)
{
	pthread_mutex_init(m, NULL);
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

	set_up(&mutex);
	set_up(&sibling);
	sem_init(&took, 0, 0);
	sem_init(&over, 0, 0);
	use(&mutex);
	use(&sibling);
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
