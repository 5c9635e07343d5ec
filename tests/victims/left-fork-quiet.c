/* SPDX-License-Identifier: MIT */
/*
 * Forks while another thread holds locks, and all is well: the child does not take them, sets them up anew, only
 * tries; the locks are the processes' own to share; handlers take them over the fork.
 *
 * expect: none
 * processes: 1..9
 */
#include "victim.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t handled = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *shared;
static sem_t took, over;
static volatile int stop;

static void *holds(void *arg)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_lock(shared);
	sem_post(&took);
	sem_wait(&over);
	pthread_mutex_unlock(shared);
	pthread_mutex_unlock(&mutex);
	return arg;
}

static void *works(void *arg)
{
	while (!stop) {
		pthread_mutex_lock(&handled);
		pthread_mutex_unlock(&handled);
	}
	return arg;
}

static void before(void)
{
	pthread_mutex_lock(&handled);
}

static void after(void)
{
	pthread_mutex_unlock(&handled);
}

static void use(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
}

static void child(int how)
{
	struct timespec soon;

	switch (how) {
	case 0:
		use(&own);
		use(&handled);
		break;
	case 1:
		pthread_mutex_init(&mutex, NULL);
		use(&mutex);
		break;
	case 2:
		must(pthread_mutex_trylock(&mutex) == EBUSY, "pthread_mutex_trylock");
		break;
	case 3:
		clock_gettime(CLOCK_REALTIME, &soon);
		must(pthread_mutex_timedlock(shared, &soon) == ETIMEDOUT, "pthread_mutex_timedlock");
		break;
	}
}

int main(void)
{
	pthread_mutexattr_t attr;
	pthread_t t[2];

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(shared != MAP_FAILED, "mmap");
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(shared, &attr);
	sem_init(&took, 0, 0);
	sem_init(&over, 0, 0);
	must(!pthread_atfork(before, after, after), "pthread_atfork");
	must(!pthread_create(&t[0], NULL, holds, NULL), "pthread_create");
	must(!pthread_create(&t[1], NULL, works, NULL), "pthread_create");
	sem_wait(&took);
	for (int how = 0; how < 8; how++) {
		int status;
		pid_t pid = fork();

		must(pid >= 0, "fork");
		if (pid == 0) {
			child(how % 4);
			_exit(0);
		}
		must(waitpid(pid, &status, 0) == pid && status == 0, "the child");
	}
	stop = 1;
	sem_post(&over);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	puts("done");
	return 0;
}
