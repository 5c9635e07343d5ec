/* SPDX-License-Identifier: MIT */
/*
 * A semaphore that looks like a lock at first, and is then posted by a thread that does not hold it: from then on it
 * has no order, whatever stands in the held stack of who waited for it.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t sem, other;

static NOINLINE void like_a_lock(void)
{
	sem_wait(&sem);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	sem_post(&sem);
	/* Not given back here. */
	sem_wait(&sem);
}

static NOINLINE void hand_back(void)
{
	sem_post(&sem);
}

static NOINLINE void inverted(void)
{
	pthread_mutex_lock(&mutex);
	sem_wait(&sem);
	sem_post(&sem);
	pthread_mutex_unlock(&mutex);
}

/* The first thread once more: what it waited for before is not held. */
static NOINLINE void both(void)
{
	like_a_lock();
	hand_back();
	inverted();
}

int main(void)
{
	sem_init(&sem, 0, 1);
	sem_init(&other, 0, 1);
	TOGETHER(like_a_lock, hand_back, inverted, both);
	puts("done");
	return 0;
}
