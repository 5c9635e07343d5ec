/* SPDX-License-Identifier: MIT */
/*
 * Silent: a try, a timed lock and a wait that fail hold nothing afterwards.
 *
 * expect: none
 */
#include <time.h>
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static sem_t taken, leave;

static void *owner(void *arg)
{
	pthread_mutex_lock(&lock_a);
	pthread_rwlock_wrlock(&rw);
	sem_post(&taken);
	sem_wait(&leave);
	pthread_rwlock_unlock(&rw);
	pthread_mutex_unlock(&lock_a);
	return arg;
}

int main(void)
{
	struct timespec past = { 0, 0 };
	pthread_t t;

	sem_init(&taken, 0, 0);
	sem_init(&leave, 0, 0);
	pthread_create(&t, NULL, owner, NULL);
	sem_wait(&taken);
	printf("%d ", pthread_mutex_trylock(&lock_a));
	printf("%d ", pthread_mutex_timedlock(&lock_a, &past));
	printf("%d ", pthread_mutex_clocklock(&lock_a, CLOCK_MONOTONIC, &past));
	printf("%d ", pthread_rwlock_tryrdlock(&rw));
	printf("%d ", pthread_rwlock_trywrlock(&rw));
	printf("%d ", pthread_rwlock_timedrdlock(&rw, &past));
	printf("%d ", pthread_rwlock_timedwrlock(&rw, &past));
	printf("%d ", pthread_rwlock_clockrdlock(&rw, CLOCK_MONOTONIC, &past));
	printf("%d\n", pthread_rwlock_clockwrlock(&rw, CLOCK_MONOTONIC, &past));
	/* With a or rw still held in the model, this would be an order against the next one. */
	pthread_mutex_lock(&lock_b);
	pthread_mutex_unlock(&lock_b);
	sem_post(&leave);
	pthread_join(t, NULL);
	nest(&lock_b, &lock_a);
	pthread_mutex_lock(&lock_b);
	pthread_rwlock_wrlock(&rw);
	pthread_rwlock_unlock(&rw);
	pthread_mutex_unlock(&lock_b);
	puts("done");
	return 0;
}
