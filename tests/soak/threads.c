// SPDX-License-Identifier: MIT
/* threads.c - loads of threads: see loads.def. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include "loads.h"

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t counter = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t fewer = PTHREAD_COND_INITIALIZER;
static long running;

static void take_both(void)
{
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&inner);
	free(malloc(64));
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&outer);
}

static pthread_t begin(const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	pthread_t t;

	if (pthread_create(&t, attr, run, arg))
		fail("pthread_create");
	return t;
}

/* ---- joined ---- */

static void *work(void *unused)
{
	take_both();
	return unused;
}

/* Some make others and join them. */
static void *work_by_another(void *unused)
{
	pthread_t t = begin(NULL, work, NULL);

	take_both();
	pthread_join(t, NULL);
	return unused;
}

void load_joined(long n)
{
	for (; n > 0; n--)
		pthread_join(begin(NULL, n % 8 ? work : work_by_another, NULL), NULL);
}

/* ---- detached ---- */

#define AT_ONCE 8

static void *work_and_say(void *by_itself)
{
	if (by_itself)
		pthread_detach(pthread_self());
	take_both();
	pthread_mutex_lock(&counter);
	running--;
	pthread_cond_signal(&fewer);
	pthread_mutex_unlock(&counter);
	return NULL;
}

static void wait_for_fewer(long than)
{
	pthread_mutex_lock(&counter);
	while (running >= than)
		pthread_cond_wait(&fewer, &counter);
	running++;
	pthread_mutex_unlock(&counter);
}

void load_detached(long n)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (; n > 0; n--) {
		wait_for_fewer(AT_ONCE);
		switch (n % 3) {
		case 0:
			begin(&attr, work_and_say, NULL);
			break;
		case 1:
			t = begin(NULL, work_and_say, NULL);
			pthread_detach(t);
			break;
		default:
			begin(NULL, work_and_say, (void *)1);
		}
	}
	wait_for_fewer(1);
	running--;
	pthread_attr_destroy(&attr);
}

/* ---- detached, many at once, and few after them ---- */

#define BURST 40
#define AFTER 15

static pthread_barrier_t barrier;

static void *work_together(void *unused)
{
	pthread_barrier_wait(&barrier);
	return work_and_say(unused);
}

void load_bursts(long n)
{
	pthread_attr_t attr;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (; n > 0; n--) {
		pthread_barrier_init(&barrier, NULL, BURST);
		for (i = 0; i < BURST + AFTER; i++) {
			wait_for_fewer(i < BURST ? BURST : 1);
			begin(&attr, i < BURST ? work_together : work_and_say, NULL);
		}
		wait_for_fewer(1);
		running--;
		pthread_barrier_destroy(&barrier);
	}
	pthread_attr_destroy(&attr);
}

/* ---- many at once ---- */

static void *work_and_wait(void *unused)
{
	take_both();
	pthread_barrier_wait(&barrier);
	return unused;
}

void load_alive(long n)
{
	pthread_t *threads = malloc((size_t)n * sizeof(*threads));
	pthread_attr_t attr;
	long i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_barrier_init(&barrier, NULL, (unsigned)n + 1);
	for (i = 0; i < n; i++)
		threads[i] = begin(&attr, work_and_wait, NULL);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&barrier);
	pthread_attr_destroy(&attr);
	free(threads);
}

/* ---- deep ---- */

#define DEEP 200
static pthread_mutex_t many[DEEP];

static void *work_deep(void *unused)
{
	int i;

	for (i = 0; i < DEEP; i++)
		pthread_mutex_lock(&many[i]);
	for (i = DEEP; i-- > 0;)
		pthread_mutex_unlock(&many[i]);
	return unused;
}

void load_deep(long n)
{
	for (; n > 0; n--)
		pthread_join(begin(NULL, work_deep, NULL), NULL);
}
