/* SPDX-License-Identifier: MIT */
/*
 * Threads that end with locks held: by returning, by pthread_exit, cancelled, cancelled in a wait that took its
 * mutex back, detached, as a writer, as a reader, with a spinlock.
 *
 * expect: held-at-exit certain
 * stack: held returns
 * stack: acquire start main
 * expect: held-at-exit certain
 * stack: held exits
 * expect: held-at-exit certain
 * stack: held is_cancelled
 * expect: held-at-exit certain
 * stack: held waits
 * expect: held-at-exit certain
 * stack: held detached
 * expect: held-at-exit certain
 * stack: held writes
 * expect: held-at-exit certain
 * stack: held reads
 * expect: held-at-exit certain
 * stack: held spins
 */
#include "victim.h"

static pthread_mutex_t lock[5] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				  PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER, read_only = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_spinlock_t spin;
static sem_t took;

static void *returns(void *arg)
{
	pthread_mutex_lock(&lock[0]);
	return arg;
}

static void *exits(void *arg)
{
	pthread_mutex_lock(&lock[1]);
	pthread_exit(arg);
}

static void *is_cancelled(void *arg)
{
	pthread_mutex_lock(&lock[2]);
	sem_post(&took);
	pause();
	return arg;
}

static void *waits(void *arg)
{
	pthread_mutex_lock(&lock[3]);
	sem_post(&took);
	pthread_cond_wait(&cond, &lock[3]);
	return arg;
}

static void *detached(void *arg)
{
	*(volatile int *)arg = gettid();
	pthread_mutex_lock(&lock[4]);
	sem_post(&took);
	return NULL;
}

static void *writes(void *arg)
{
	pthread_rwlock_wrlock(&written);
	return arg;
}

static void *reads(void *arg)
{
	pthread_rwlock_rdlock(&read_only);
	return arg;
}

static void *spins(void *arg)
{
	pthread_spin_lock(&spin);
	return arg;
}

static NOINLINE pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, fn, arg), "pthread_create");
	return t;
}

static void cancel(void *(*fn)(void *))
{
	pthread_t t = start(fn, NULL);

	sem_wait(&took);
	pthread_cancel(t);
	pthread_join(t, NULL);
}

int main(void)
{
	volatile int tid = 0;
	char path[64];

	sem_init(&took, 0, 0);
	pthread_spin_init(&spin, 0);
	pthread_join(start(returns, NULL), NULL);
	pthread_join(start(exits, NULL), NULL);
	cancel(is_cancelled);
	cancel(waits);
	pthread_detach(start(detached, (void *)&tid));
	sem_wait(&took);
	snprintf(path, sizeof(path), "/proc/self/task/%d", tid);
	while (access(path, F_OK) == 0)
		usleep(1000);
	pthread_join(start(writes, NULL), NULL);
	pthread_rwlock_rdlock(&read_only);
	pthread_join(start(reads, NULL), NULL);
	pthread_rwlock_unlock(&read_only);
	pthread_join(start(spins, NULL), NULL);
	puts("done");
	return 0;
}
