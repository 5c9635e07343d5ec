/* SPDX-License-Identifier: MIT */
/*
 * A thread that is cancelled in the routine holds nothing after it, and leaves it undone: it ran once under a lock
 * that its next run takes.
 *
 * expect: lock-inversion certain once lock
 * stack: acquire under_lock
 * stack: acquire set_up
 */
#include "victim.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static int times;

static void unlock(void *mutex)
{
	pthread_mutex_unlock(mutex);
	/* The once is not held here. */
	nest(&other, &lock);
}

static NOINLINE void set_up(void)
{
	if (times++ == 0) {
		pthread_cancel(pthread_self());
		pthread_testcancel();
	}
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static void *under_lock(void *unused)
{
	pthread_mutex_lock(&lock);
	pthread_cleanup_push(unlock, &lock);
	pthread_once(&once, set_up);
	pthread_cleanup_pop(1);
	return unused;
}

/* Where it held the once: other -> once. */
static NOINLINE void under_other(void)
{
	pthread_mutex_lock(&other);
	pthread_once(&once, set_up);
	pthread_mutex_unlock(&other);
}

static sem_t begin, end;

static void *second(void *unused)
{
	sem_wait(&begin);
	under_other();
	sem_post(&end);
	return unused;
}

int main(void)
{
	pthread_t a, b;
	void *result;

	sem_init(&begin, 0, 0);
	sem_init(&end, 0, 0);
	pthread_create(&b, NULL, second, NULL);
	pthread_create(&a, NULL, under_lock, NULL);
	/* Until it is gone; joined at the end, so that no order comes of it. */
	while (pthread_tryjoin_np(a, &result))
		usleep(1000);
	must(result == PTHREAD_CANCELED, "cancellation");
	sem_post(&begin);
	sem_wait(&end);
	pthread_join(b, NULL);
	puts("done");
	return 0;
}
